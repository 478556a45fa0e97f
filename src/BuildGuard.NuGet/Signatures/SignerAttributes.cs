using System.Collections.Immutable;
using System.Formats.Asn1;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Signatures;

/// <summary>What the signed attributes of an author's or repository's signature say.</summary>
internal sealed class SignerAttributes
{
    private readonly CertificateReference _certificate;

    private SignerAttributes(CertificateReference certificate) => _certificate = certificate;

    /// <summary>Who it speaks for.</summary>
    public SignatureKind Kind { get; private init; }

    /// <summary>The type of the content; null where it is not said.</summary>
    public string? ContentType { get; private init; }

    /// <summary>The service index that a repository names; null for an author.</summary>
    public string? ServiceIndex { get; private init; }

    /// <summary>The owners that a repository names.</summary>
    public ImmutableArray<string> Owners { get; private init; } = [];

    /// <summary>Whether the signature was made for this certificate.</summary>
    public bool Names(KnownCertificate certificate) => _certificate.IsTo(certificate);

    /// <summary>Reads the attributes.</summary>
    /// <exception cref="AsnContentException">One is missing, or not of the form that is understood.</exception>
    public static SignerAttributes Read(CmsSigner signer)
    {
        if (signer.Attribute(Oids.SigningCertificate) is not null)
            throw new AsnContentException();
        CheckTime(signer);
        var kind = KindOf(signer);
        return new(CertificateReference.ReadV2(Required(signer, Oids.SigningCertificateV2), needsIssuer: true))
        {
            Kind = kind,
            ContentType = ReadContentType(signer),
            ServiceIndex = kind == SignatureKind.Repository ? ReadServiceIndex(Required(signer, Oids.ServiceIndex)) : null,
            Owners = kind == SignatureKind.Repository && signer.Attribute(Oids.Owners) is { } owners ? ReadOwners(owners) : [],
        };
    }

    /// <summary>The type of the content that a signer states; null where it states none.</summary>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    internal static string? ReadContentType(CmsSigner signer)
    {
        if (signer.Attribute(Oids.ContentTypeAttribute) is not { } value)
            return null;
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var type = reader.ReadObjectIdentifier();
        reader.ThrowIfNotEmpty();
        return type;
    }

    private static ReadOnlyMemory<byte> Required(CmsSigner signer, string oid) => signer.Attribute(oid) ?? throw new AsnContentException();

    /// <summary>The time that the signer claims proves nothing, but it must be there.</summary>
    private static void CheckTime(CmsSigner signer)
    {
        var reader = new AsnReader(Required(signer, Oids.SigningTime), AsnEncodingRules.DER);
        if (reader.PeekTag() == Asn1Tag.UtcTime)
            reader.ReadUtcTime();
        else
            reader.ReadGeneralizedTime();
        reader.ThrowIfNotEmpty();
    }

    private static SignatureKind KindOf(CmsSigner signer)
    {
        var outer = new AsnReader(Required(signer, Oids.CommitmentType), AsnEncodingRules.DER);
        var commitment = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var oid = commitment.ReadObjectIdentifier();
        commitment.ThrowIfNotEmpty();
        return oid switch
        {
            Oids.ProofOfOrigin => SignatureKind.Author,
            Oids.ProofOfReceipt => SignatureKind.Repository,
            _ => throw new AsnContentException(),
        };
    }

    private static string ReadServiceIndex(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var text = reader.ReadCharacterString(UniversalTagNumber.IA5String);
        reader.ThrowIfNotEmpty();
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps ? uri.OriginalString : throw new AsnContentException();
    }

    private static ImmutableArray<string> ReadOwners(ReadOnlyMemory<byte> value)
    {
        var outer = new AsnReader(value, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var owners = ImmutableArray.CreateBuilder<string>();
        while (list.HasData)
            owners.Add(list.ReadCharacterString(UniversalTagNumber.UTF8String) is var owner && !string.IsNullOrWhiteSpace(owner) ? owner : throw new AsnContentException());
        return owners.Count > 0 ? owners.ToImmutable() : throw new AsnContentException();
    }
}
