using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Network;

namespace BuildGuard.NuGet.Advisories;

/// <summary>What to update, and from where.</summary>
public sealed record AdvisoryUpdateRequest
{
    /// <summary>Full path of the file that is replaced.</summary>
    public required string Target { get; init; }

    /// <summary>An address or a path of OSV records (a zip, a folder, a record, an index); null to ask the feeds.</summary>
    public string? From { get; init; }

    /// <summary>Service indexes of the feeds that are asked where <see cref="From"/> is null.</summary>
    public IReadOnlyList<Uri> Feeds { get; init; } = [];

    /// <summary>Now, UTC: what is written down as the time of fetching.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether data is taken that is older or much smaller than what is there.</summary>
    public bool Force { get; init; }

    /// <summary>How long one answer may take in all.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What came of an update.</summary>
/// <param name="Data">The new data; null where the old was kept.</param>
/// <param name="Old">The data that was there; null where there was none, or none that could be read.</param>
/// <param name="Problem">Why the old data was kept, as a clause; null where it was replaced.</param>
public sealed record AdvisoryUpdateResult(AdvisoryData? Data, AdvisoryData? Old, string? Problem)
{
    /// <summary>What the user should know although it went well, as sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>
/// Fetches advisories and writes them as a compact index. The new data replaces the old as a whole and at once, and only where it is complete, readable, and neither older nor much
/// smaller than what is there: a source that lost half of its records, or was rolled back, would take warnings away without a word.
/// </summary>
public static class AdvisoryUpdate
{
    /// <summary>Updates. Whatever goes wrong, the old data stays as it was.</summary>
    /// <exception cref="IOException">The target cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static async Task<AdvisoryUpdateResult> RunAsync(AdvisoryUpdateRequest request, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(request.Now.UtcDateTime);
        var (old, _) = File.Exists(request.Target) ? AdvisoryFiles.Read(request.Target, null, today, cancel) : default;
        var notes = new List<string>();
        AdvisoryData data;
        try
        {
            data = request.From is { } from ? await FetchAsync(from, request, today, cancel).ConfigureAwait(false) : await AskAsync(request, today, notes, cancel).ConfigureAwait(false);
        }
        catch (DownloadException e)
        {
            return new(null, old, e.Message);
        }
        if (Doubt(data, old, request) is { } doubt)
            return new(null, old, doubt);
        AtomicFile.Write(request.Target, AdvisoryIndex.Write(data));
        return new(data, old, null) { Notes = notes };
    }

    private static async Task<AdvisoryData> FetchAsync(string from, AdvisoryUpdateRequest request, DateOnly today, CancellationToken cancel)
    {
        // A path with a colon is rare; an address without "://" is none.
        if (!from.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(from, UriKind.Absolute, out var address))
            return Complete(Path.GetFullPath(from), from, request.Now, today, cancel);
        using var download = new Download(request.Timeout);
        var folder = Path.GetDirectoryName(request.Target)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(request.Target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using (stream.ConfigureAwait(false))
                await download.GetAsync(address, stream, AdvisoryZip.MaxBytes, cancel).ConfigureAwait(false);
            return Complete(temporary, Download.Show(address), request.Now, today, cancel);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static AdvisoryData Complete(string path, string source, DateTimeOffset now, DateOnly today, CancellationToken cancel)
    {
        var (data, problem) = AdvisoryFiles.Read(path, null, today, cancel);
        return data is null ? throw new DownloadException($"{source} is no database of advisories: {problem}") : data with { Fetched = now, Source = source };
    }

    private static async Task<AdvisoryData> AskAsync(AdvisoryUpdateRequest request, DateOnly today, List<string> notes, CancellationToken cancel)
    {
        using var download = new Download(request.Timeout);
        var collector = new AdvisoryCollector(_ => true, today);
        var answered = new List<string>();
        foreach (var feed in request.Feeds)
        {
            if (await FeedAdvisories.AddAsync(feed, download, collector, cancel).ConfigureAwait(false))
                answered.Add(Download.Show(feed));
            else
                notes.Add($"{Download.Show(feed)} has no vulnerability resource.");
        }
        if (answered.Count == 0)
            throw new DownloadException(request.Feeds.Count == 0 ? "the NuGet configuration names no feed that could be asked" : "no feed has a vulnerability resource");
        notes.Add("Feeds tell about vulnerabilities, not about malicious packages: for those, take OSV data (--from).");
        return collector.ToData() with { Fetched = request.Now, Source = string.Join(' ', answered) };
    }

    private static string? Doubt(AdvisoryData data, AdvisoryData? old, AdvisoryUpdateRequest request)
    {
        if (data.UnreadCount > 0)
            return $"{data.UnreadCount:N0} of its records cannot be read ({string.Join("; ", data.Unread)})";
        if (data.Records == 0)
            return "it has no record that speaks of NuGet packages";
        if (old is null || request.Force)
            return null;
        if (data.Newest < old.Newest)
            return $"it is older than what is there (newest record {data.Newest:yyyy-MM-dd}, there {old.Newest:yyyy-MM-dd}); --force takes it all the same";
        return data.Records < old.Records / 2 ? $"it has {data.Records:N0} records, less than half of the {old.Records:N0} that are there; --force takes it all the same" : null;
    }
}
