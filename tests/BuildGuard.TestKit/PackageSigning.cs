using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using NuGet.Packaging.Signing;
using NuGetHash = NuGet.Common.HashAlgorithmName;

namespace BuildGuard.TestKit;

/// <summary>How to sign. Certificates come from <see cref="TestCertificates.Shared"/> unless given.</summary>
public record SignatureOptions
{
    /// <summary>The signing certificate, with its key; null for the shared author or repository certificate.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The set that issued the certificates; its issuers travel in the signature.</summary>
    public TestCertificates Issuers { get; init; } = TestCertificates.Shared;

    /// <summary>The signing time that the signature claims (nothing verifies it); now when null.</summary>
    public DateTimeOffset? SigningTime { get; init; }

    /// <summary>The time of an RFC 3161 time stamp; no time stamp when null.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Signs the time stamp; null for the set's time stamp authority.</summary>
    public X509Certificate2? TimestampCertificate { get; init; }

    /// <summary>The certificates that travel along beside the signer's; null for the set's issuers.</summary>
    public X509Certificate2Collection? Companions { get; init; }

    /// <summary>How signer and attributes are hashed: the OID of a digest.</summary>
    public string Digest { get; init; } = "2.16.840.1.101.3.4.2.1";

    /// <summary>What is signed, made of the package's bytes; null for what NuGet signs, with SHA-256.</summary>
    public Func<byte[], byte[]>? Content { get; init; }

    /// <summary>Changes the signer before it signs, for instance its attributes.</summary>
    public Action<CmsSigner>? Adjust { get; init; }

    /// <summary>Makes the time stamp token of a signature value; null for the set's authority.</summary>
    public Func<byte[], byte[]>? Stamp { get; init; }
}

/// <summary>How to sign as a repository.</summary>
public sealed record RepositorySignatureOptions : SignatureOptions
{
    /// <summary>The V3 service index that the signature names.</summary>
    public Uri ServiceIndex { get; init; } = new("https://feed.gallery.example/v3/index.json");

    /// <summary>The package owners that the signature names; none when empty.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];
}

/// <summary>
/// Signs packages, and (other file) tampers with signed ones; bytes in, bytes out.
/// Content, attributes and the zip surgery are NuGet's own code. The CMS is made here and not by NuGet's <c>SigningUtility</c>, because that refuses
/// expired or weak certificates, and because it would fix the process-wide trust store before the product initialises it.
/// </summary>
public static partial class PackageSigning
{
    private const string Data = "1.2.840.113549.1.7.1";
    private const string TimestampToken = "1.2.840.113549.1.9.16.2.14";

    /// <summary>Author-signs an unsigned package.</summary>
    public static byte[] AuthorSign(byte[] package, SignatureOptions? options = null)
    {
        options ??= new();
        return SignPrimary(package, options, options.Certificate ?? TestCertificates.Shared.Author, SignatureType.Author);
    }

    /// <summary>Repository-signs an unsigned package.</summary>
    public static byte[] RepositorySign(byte[] package, RepositorySignatureOptions? options = null)
    {
        options ??= new();
        return SignPrimary(package, options, options.Certificate ?? TestCertificates.Shared.Repository, SignatureType.Repository);
    }

    /// <summary>Adds a repository countersignature to an author-signed package.</summary>
    /// <exception cref="InvalidOperationException">The package is not signed.</exception>
    public static byte[] RepositoryCountersign(byte[] package, RepositorySignatureOptions? options = null)
    {
        options ??= new();
        var certificate = options.Certificate ?? TestCertificates.Shared.Repository;
        var time = options.SigningTime ?? DateTimeOffset.UtcNow;
        var signature = ReadSignature(package) ?? throw new InvalidOperationException("The package is not signed.");

        SignedCms Countersign(byte[]? token)
        {
            var cms = Decode(signature);
            cms.SignerInfos[0].ComputeCounterSignature(Signer(options, certificate, SignatureType.Repository, time, token));
            return cms;
        }

        return WithSignature(StripSignature(package), Stamped(options, Countersign, cms => cms.SignerInfos[0].CounterSignerInfos[0]));
    }

