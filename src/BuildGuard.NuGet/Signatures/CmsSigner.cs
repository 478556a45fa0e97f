using System.Formats.Asn1;
using System.Security.Cryptography;

namespace BuildGuard.NuGet.Signatures;

/// <summary>A signer of a CMS message, or a countersigner of a signer. Each attribute occurs once and has one value.</summary>
internal sealed class CmsSigner
{
    /// <summary>Attributes whose meaning is known. With another one, somebody else has to judge.</summary>
    private static readonly HashSet<string> Known =
    [
        Oids.ContentTypeAttribute, Oids.MessageDigest, Oids.SigningTime, Oids.SigningCertificate, Oids.SigningCertificateV2, Oids.CommitmentType, Oids.ServiceIndex, Oids.Owners,
        // These add nothing that anybody here asks for.
        Oids.AlgorithmProtection, Oids.SignaturePolicy, Oids.SignerAttributes,
    ];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _attributes = [];

    /// <summary>The signed attributes as they are hashed: the encoding of a set, first in the order of DER.</summary>
    private readonly List<byte[]> _signed = [];

    /// <summary>The issuer's name, encoded; null where the certificate is named by its key.</summary>
    public ReadOnlyMemory<byte>? Issuer { get; private set; }

    /// <summary>The certificate's serial number, or the identifier of its key.</summary>
    public ReadOnlyMemory<byte> Identifier { get; private set; }

    /// <summary>What content and signed attributes are hashed with.</summary>
    public HashAlgorithmName Digest { get; private set; }

    /// <summary>The signature value.</summary>
    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>The time stamp token; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Timestamp { get; private set; }

    /// <summary>Who countersigned this signature; null where nobody did.</summary>
    public CmsSigner? Countersigner { get; private set; }

    /// <summary>Reads a signer; see RFC 5652, section 5.3.</summary>
    /// <exception cref="AsnContentException">It is not of a form that is understood.</exception>
    public static CmsSigner Read(ReadOnlyMemory<byte> bytes) => Read(bytes, isCountersigner: false);

    private static CmsSigner Read(ReadOnlyMemory<byte> bytes, bool isCountersigner)
    {
        var signer = new CmsSigner();
        var outer = new AsnReader(bytes, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!info.TryReadInt32(out var version) || version is not (1 or 3))
            throw new AsnContentException();
        if (info.PeekTag() == Asn1Tag.Sequence)
        {
            var name = info.ReadSequence();
            signer.Issuer = name.ReadEncodedValue();
            signer.Identifier = name.ReadIntegerBytes();
            name.ThrowIfNotEmpty();
        }
        else
        {
            signer.Identifier = info.TryReadPrimitiveOctetString(out var key, new(TagClass.ContextSpecific, 0)) ? key : throw new AsnContentException();
        }
        var digest = CmsMessage.ReadAlgorithm(info);
        signer.Digest = Oids.Digest(digest) ?? throw new AsnContentException();
        signer.ReadSigned(info);
        var algorithm = CmsMessage.ReadAlgorithm(info);
        if (algorithm != Oids.Rsa && Oids.DigestOfRsa(algorithm) != signer.Digest)
            throw new AsnContentException();
        signer.Signature = CmsMessage.Octets(info);
        if (info.HasData)
            signer.ReadUnsigned(info.ReadSetOf(skipSortOrderValidation: true, CmsMessage.Tag(1)), isCountersigner);
        info.ThrowIfNotEmpty();
        return signer;
    }

    /// <summary>The value of a signed attribute, encoded; null where it is absent.</summary>
    public ReadOnlyMemory<byte>? Attribute(string oid) => _attributes.TryGetValue(oid, out var value) ? value : default(ReadOnlyMemory<byte>?);

    /// <summary>Whether this is the certificate's signature of some content, by its signed attributes.</summary>
    /// <param name="content">What is signed: a message's content, or the signature value that is countersigned.</param>
    /// <param name="certificate">The signer's certificate.</param>
    /// <exception cref="AsnContentException">An attribute is malformed.</exception>
    public bool Holds(ReadOnlySpan<byte> content, KnownCertificate certificate)
    {
        if (Attribute(Oids.MessageDigest) is not { } digest)
            return false;
        var reader = new AsnReader(digest, AsnEncodingRules.DER);
        var expected = CmsMessage.Octets(reader);
        reader.ThrowIfNotEmpty();
        return CryptographicOperations.HashData(Digest, content).AsSpan().SequenceEqual(expected.Span)
            && _signed.Exists(s => certificate.Verifies(CryptographicOperations.HashData(Digest, s), Signature.Span, Digest));
    }

    private void ReadSigned(AsnReader info)
    {
        var bytes = info.PeekEncodedValue().ToArray();
        // See RFC 5652, section 5.4: the tag [0] counts as that of a set, and its order is that of DER. Some signers hash the order in which they write, which .NET tries after that.
        bytes[0] = 0x31;
        var set = info.ReadSetOf(skipSortOrderValidation: true, CmsMessage.Tag(0));
        var sorted = new AsnWriter(AsnEncodingRules.DER);
        using (sorted.PushSetOf())
        {
            while (set.HasData)
            {
                sorted.WriteEncodedValue(set.PeekEncodedValue().Span);
                var (oid, value) = ReadAttribute(set);
                if (!Known.Contains(oid) || !_attributes.TryAdd(oid, value))
                    throw new AsnContentException();
            }
        }
        _signed.Add(sorted.Encode());
        if (!sorted.EncodedValueEquals(bytes))
            _signed.Add(bytes);
    }

    private void ReadUnsigned(AsnReader set, bool isCountersigner)
    {
        while (set.HasData)
        {
            var (oid, value) = ReadAttribute(set);
            if (oid == Oids.TimestampToken && Timestamp is null)
                Timestamp = value;
            else if (oid == Oids.Countersignature && Countersigner is null && !isCountersigner)
                Countersigner = Read(value, isCountersigner: true);
            else
                throw new AsnContentException();
        }
    }

    private static (string Oid, ReadOnlyMemory<byte> Value) ReadAttribute(AsnReader set)
    {
        var attribute = set.ReadSequence();
        var oid = attribute.ReadObjectIdentifier();
        var values = attribute.ReadSetOf();
        attribute.ThrowIfNotEmpty();
        var value = values.ReadEncodedValue();
        values.ThrowIfNotEmpty();
        return (oid, value);
    }
}
