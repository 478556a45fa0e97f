using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using NuGet.Packaging.Signing;

namespace BuildGuard.TestKit;

/// <summary>An RFC 3161 time stamp authority in memory: no network, any time you like.</summary>
public static class TestTimestampAuthority
{
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    /// <summary>A time stamp token (DER of a CMS) over the SHA-256 of <paramref name="data"/>.</summary>
    /// <param name="data">What is stamped: for a signature its signature value.</param>
    /// <param name="time">The time it claims.</param>
    /// <param name="certificate">Signs the token; has a private key.</param>
    /// <param name="issuers">Added to the token.</param>
    /// <param name="adjust">Changes the signer before it signs.</param>
    /// <param name="accuracy">Seconds by which the time may be wrong; null to say nothing of it.</param>
    public static byte[] Stamp(byte[] data, DateTimeOffset time, X509Certificate2 certificate, X509Certificate2Collection issuers, Action<CmsSigner>? adjust = null, int? accuracy = 1)
    {
        var cms = new SignedCms(new ContentInfo(new Oid(TstInfo), Info(SHA256.HashData(data), time, accuracy)));
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate)
        {
            DigestAlgorithm = new Oid(Sha256),
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        signer.Certificates.AddRange(issuers);
        signer.SignedAttributes.Add(new Pkcs9SigningTime(time.UtcDateTime));
        signer.SignedAttributes.Add(AttributeUtility.CreateSigningCertificateV2(certificate, NuGet.Common.HashAlgorithmName.SHA256));
        adjust?.Invoke(signer);
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    private static byte[] Info(byte[] hash, DateTimeOffset time, int? accuracy)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.3.6.1.4.1.99999.1");
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Sha256);
                    writer.WriteNull();
                }
                writer.WriteOctetString(hash);
            }
            writer.WriteInteger(BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue);
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
            if (accuracy is { } seconds)
            {
                using (writer.PushSequence()) writer.WriteInteger(seconds);
            }
        }
        return writer.Encode();
    }
}
