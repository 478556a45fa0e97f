using BuildGuard.Core.Advisories;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Advisories;

/// <summary>
/// Reads advisory databases from the disk: a folder of OSV records, a zip of them, one record, or the compact index. What it is, its content says, not its name.
/// </summary>
public static class AdvisoryFiles
{
    /// <summary>Most files of a folder, and most entries of a zip, that are read.</summary>
    internal const int MaxRecords = 500_000;

    /// <summary>Most bytes that a folder holds, or that a zip inflates to.</summary>
    internal const long MaxContentBytes = 4L * 1024 * 1024 * 1024;

    /// <summary>Reads what the databases of a policy say about the packages of a graph; nothing where the policy names none.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="graph">The packages.</param>
    /// <param name="today">The day of the check, UTC.</param>
    public static AdvisoryFacts Read(PolicyDocument policy, PackageGraph graph, DateOnly today, CancellationToken cancel)
    {
        string[] ids = [.. graph.Downloaded.Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase)];
        return new([.. (policy.Policy?.Advisories?.Databases ?? []).Select(d =>
        {
            var path = Path.GetFullPath(d.Path, Path.GetDirectoryName(policy.Path)!);
            var (data, problem) = Read(path, ids, today, cancel);
            return new AdvisoryDatabase(d, data, problem) { IsFolder = Disk.IsFolder(path) };
        })]);
    }

    /// <summary>Reads one database. Never throws for what the disk holds.</summary>
    /// <param name="path">Full path of the file or folder.</param>
    /// <param name="ids">The packages whose records are asked for; null for all of them.</param>
    /// <param name="today">The day of the check, UTC.</param>
    /// <returns>The data, or why there is none, as a clause: exactly one is null.</returns>
    public static (AdvisoryData? Data, string? Problem) Read(string path, IReadOnlyCollection<string>? ids, DateOnly today, CancellationToken cancel)
    {
        try
        {
            var wanted = ids?.ToHashSet(StringComparer.OrdinalIgnoreCase);
            AdvisoryCollector New() => new(wanted is null ? _ => true : wanted.Contains, today);
            if (Disk.IsFolder(path))
                return ReadFolder(path, New(), cancel);
            switch (Start(path))
            {
                case var start when AdvisoryIndex.IsIndex(start):
                    var (index, problem) = BoundedFile.Read(path, AdvisoryIndex.MaxBytes);
                    return index is null ? (null, problem) : AdvisoryIndex.Read(index, ids);
                case [(byte)'P', (byte)'K', ..]:
                    return AdvisoryZip.Read(path, New, cancel);
            }
            var (bytes, gap) = BoundedFile.Read(path, OsvReader.MaxBytes);
            if (bytes is null)
                return (null, gap);
            var collector = New();
            var (advisory, unreadable) = OsvReader.Read(bytes, Path.GetFileName(path));
            if (advisory is null)
                return (null, $"it is no zip, no index and no OSV record: {unreadable}");
            collector.Add(advisory);
            return (collector.ToData(), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, $"it cannot be read ({e.Message.TrimEnd('.')})");
        }
    }

    private static byte[] Start(string path)
    {
        // Opening a pipe would wait for a writer; what is no file is left to the reader that says so.
        if (!Disk.IsFile(path) || StrongStat.Of(path) is { IsRegularFile: false })
            return [];
        using var stream = Disk.Open(path, FileShare.Read, bufferSize: 0);
        var start = new byte[8];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static (AdvisoryData? Data, string? Problem) ReadFolder(string folder, AdvisoryCollector collector, CancellationToken cancel)
    {
        long total = 0;
        var count = 0;
        // Links are not followed: a link to a folder above would never end.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var file in Disk.Files(folder, "*.json", options))
        {
            cancel.ThrowIfCancellationRequested();
            if (++count > MaxRecords || (total += Disk.Length(file)) > MaxContentBytes)
                return (null, $"it holds more than {MaxRecords:N0} files or {MaxContentBytes:N0} bytes");
            var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            var (bytes, problem) = BoundedFile.Read(file, OsvReader.MaxBytes);
            if (bytes is null)
                collector.Refuse(name, problem!);
            else
                collector.Add(bytes, name);
        }
        return count == 0 ? (null, "it holds no .json files") : (collector.ToData(), null);
    }
}
