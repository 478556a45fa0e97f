using System.Collections.Immutable;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Packages;

/// <summary>One entry of an extracted package as it was when it was read.</summary>
/// <param name="Path">Path inside the folder, forward slashes; "" for the folder itself.</param>
/// <param name="Stat">Its strong stat.</param>
/// <param name="Sha256">Hash of a file; "" for a folder, and for a copy of the archive.</param>
/// <param name="Traits">What a file shows of itself.</param>
internal sealed record ExtractedEntry(string Path, StrongStat Stat, string Sha256, ImmutableArray<BuildTrait> Traits)
{
    /// <summary>Whether it is a file that the package could hold.</summary>
    public bool IsFile => Sha256.Length > 0;
}

/// <summary>The files of an extracted folder, less those that restore adds.</summary>
/// <param name="Files">The files, sorted by path.</param>
/// <param name="Traits">What they show of themselves, sorted by path and line.</param>
internal sealed record ExtractedFiles(ImmutableArray<PackageFile> Files, ImmutableArray<BuildTrait> Traits)
{
    /// <summary>The files among a folder's entries. <c>dotnet tool restore</c> keeps the case of the nuspec's name, where restore writes it in lower case.</summary>
    /// <param name="folder">ID/VERSION under a packages folder.</param>
    /// <param name="entries">What is in it.</param>
    public static ExtractedFiles Of(string folder, IEnumerable<ExtractedEntry> entries)
    {
        var nuspec = ExtractedFolder.IdOf(folder) + ".nuspec";
        var files = entries.Where(e => e.IsFile).Select(e => (Path: e.Path.Equals(nuspec, StringComparison.OrdinalIgnoreCase) ? nuspec : e.Path, Entry: e)).OrderBy(e => e.Path, StringComparer.Ordinal).ToList();
        return new([.. files.Select(e => new PackageFile(e.Path, e.Entry.Sha256))], [.. files.SelectMany(e => e.Entry.Traits)]);
    }
}