    /// <summary>Author signature and repository countersignature, both time-stamped now, as on packages of a public gallery.</summary>
    public static byte[] SignLikeGallery(byte[] package, params string[] owners) =>
        RepositoryCountersign(
            AuthorSign(package, new() { Timestamp = DateTimeOffset.UtcNow }),
            new() { Timestamp = DateTimeOffset.UtcNow, Owners = owners });

    /// <summary>The signature file's bytes (DER of a CMS), or null when the package is unsigned.</summary>
    public static byte[]? ReadSignature(byte[] package)
    {
        using var reader = new BinaryReader(new MemoryStream(package));
        if (!SignedPackageArchiveUtility.IsSigned(reader)) return null;
        using var stream = SignedPackageArchiveUtility.OpenPackageSignatureFileStream(reader);
        var signature = new MemoryStream();
        stream.CopyTo(signature);
        return signature.ToArray();
    }

    /// <summary>Adds a signature file to an unsigned package, whatever its bytes.</summary>
    public static byte[] WithSignature(byte[] package, byte[] signature)
    {
        using var input = new MemoryStream(package);
        using var output = new MemoryStream();
        using var archive = new SignedPackageArchive(input, output);
        archive.AddSignatureAsync(new MemoryStream(signature), CancellationToken.None).GetAwaiter().GetResult();
        return output.ToArray();
    }

    private static byte[] SignPrimary(byte[] package, SignatureOptions options, X509Certificate2 certificate, SignatureType type)
    {
        var time = options.SigningTime ?? DateTimeOffset.UtcNow;
        var content = options.Content?.Invoke(package) ?? new SignatureContent(SigningSpecifications.V1, NuGetHash.SHA256, Convert.ToBase64String(SHA256.HashData(package))).GetBytes();

        SignedCms Sign(byte[]? token)
        {
            var cms = new SignedCms(new ContentInfo(new Oid(Data), content));
            cms.ComputeSignature(Signer(options, certificate, type, time, token));
            return cms;
        }

        return WithSignature(package, Stamped(options, Sign, cms => cms.SignerInfos[0]));
    }

    // .NET cannot add an attribute to a countersignature afterwards. An RSA PKCS#1 signature is a function of its input, so sign,
    // stamp the value, and sign again with the stamp as unsigned attribute: the value is the same.
    private static byte[] Stamped(SignatureOptions options, Func<byte[]?, SignedCms> sign, Func<SignedCms, SignerInfo> signer)
    {
        var cms = sign(null);
        var value = signer(cms).GetSignature();
        var token = options.Stamp?.Invoke(value)
            ?? (options.Timestamp is { } time ? TestTimestampAuthority.Stamp(value, time, options.TimestampCertificate ?? options.Issuers.TimestampAuthority, options.Issuers.Issuers) : null);
        return (token is null ? cms : sign(token)).Encode();
    }

    private static CmsSigner Signer(SignatureOptions options, X509Certificate2 certificate, SignatureType type, DateTimeOffset time, byte[]? token)
    {
        var signer = new CmsSigner(SubjectIdentifierType.SubjectKeyIdentifier, certificate)
        {
            DigestAlgorithm = new Oid(options.Digest),
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        signer.Certificates.AddRange(options.Companions ?? options.Issuers.Issuers);
        signer.SignedAttributes.Add(new Pkcs9SigningTime(time.UtcDateTime));
        signer.SignedAttributes.Add(AttributeUtility.CreateSigningCertificateV2(certificate, NuGetHash.SHA256));
        signer.SignedAttributes.Add(AttributeUtility.CreateCommitmentTypeIndication(type));
        if (options is RepositorySignatureOptions repository)
        {
            signer.SignedAttributes.Add(AttributeUtility.CreateNuGetV3ServiceIndexUrl(repository.ServiceIndex));
            if (repository.Owners.Count > 0) signer.SignedAttributes.Add(AttributeUtility.CreateNuGetPackageOwners(repository.Owners));
        }
        options.Adjust?.Invoke(signer);
        if (token is not null) signer.UnsignedAttributes.Add(new AsnEncodedData(new Oid(TimestampToken), token));
        return signer;
    }

    private static SignedCms Decode(byte[] signature)
    {
        var cms = new SignedCms();
        cms.Decode(signature);
        return cms;
    }
}
