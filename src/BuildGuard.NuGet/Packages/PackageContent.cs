using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Packages;

/// <summary>Reads every file that a restore extracts from a package: its path on the disk, its hash, and what it shows of itself.</summary>
internal static class PackageContent
{
    private const long MaxTotal = 16L * 1024 * 1024 * 1024;

    private const long AlwaysAllowed = 64L * 1024 * 1024;

    /// <summary>Inflated bytes for each byte of the archive. Real packages stay under 20; deflate can give 1,000.</summary>
    private const long MaxRatio = 200;

    /// <summary>Reads the files.</summary>
    /// <param name="zip">An archive whose names were found harmless.</param>
    /// <param name="nupkg">Full path of the archive in the packages folder, ID/VERSION/ID.VERSION.nupkg: restore names its own files after it.</param>
    /// <param name="archiveBytes">Size of the archive.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="InvalidDataException">An entry is broken, or holds more than the archive says or could honestly hold.</exception>
    public static (ImmutableArray<PackageFile> Files, ImmutableArray<BuildTrait> Traits) Read(ZipArchive zip, string nupkg, long archiveBytes, CancellationToken cancel)
    {
        var limit = Math.Min(MaxTotal, Math.Max(AlwaysAllowed, archiveBytes * MaxRatio));
        var declared = zip.Entries.Sum(e => (decimal)e.Length);
        if (declared > limit)
            throw new InvalidDataException($"it says that it inflates to {declared:N0} bytes, and at most {limit:N0} are read for its size");
        var files = new List<PackageFile>();
        var traits = new List<BuildTrait>();
        using var buffer = new MemoryStream();
        foreach (var entry in zip.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            if (ExtractedPath(entry.FullName, nupkg) is not { } path)
                continue;
            using var opened = new LimitedStream(entry.Open(), entry.Length);
            var start = new byte[BuildTexts.StartBytes];
            start = start[..opened.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            var mayBeText = BuildTexts.IsLookedInto(path, start);
            if (entry.Length <= BuildTexts.MaxBytes && (mayBeText || BuildTexts.IsLookedInto(path)))
            {
                buffer.SetLength(0);
                buffer.Write(start);
                opened.CopyTo(buffer);
                var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
                files.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes.Span))));
                traits.AddRange(BuildTexts.Read(path, bytes));
            }
            else
            {
                files.Add(new(path, Hash(start, opened)));
                traits.AddRange(mayBeText ? BuildTexts.TooLarge(path) : []);
            }
        }
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (files.Find(f => !seen.Add(f.Path)) is { } twice)
            throw new InvalidDataException($"two of its entries are extracted to one file ({Core.Printable.Of(twice.Path, 100)})");
        return ([.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], [.. traits.OrderBy(t => t.Path, StringComparer.Ordinal).ThenBy(t => t.Line)]);
    }

    private static string Hash(byte[] start, Stream rest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(start);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        for (int n; (n = rest.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, n);
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Where NuGet extracts an entry to, with forward slashes; null for what it does not extract.</summary>
    /// <remarks>NuGet.Packaging: PackageExtractor.ShouldInclude and ZipArchiveExtensions.GetFiles. Compared with NuGet's extractor in tests.</remarks>
    private static string? ExtractedPath(string name, string nupkg)
    {
        var path = Uri.UnescapeDataString(name.Replace('\\', '/'));
        if (path.EndsWith('/') || path.Split('/').Any(s => s is ".." or ".") || path.StartsWith('/'))
            return path.EndsWith('/') && !path.Split('/').Contains("..") ? null : throw new InvalidDataException($"it has an entry that leads out of its folder ({Core.Printable.Of(name, 100)})");
        // Wherever they lie: NuGet looks at the name alone, and "_rels/x.targets" is extracted.
        var file = path[(path.LastIndexOf('/') + 1)..];
        if (file is ".rels" or "[Content_Types].xml" || file.EndsWith(".psmdcp", StringComparison.Ordinal))
            return null;
        if (path.Contains('/', StringComparison.Ordinal))
            return path;
        // Restore writes these itself, so what a package brings under such a name is not extracted.
        if (file.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase) || file.Equals(".nupkg.metadata", StringComparison.OrdinalIgnoreCase) || file.Equals(Path.GetFileName(nupkg) + ".sha512", StringComparison.OrdinalIgnoreCase))
            return null;
        return file.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase) ? Nuspec(nupkg) ?? file.ToLowerInvariant() : file;
    }

    /// <summary>Restore calls it by the id that was asked for, which is the folder's name, and not as the archive does.</summary>
    private static string? Nuspec(string nupkg) => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(nupkg))) is { Length: > 0 } id ? id + ".nuspec" : null;
}
