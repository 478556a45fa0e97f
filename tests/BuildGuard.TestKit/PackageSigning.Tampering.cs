using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using NuGet.Packaging.Signing;

namespace BuildGuard.TestKit;

/// <summary>A part of a package signature whose bytes can be flipped.</summary>
public enum SignaturePart
{
    /// <summary>The signature value of the primary (author or repository) signature.</summary>
    Primary,

    /// <summary>The signature value of the repository countersignature.</summary>
    Countersignature,

    /// <summary>The signature value inside the time stamp of the primary signature.</summary>
    Timestamp,

    /// <summary>The signature value inside the time stamp of the repository countersignature.</summary>
    CountersignatureTimestamp,
}

public static partial class PackageSigning
{
    private const string SignatureEntry = ".signature.p7s";
    private const uint CentralHeader = 0x02014b50;

    /// <summary>Removes the signature exactly: NuGet's content hash stays the same. An unsigned package is returned as it is.</summary>
    public static byte[] StripSignature(byte[] package)
    {
        if (ReadSignature(package) is null) return package;
        using var input = new MemoryStream(package);
        using var output = new MemoryStream();
        using var archive = new SignedPackageArchive(input, output);
        archive.RemoveSignatureAsync(CancellationToken.None).GetAwaiter().GetResult();
        return output.ToArray();
    }

    /// <summary>Flips one byte in the middle of a signature value; the file stays well-formed.</summary>
    /// <exception cref="InvalidOperationException">The package has no such part.</exception>
    public static byte[] FlipByteInSignature(byte[] package, SignaturePart part = SignaturePart.Primary)
    {
        var signature = ReadSignature(package) ?? throw new InvalidOperationException("The package is not signed.");
        var value = SignatureValue(Decode(signature), part);
        var at = signature.AsSpan().IndexOf(value);
        signature[at + value.Length / 2] ^= 0x01;
        return WithSignature(StripSignature(package), signature);
    }

    /// <summary>Changes the content and keeps the signature, which then does not match: <c>tampered.txt</c> is added.</summary>
    public static byte[] ChangeContentKeepSignature(byte[] package) => ReplaceEntry(package, "tampered.txt", "tampered"u8.ToArray());

    /// <summary>Replaces an entry's content (adds the entry where there is none). A signature is kept as it was, and so no longer matches.</summary>
    public static byte[] ReplaceEntry(byte[] package, string name, byte[] content)
    {
        var changed = Rewrite(StripSignature(package), name, content);
        return ReadSignature(package) is { } signature ? WithSignature(changed, signature) : changed;
    }

    /// <summary>Replaces an entry's content by UTF-8 text; see <see cref="ReplaceEntry(byte[], string, byte[])"/>.</summary>
    public static byte[] ReplaceEntry(byte[] package, string name, string content) => ReplaceEntry(package, name, Encoding.UTF8.GetBytes(content));

    /// <summary>Sets the external attributes of the signature's entry, which NuGet wants to be zero.</summary>
    /// <exception cref="InvalidOperationException">The package is not signed.</exception>
    public static byte[] SetSignatureAttributes(byte[] package, uint externalAttributes = 0x20)
    {
        var changed = package.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(SignatureCentralHeader(package) + 38), externalAttributes);
        return changed;
    }

    /// <summary>Lists the signature's entry twice in the zip's central directory.</summary>
    /// <exception cref="InvalidOperationException">The package is not signed.</exception>
    public static byte[] DuplicateSignatureEntry(byte[] package)
    {
        // NuGet appends the signature last and with neither extra field nor comment, so its header is followed by the 22-byte end record.
        var length = 46 + SignatureEntry.Length;
        var header = package.AsSpan(SignatureCentralHeader(package), length);
        var end = package.AsSpan(package.Length - 22).ToArray();
        foreach (var counter in (int[])[8, 10])
            BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(counter), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(counter)) + 1));
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), BinaryPrimitives.ReadInt32LittleEndian(end.AsSpan(12)) + length);
        return [.. package.AsSpan(0, package.Length - 22), .. header, .. end];
    }

    private static int SignatureCentralHeader(byte[] package)
    {
        for (var at = package.Length - 46 - SignatureEntry.Length; at >= 0; at--)
        {
            var here = package.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(here) == CentralHeader && here[46..].StartsWith(Encoding.ASCII.GetBytes(SignatureEntry))) return at;
        }
        throw new InvalidOperationException("The package is not signed.");
    }

    private static byte[] SignatureValue(SignedCms cms, SignaturePart part)
    {
        var signer = cms.SignerInfos[0];
        if (part is SignaturePart.Countersignature or SignaturePart.CountersignatureTimestamp)
            signer = signer.CounterSignerInfos.Cast<SignerInfo>().FirstOrDefault() ?? throw new InvalidOperationException("The package has no countersignature.");
        if (part is SignaturePart.Primary or SignaturePart.Countersignature) return signer.GetSignature();
        var token = signer.UnsignedAttributes.Cast<CryptographicAttributeObject>().FirstOrDefault(a => a.Oid.Value == TimestampToken)
            ?? throw new InvalidOperationException("The signature has no time stamp.");
        return Decode(token.Values[0].RawData).SignerInfos[0].GetSignature();
    }

    private static byte[] Rewrite(byte[] package, string name, byte[] content)
    {
        var output = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(package)))
        using (var to = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries) Copy(entry, to, entry.FullName == name ? content : null);
            if (from.GetEntry(name) is null) Copy(from.Entries[0], to, content, name);
        }
        return output.ToArray();
    }

    private static void Copy(ZipArchiveEntry entry, ZipArchive to, byte[]? content, string? name = null)
    {
        var copy = to.CreateEntry(name ?? entry.FullName);
        copy.LastWriteTime = entry.LastWriteTime;
        copy.ExternalAttributes = entry.ExternalAttributes;
        using var target = copy.Open();
        if (content is not null)
        {
            target.Write(content);
            return;
        }
        using var source = entry.Open();
        source.CopyTo(target);
    }
}
