using System.Formats.Asn1;
using System.Security.Cryptography;

namespace BuildGuard.NuGet.Signatures;

/// <summary>Which certificate a signer says that it signed with: the first one of a signing-certificate attribute (RFC 5035).</summary>
/// <param name="Hash">Hash of the certificate.</param>
/// <param name="Algorithm">What it is hashed with; null for SHA-1, of which NuGet looks at the length alone.</param>
/// <param name="Issuer">The issuer's name, encoded; null where it is not said.</param>
/// <param name="Serial">The serial number; null where it is not said.</param>
internal sealed record CertificateReference(ReadOnlyMemory<byte> Hash, HashAlgorithmName? Algorithm, ReadOnlyMemory<byte>? Issuer, ReadOnlyMemory<byte>? Serial)
{
    private const int Sha1Bytes = 20;

    /// <summary>Whether it is this certificate.</summary>
    public bool IsTo(KnownCertificate certificate) =>
        (Issuer is not { } issuer || issuer.Span.SequenceEqual(certificate.Issuer.Span))
        && (Serial is not { } serial || serial.Span.SequenceEqual(certificate.Certificate.SerialNumberBytes.Span))
        && (Algorithm is { } algorithm ? Hash.Span.SequenceEqual(CryptographicOperations.HashData(algorithm, certificate.Certificate.RawDataMemory.Span)) : Hash.Length == Sha1Bytes);

    /// <summary>Reads an attribute of version 1.</summary>
    /// <exception cref="AsnContentException">It is not of the form that is understood.</exception>
    public static CertificateReference ReadV1(ReadOnlyMemory<byte> value) => Read(value, isV2: false, needsIssuer: false);

    /// <summary>Reads an attribute of version 2.</summary>
    /// <param name="value">The attribute's value.</param>
    /// <param name="needsIssuer">Whether issuer and serial number must be there.</param>
    /// <exception cref="AsnContentException">It is not of the form that is understood.</exception>
    public static CertificateReference ReadV2(ReadOnlyMemory<byte> value, bool needsIssuer) => Read(value, isV2: true, needsIssuer);

    private static CertificateReference Read(ReadOnlyMemory<byte> value, bool isV2, bool needsIssuer)
    {
        var outer = new AsnReader(value, AsnEncodingRules.DER);
        var attribute = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var certificates = attribute.ReadSequence();
        attribute.ThrowIfNotEmpty();
        var first = ReadOne(certificates, isV2);
        while (certificates.HasData)
            ReadOne(certificates, isV2);
        return needsIssuer && first.Issuer is null ? throw new AsnContentException() : first;
    }

    private static CertificateReference ReadOne(AsnReader certificates, bool isV2)
    {
        var one = certificates.ReadSequence();
        HashAlgorithmName? algorithm = isV2 ? HashAlgorithmName.SHA256 : null;
        if (isV2 && one.PeekTag() == Asn1Tag.Sequence)
            algorithm = Oids.Digest(CmsMessage.ReadAlgorithm(one)) ?? throw new AsnContentException();
        var hash = CmsMessage.Octets(one);
        if (!one.HasData)
            return new(hash, algorithm, null, null);
        var issuerAndSerial = one.ReadSequence();
        one.ThrowIfNotEmpty();
        var names = issuerAndSerial.ReadSequence();
        var name = names.ReadSequence(CmsMessage.Tag(4));
        names.ThrowIfNotEmpty();
        var issuer = name.ReadEncodedValue();
        name.ThrowIfNotEmpty();
        var serial = issuerAndSerial.ReadIntegerBytes();
        issuerAndSerial.ThrowIfNotEmpty();
        return new(hash, algorithm, issuer, serial);
    }
}
