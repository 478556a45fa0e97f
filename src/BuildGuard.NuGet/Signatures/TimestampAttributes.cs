using System.Formats.Asn1;

namespace BuildGuard.NuGet.Signatures;

/// <summary>What the signed attributes of a time stamp say.</summary>
/// <param name="ContentType">The type of the content; null where it is not said.</param>
/// <param name="Certificates">The certificate that it was made for, as one or two attributes say it.</param>
internal sealed record TimestampAttributes(string? ContentType, CertificateReference[] Certificates)
{
    /// <summary>Whether the time stamp was made for this certificate.</summary>
    public bool Names(KnownCertificate certificate) => Certificates.Length > 0 && Certificates.All(c => c.IsTo(certificate));

    /// <summary>Reads the attributes.</summary>
    /// <exception cref="AsnContentException">One is not of the form that is understood.</exception>
    public static TimestampAttributes Read(CmsSigner signer)
    {
        var references = new List<CertificateReference>();
        if (signer.Attribute(Oids.SigningCertificate) is { } first)
            references.Add(CertificateReference.ReadV1(first));
        if (signer.Attribute(Oids.SigningCertificateV2) is { } second)
            references.Add(CertificateReference.ReadV2(second, needsIssuer: false));
        return new(SignerAttributes.ReadContentType(signer), [.. references]);
    }
}
