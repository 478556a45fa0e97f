using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.NuGet.Signatures;

/// <summary>What a package signature signs: the hash of the package.</summary>
/// <param name="Algorithm">What the package is hashed with.</param>
/// <param name="Hash">The hash.</param>
internal sealed record SignedContent(HashAlgorithmName Algorithm, byte[] Hash)
{
    /// <summary>Reads the text as NuGet writes it: "Version:1", an empty line, "OID-Hash:BASE64", an empty line. Null for anything else, such as carriage returns.</summary>
    public static SignedContent? Read(ReadOnlySpan<byte> bytes)
    {
        const string Start = "Version:1\n\n";
        const string Name = "-Hash:";
        const string End = "\n\n";
        if (!Ascii.IsValid(bytes))
            return null;
        var text = Encoding.ASCII.GetString(bytes);
        var colon = text.IndexOf(Name, StringComparison.Ordinal);
        if (!text.StartsWith(Start, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal) || colon < Start.Length || Oids.Digest(text[Start.Length..colon]) is not { } algorithm)
            return null;
        var base64 = text[(colon + Name.Length)..^End.Length];
        var hash = new byte[64];
        return Convert.TryFromBase64String(base64, hash, out var length) && Convert.ToBase64String(hash, 0, length) == base64 ? new(algorithm, hash[..length]) : null;
    }
}
