using System.Buffers;
using System.IO.Compression;
using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Advisories;

/// <summary>Reads a zip of OSV records, as OSV itself publishes them. The archive may be broken or a bomb: counts and sizes are checked before anything is inflated, and again while it is.</summary>
internal static class AdvisoryZip
{
    /// <summary>Largest archive that is read, in bytes.</summary>
    public const long MaxBytes = 1024L * 1024 * 1024;

    /// <summary>Reads the records on all cores. Each reader has the archive open for itself, and takes every n-th entry.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="collectors">Makes a collector for each reader.</param>
    /// <exception cref="InvalidDataException">It is no archive, it is damaged, or it is too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (AdvisoryData? Data, string? Problem) Read(string path, Func<AdvisoryCollector> collectors, CancellationToken cancel)
    {
        if (Disk.Length(path) is var length && length > MaxBytes)
            return (null, $"it has {length:N0} bytes, and at most {MaxBytes:N0} are read");
        var readers = Math.Clamp(Environment.ProcessorCount, 1, 4);
        var parts = new AdvisoryCollector[readers];
        try
        {
            Parallel.For(0, readers, new() { MaxDegreeOfParallelism = readers, CancellationToken = cancel }, i =>
            {
                using var stream = Disk.Open(path, FileShare.Read, bufferSize: 8 * 1024);
                using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
                Guard(zip);
                parts[i] = collectors();
                for (var n = i; n < zip.Entries.Count; n += readers)
                {
                    cancel.ThrowIfCancellationRequested();
                    if (zip.Entries[n].FullName.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                        Add(zip.Entries[n], parts[i]);
                }
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.All(x => x is InvalidDataException or IOException))
        {
            throw new InvalidDataException($"it is damaged: {e.InnerExceptions[0].Message}");
        }
        return (parts.Aggregate((a, b) => a.Join(b)).ToData(), null);
    }

    private static void Guard(ZipArchive zip)
    {
        if (zip.Entries.Count > AdvisoryFiles.MaxRecords)
            throw new InvalidDataException($"it has {zip.Entries.Count:N0} entries, and at most {AdvisoryFiles.MaxRecords:N0} are read");
        // Each entry is held to what it declares, so the sum holds as well.
        if (zip.Entries.Sum(e => Math.Min(e.Length, OsvReader.MaxBytes)) > AdvisoryFiles.MaxContentBytes)
            throw new InvalidDataException($"it inflates to more than {AdvisoryFiles.MaxContentBytes:N0} bytes");
    }

    private static void Add(ZipArchiveEntry entry, AdvisoryCollector collector)
    {
        if (entry.Length > OsvReader.MaxBytes)
        {
            collector.Refuse(entry.FullName, $"it has {entry.Length:N0} bytes, and at most {OsvReader.MaxBytes:N0} are read");
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent((int)entry.Length + 1);
        try
        {
            using var inflated = entry.Open();
            var length = inflated.ReadAtLeast(buffer.AsSpan(0, (int)entry.Length + 1), (int)entry.Length + 1, throwOnEndOfStream: false);
            if (length != entry.Length)
                collector.Refuse(entry.FullName, "it does not have the size that the archive gives");
            else
                collector.Add(buffer.AsMemory(0, length), entry.FullName);
        }
        catch (InvalidDataException e)
        {
            collector.Refuse(entry.FullName, $"it is damaged: {e.Message.TrimEnd('.')}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
