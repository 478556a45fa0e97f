using System.Text.Json;
using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Network;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Advisories;

/// <summary>
/// Reads the vulnerability resource of NuGet feeds (https://learn.microsoft.com/nuget/api/vulnerability-info): service index, vulnerability index, pages. It holds ranges and severities; what it
/// does not hold is malicious packages, aliases and words.
/// </summary>
internal static class FeedAdvisories
{
    private const int MaxIndexBytes = 4 * 1024 * 1024;
    private const int MaxPageBytes = 128 * 1024 * 1024;
    private const int MaxPages = 16;
    private const string ResourceType = "VulnerabilityInfo";
    private const string Resource = "vulnerability resource";

    /// <summary>Adds everything that a feed knows.</summary>
    /// <param name="feed">The feed's service index.</param>
    /// <returns>Whether the feed has such a resource.</returns>
    /// <exception cref="DownloadException">The feed does not answer, or not in the form of the resource.</exception>
    public static async Task<bool> AddAsync(Uri feed, Download download, AdvisoryCollector collector, CancellationToken cancel)
    {
        using var service = await FeedJson.GetAsync(feed, MaxIndexBytes, download, cancel).ConfigureAwait(false);
        var resources = FeedJson.Shaped(feed, Resource, () => service.RootElement.GetProperty("resources").EnumerateArray().Where(r => FeedJson.IsOfType(r, ResourceType)).Select(FeedJson.Address).ToList());
        if (resources.Count == 0)
            return false;
        var address = FeedJson.Absolute(feed, resources[^1]);
        using var index = await FeedJson.GetAsync(address, MaxIndexBytes, download, cancel).ConfigureAwait(false);
        var pages = FeedJson.Shaped(address, Resource, () => index.RootElement.EnumerateArray().Select(p => (Id: FeedJson.Address(p), Updated: p.GetProperty("@updated").GetDateTimeOffset())).ToList());
        if (pages.Count is 0 or > MaxPages)
            throw new DownloadException($"{Download.Show(address)} names {pages.Count:N0} pages, and between 1 and {MaxPages} are expected");
        foreach (var (id, updated) in pages)
        {
            var place = FeedJson.Absolute(address, id);
            using var page = await FeedJson.GetAsync(place, MaxPageBytes, download, cancel).ConfigureAwait(false);
            foreach (var advisory in FeedJson.Shaped(place, Resource, () => Read(page.RootElement, updated).ToList()))
                collector.Add(advisory);
        }
        return true;
    }

    private static IEnumerable<Advisory> Read(JsonElement page, DateTimeOffset updated) =>
        from package in page.EnumerateObject()
        where package.Name.Length > 0
        from entry in package.Value.EnumerateArray()
        let url = entry.GetProperty("url").GetString() ?? throw new FormatException()
        group (package.Name, Span: SpanOf(entry.GetProperty("versions").GetString() ?? ""), Severity: SeverityOf(entry.GetProperty("severity").GetInt32())) by url into matter
        select new Advisory(IdOf(matter.Key))
        {
            Severity = matter.Max(m => m.Severity),
            Modified = updated,
            Affected = [.. matter.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).Select(g => new AffectedPackage(g.Key, [.. g.Select(m => m.Span).Distinct()], []))],
        };

    /// <summary>Feeds give the address of a page about the matter; advisories that others speak of end in their id.</summary>
    private static string IdOf(string url) => url.TrimEnd('/').Split('/')[^1] is var last && (last.StartsWith("GHSA-", StringComparison.OrdinalIgnoreCase) || last.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase)) ? last : url;

    private static AdvisorySeverity SeverityOf(int value) => value switch { 0 => AdvisorySeverity.Low, 1 => AdvisorySeverity.Moderate, 2 => AdvisorySeverity.High, 3 => AdvisorySeverity.Critical, _ => AdvisorySeverity.Unknown };

    /// <summary>A range in NuGet's notation. One that cannot be read is all versions, never none.</summary>
    internal static VersionSpan SpanOf(string text) => VersionRange.TryParse(text, allowFloating: false, out var range)
        ? new(range.IsMinInclusive || range.MinVersion is null ? range.MinVersion : Next(range.MinVersion), range.MaxVersion, range.IsMaxInclusive)
        : VersionSpan.All;

    /// <summary>The version right after another one: nothing lies between the two in NuGet's order.</summary>
    private static NuGetVersion Next(NuGetVersion version) => version.IsPrerelease
        ? new(version.Version, [.. version.ReleaseLabels, "0"], null, null)
        : new(new Version(version.Major, version.Minor, version.Patch, version.Revision + 1), ["0"], null, null);
}