/// <summary>
/// The files of an extracted package. What was read once is not read again while every stat holds, of files and of folders: a file that is added or taken away changes
/// its folder's change time, which a user cannot set back.
/// </summary>
internal static class ExtractedFolder
{
    private const int MaxFiles = 100_000;

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false, ReturnSpecialDirectories = false };

    /// <summary>Reads the files, less those that restore adds.</summary>
    /// <param name="folder">ID/VERSION under a packages folder.</param>
    /// <param name="cache">What vouches for unchanged files; <see cref="EvidenceCache.None"/> to hash every file.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The files sorted by path, or why they are not known.</returns>
    public static Evidence<ExtractedFiles> Read(string folder, EvidenceCache cache, CancellationToken cancel)
    {
        try
        {
            var known = cache.FindFolder(folder);
            // Where a link leads to a folder, its stat says nothing of what is in that folder.
            if (known is not null && known.All(e => (e.Path.Length > 0 || e.Stat.IsFolder) && StrongStat.OfLink(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.Combine(folder, e.Path))) == e.Stat))
                return Evidence<ExtractedFiles>.Of(ExtractedFiles.Of(folder, known));
            var before = known?.Where(e => e.IsFile).ToDictionary(e => e.Path, StringComparer.Ordinal) ?? [];
            var entries = new List<ExtractedEntry>();
            Walk(folder, "", OwnFiles(folder), before, entries, cancel);
            cache.KeepFolder(folder, entries);
            return Evidence<ExtractedFiles>.Of(ExtractedFiles.Of(folder, entries));
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return Evidence<ExtractedFiles>.Missing($"{folder} is gone, or changed while it was read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Evidence<ExtractedFiles>.Missing($"{folder} cannot be read ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>How a folder differs from what the package holds, sorted by path.</summary>
    public static ImmutableArray<FileDifference> Compare(ImmutableArray<PackageFile> package, ImmutableArray<PackageFile> folder)
    {
        // Most often the one was taken for the other, see PackageGatherer.
        if (package == folder || package.SequenceEqual(folder))
            return [];
        var expected = package.ToDictionary(f => f.Path, f => f.Sha256, StringComparer.Ordinal);
        var differences = new List<FileDifference>();
        foreach (var file in folder)
        {
            if (!expected.Remove(file.Path, out var hash))
                differences.Add(new(FileDifferenceKind.Added, file.Path));
            else if (hash != file.Sha256)
                differences.Add(new(FileDifferenceKind.Changed, file.Path));
        }
        differences.AddRange(expected.Keys.Select(p => new FileDifference(FileDifferenceKind.Missing, p)));
        return [.. differences.OrderBy(d => d.Path, StringComparer.Ordinal)];
    }

    /// <summary>Names of files at the folder's top that restore itself writes.</summary>
    private static HashSet<string> OwnFiles(string folder)
    {
        var name = ArchiveOf(folder);
        return new(StringComparer.Ordinal) { name, name + ".sha512", ".nupkg.metadata" };
    }

    private static string ArchiveOf(string folder) => $"{IdOf(folder)}.{System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(folder))}.nupkg";

    /// <summary>Whether a file is the second archive, by the id alone and in its case, that <c>dotnet tool restore</c> leaves: the same bytes under that name, and nothing else.</summary>
    private static bool IsCopyOfArchive(string root, FileSystemInfo item)
    {
        var archive = System.IO.Path.Combine(root, ArchiveOf(root));
        if (item is not FileInfo copy || !item.Name.Equals($"{IdOf(root)}.nupkg", StringComparison.OrdinalIgnoreCase) || !Disk.IsFile(archive) || copy.Length != Disk.Length(archive))
            return false;
        using var first = Disk.Open(archive, FileShare.Read, bufferSize: 0);
        using var second = Disk.Open(copy.FullName, FileShare.Read, bufferSize: 0);
        return SHA256.HashData(first).AsSpan().SequenceEqual(SHA256.HashData(second));
    }

    /// <summary>The id of the package that a folder belongs to, as the folder writes it.</summary>
    internal static string IdOf(string folder) => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(folder))) ?? "";

    private static void Walk(string root, string inside, HashSet<string> own, Dictionary<string, ExtractedEntry> before, List<ExtractedEntry> entries, CancellationToken cancel)
    {
        var folder = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, inside));
        var stat = StatOf(folder);
        foreach (var item in Disk.Entries(folder, All))
        {
            cancel.ThrowIfCancellationRequested();
            var path = inside.Length == 0 ? item.Name : $"{inside}/{item.Name}";
            // Under such a name a folder or a link could bring anything.
            var isFile = item is FileInfo && item.LinkTarget is null && (!OperatingSystem.IsLinux() || StatOf(item.FullName).IsRegularFile);
            if (inside.Length == 0 && isFile && own.Contains(item.Name))
                continue;
            if (entries.Count > MaxFiles)
                throw new InvalidDataException($"it holds more than {MaxFiles:N0} files");
            if (inside.Length == 0 && isFile && StatOf(item.FullName) is var copied && IsCopyOfArchive(root, item))
                // No file of the package; but should it change, the folder is looked at again.
                entries.Add(new(path, copied, "", []));
            else if (item.LinkTarget is not null)
                // Restore writes no links. Whatever it leads to is not the package's file.
                entries.Add(new(path, StatOf(item.FullName), "link", []));
            else if (item is DirectoryInfo)
                Walk(root, path, own, before, entries, cancel);
            else
                entries.Add(ReadFile(item.FullName, path, before));
        }
        entries.Add(new(inside, stat, "", []));
    }

    private static ExtractedEntry ReadFile(string full, string path, Dictionary<string, ExtractedEntry> before)
    {
        var stat = StatOf(full);
        if (before.TryGetValue(path, out var known) && known.Stat == stat && OperatingSystem.IsLinux())
            return known;
        if (OperatingSystem.IsLinux() && !stat.IsRegularFile)
            throw new InvalidDataException($"{Core.Printable.Of(path, 200)} is no file");
        using var file = Disk.OpenHandle(full);
        var (hash, traits) = FileReading.Read(file, path);
        return StatOf(full) == stat ? new(path, stat, hash, traits) : throw new InvalidDataException($"{Core.Printable.Of(path, 200)} changed while it was read");
    }

    private static StrongStat StatOf(string path) =>
        !OperatingSystem.IsLinux() ? default : StrongStat.OfLink(path) ?? throw new FileNotFoundException(path);
}
