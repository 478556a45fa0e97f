using System.Formats.Asn1;

namespace BuildGuard.NuGet.Signatures;

/// <summary>A CMS SignedData with exactly one signer, its content inside, in DER but for the content. Any other form is not understood.</summary>
/// <param name="ContentType">What the content is.</param>
/// <param name="Content">What is signed.</param>
/// <param name="Certificates">The certificates that travel along, in their order.</param>
/// <param name="Signer">The signer.</param>
internal sealed record CmsMessage(string ContentType, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte>[] Certificates, CmsSigner Signer)
{
    private const int MaxCertificates = 100;

    /// <summary>Reads a message; see RFC 5652, section 5.</summary>
    /// <exception cref="AsnContentException">It is not of that form.</exception>
    public static CmsMessage Read(ReadOnlyMemory<byte> bytes)
    {
        var outer = new AsnReader(bytes, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (info.ReadObjectIdentifier() != Oids.SignedData)
            throw new AsnContentException();
        var wrapped = info.ReadSequence(Tag(0));
        info.ThrowIfNotEmpty();
        var data = wrapped.ReadSequence();
        wrapped.ThrowIfNotEmpty();
        _ = data.TryReadInt32(out var version) && version is 1 or 3 ? version : throw new AsnContentException();
        // The list of digest algorithms is a hint for readers in one pass; each signer names its own.
        var digests = data.ReadSetOf(skipSortOrderValidation: true);
        while (digests.HasData)
            ReadAlgorithm(digests);
        var content = data.ReadSequence();
        var type = content.ReadObjectIdentifier();
        if (content.PeekTag() != Tag(0))
            throw new AsnContentException();
        // Some signers write what they sign in pieces, or with its length left open, and the rest in DER. What is signed is the same (RFC 5652, section 5.4), and .NET reads it so.
        var inside = new AsnReader(content.PeekContentBytes(), type == Oids.Data ? AsnEncodingRules.BER : AsnEncodingRules.DER);
        content.ReadEncodedValue();
        content.ThrowIfNotEmpty();
        var bytesOfContent = inside.TryReadPrimitiveOctetString(out var whole) ? whole : inside.ReadOctetString();
        inside.ThrowIfNotEmpty();
        var certificates = new List<ReadOnlyMemory<byte>>();
        var set = data.ReadSetOf(skipSortOrderValidation: true, Tag(0));
        while (set.HasData)
        {
            if (set.PeekTag() != Asn1Tag.Sequence || certificates.Count == MaxCertificates)
                throw new AsnContentException();
            certificates.Add(set.ReadEncodedValue());
        }
        var signers = data.ReadSetOf();
        data.ThrowIfNotEmpty();
        var signer = CmsSigner.Read(signers.ReadEncodedValue());
        signers.ThrowIfNotEmpty();
        return new(type, bytesOfContent, [.. certificates], signer);
    }

    internal static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    internal static ReadOnlyMemory<byte> Octets(AsnReader reader) => reader.TryReadPrimitiveOctetString(out var octets) ? octets : throw new AsnContentException();

    /// <summary>Reads an algorithm that has no parameters, or NULL.</summary>
    internal static string ReadAlgorithm(AsnReader reader)
    {
        var algorithm = reader.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (algorithm.HasData)
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        return oid;
    }
}
