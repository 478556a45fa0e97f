using System.Security.Cryptography;

namespace BuildGuard.NuGet.Signatures;

/// <summary>Names of what package signatures are made of. Sources: RFC 5652, 5126, 5035, 3161, 5280, 8017, and NuGet's specification of package signatures.</summary>
internal static class Oids
{
    public const string Data = "1.2.840.113549.1.7.1";
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";

    public const string ContentTypeAttribute = "1.2.840.113549.1.9.3";
    public const string MessageDigest = "1.2.840.113549.1.9.4";
    public const string SigningTime = "1.2.840.113549.1.9.5";
    public const string Countersignature = "1.2.840.113549.1.9.6";
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    public const string TimestampToken = "1.2.840.113549.1.9.16.2.14";
    public const string SignaturePolicy = "1.2.840.113549.1.9.16.2.15";
    public const string SignerAttributes = "1.2.840.113549.1.9.16.2.18";
    public const string CommitmentType = "1.2.840.113549.1.9.16.2.16";
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    public const string AlgorithmProtection = "1.2.840.113549.1.9.52";
    public const string ServiceIndex = "1.3.6.1.4.1.311.84.2.1.1.1";
    public const string Owners = "1.3.6.1.4.1.311.84.2.1.1.2";

    public const string ProofOfOrigin = "1.2.840.113549.1.9.16.6.1";
    public const string ProofOfReceipt = "1.2.840.113549.1.9.16.6.2";

    public const string Rsa = "1.2.840.113549.1.1.1";
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    public const string Timestamping = "1.3.6.1.5.5.7.3.8";
    public const string LifetimeSigning = "1.3.6.1.4.1.311.10.3.13";
    public const string AuthorityInfoAccess = "1.3.6.1.5.5.7.1.1";

    /// <summary>Where a time stamp authority of this policy names no accuracy, one second is meant (ETSI EN 319 421).</summary>
    public const string BestPracticePolicy = "0.4.0.2023.1.1";

    /// <summary>The digests that package signatures may use; null for any other.</summary>
    public static HashAlgorithmName? Digest(string? oid) => oid switch
    {
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>The digest of an RSA (PKCS #1 v1.5) signature algorithm; null for any other algorithm, weaker ones among them.</summary>
    public static HashAlgorithmName? DigestOfRsa(string? oid) => oid switch
    {
        "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
