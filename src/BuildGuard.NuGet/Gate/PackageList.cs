using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;

namespace BuildGuard.NuGet.Gate;

/// <summary>
/// The packages that a check passed: the folder of each, and the hash over all of its files. Its name is the hash of its content, and the gate's stamp vouches for the name.
/// Builds of one solution share the list, so that they compare it once.
/// </summary>
public static class PackageList
{
    private const int MaxLists = 200;
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Writes the list of a graph's packages and packs.</summary>
    /// <returns>Its full path.</returns>
    internal static string Write(IEnumerable<PackageFacts> packages)
    {
        var text = new StringBuilder();
        foreach (var package in packages.Where(p => p.Files.IsKnown))
        {
            var root = PackageFile.RootOf(package.Files.Value);
            foreach (var packageFolder in FoldersOf(package))
                text.Append(root).Append('|').Append(packageFolder).Append('\n');
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var folder = Path.Combine(GateKey.Folder, "packages");
        var path = Path.Combine(folder, NameOf(bytes));
        if (AtomicFile.Write(path, bytes))
        {
            foreach (var old in new DirectoryInfo(folder).GetFiles("*.txt").OrderByDescending(f => f.LastWriteTimeUtc).Skip(MaxLists))
                old.Delete();
        }
        else
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        return path;
    }

    /// <summary>Every folder that a build may take a package from.</summary>
    internal static IEnumerable<string> FoldersOf(PackageFacts package) => package.Folder is null ? package.OtherFolders : package.OtherFolders.Prepend(package.Folder);

    /// <summary>Compares the packages folders with a list.</summary>
    /// <param name="path">The list.</param>
    /// <param name="cancel">Stops the comparison.</param>
    /// <returns>The folders that differ, sorted, each with a clause; or why the list itself cannot be used, as a clause.</returns>
    public static (ImmutableArray<(string Folder, string Difference)> Changed, string? Problem) Compare(string path, CancellationToken cancel)
    {
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return ([], problem);
        if (NameOf(bytes) != Path.GetFileName(path))
            return ([], "it was changed");
        var changed = new ConcurrentBag<(string, string)>();
        var cache = EvidenceCache.Open();
        var lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Parallel.ForEach(lines, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, line =>
        {
            var bar = line.IndexOf('|', StringComparison.Ordinal);
            if (DifferenceOf(line[(bar + 1)..], line[..bar], cache, cancel) is { } difference)
                changed.Add((line[(bar + 1)..], difference));
        });
        return ([.. changed.OrderBy(c => c.Item1, StringComparer.Ordinal)], null);
    }

    /// <summary>The package whose folder a text names, such as a command line.</summary>
    /// <param name="path">The list.</param>
    /// <param name="texts">The texts; the first that names one counts.</param>
    /// <returns>Id and version as the folder's name has them; null where no text names a package of the list, or the list cannot be read.</returns>
    public static (string Id, string Version)? Find(string path, params IEnumerable<string?> texts)
    {
        if (BoundedFile.Read(path, MaxBytes).Bytes is not { } bytes)
            return null;
        var folders = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Path.TrimEndingDirectorySeparator(l[(l.IndexOf('|', StringComparison.Ordinal) + 1)..])).ToList();
        return texts.OfType<string>()
            .Select(t => folders.Find(f => t.Contains(f + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            .Where(f => f is not null)
            .Select(f => ((string, string)?)(Path.GetFileName(Path.GetDirectoryName(f)!), Path.GetFileName(f!)))
            .FirstOrDefault();
    }

    private static string? DifferenceOf(string folder, string hash, EvidenceCache cache, CancellationToken cancel)
    {
        var files = ExtractedFolder.Read(folder, cache, cancel);
        return !files.IsKnown ? files.Gap : PackageFile.RootOf(files.Value.Files) == hash ? null : "a file in it was changed, added or removed";
    }

    private static string NameOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes)) + ".txt";
}
