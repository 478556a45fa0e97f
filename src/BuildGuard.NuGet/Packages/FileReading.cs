using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;
using Microsoft.Win32.SafeHandles;

namespace BuildGuard.NuGet.Packages;

/// <summary>Reads an extracted file once: its hash, and what it shows of itself.</summary>
internal static class FileReading
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Hash and traits of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path inside the package.</param>
    /// <returns>SHA-256, lower-case hex; the traits, by line.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (string Sha256, ImmutableArray<BuildTrait> Traits) Read(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        var isLookedInto = BuildTexts.IsLookedInto(path) && length <= BuildTexts.MaxBytes;
        if (isLookedInto && (length <= BufferBytes || !BuildTexts.IsLibrary(path)))
            return ReadWhole(file, path, (int)length);
        if (BuildTexts.IsLookedInto(path, Start(file)))
            return length <= BuildTexts.MaxBytes ? ReadWhole(file, path, (int)length) : (Hash(file, look: false).Sha256, BuildTexts.TooLarge(path));
        var (sha256, names) = Hash(file, isLookedInto);
        return names && ReadWhole(file, path, (int)length) is var whole && whole.Sha256 == sha256 ? whole : (sha256, []);
    }

    private static byte[] Start(SafeFileHandle file)
    {
        var start = new byte[BuildTexts.StartBytes];
        return start[..RandomAccess.Read(file, start, 0)];
    }

    private static (string Sha256, ImmutableArray<BuildTrait> Traits) ReadWhole(SafeFileHandle file, string path, int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            var bytes = buffer.AsMemory(0, length);
            for (var at = 0; at < length;)
            {
                var n = RandomAccess.Read(file, bytes.Span[at..], at);
                at += n > 0 ? n : throw new EndOfStreamException("a file became shorter while it was read");
            }
            return (Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), [.. BuildTexts.Read(path, bytes).OrderBy(t => t.Line)]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Hashes a file in pieces, and says whether it holds what a library must hold to be looked into.</summary>
    private static (string Sha256, bool Names) Hash(SafeFileHandle file, bool look)
    {
        var overlap = BuildTexts.TypeProviderMark.Length - 1;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var found = false;
        var kept = 0;
        for (long at = 0; ;)
        {
            var n = RandomAccess.Read(file, buffer.AsSpan(kept, BufferBytes - kept), at);
            if (n == 0)
                break;
            at += n;
            hash.AppendData(buffer, kept, n);
            if (!look || found)
                continue;
            var have = kept + n;
            found = buffer.AsSpan(0, have).IndexOf(BuildTexts.TypeProviderMark) >= 0;
            // The mark may lie across two pieces.
            kept = found ? 0 : Math.Min(overlap, have);
            buffer.AsSpan(have - kept, kept).CopyTo(buffer);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), found);
    }
}
