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
    private const string ResourceType = "VulnerabilityInfo/";

    /// <summary>Adds everything that a feed knows.</summary>
    /// <param name="feed">The feed's service index.</param>
    /// <returns>Whether the feed has such a resource.</returns>
    /// <exception cref="DownloadException">The feed does not answer, or not in the form of the resource.</exception>
    public static async Task<bool> AddAsync(Uri feed, Download download, AdvisoryCollector collector, CancellationToken cancel)
    {
        using var service = await JsonAsync(feed, MaxIndexBytes, download, cancel).ConfigureAwait(false);
        var resources = Shaped(feed, () => service.RootElement.GetProperty("resources").EnumerateArray().Where(IsVulnerabilityInfo).Select(r => Address(r)).ToList());
        if (resources.Count == 0)
            return false;
        var address = Absolute(feed, resources[^1]);
        using var index = await JsonAsync(address, MaxIndexBytes, download, cancel).ConfigureAwait(false);
        var pages = Shaped(address, () => index.RootElement.EnumerateArray().Select(p => (Id: Address(p), Updated: p.GetProperty("@updated").GetDateTimeOffset())).ToList());
        if (pages.Count is 0 or > MaxPages)
            throw new DownloadException($"{Download.Show(address)} names {pages.Count:N0} pages, and between 1 and {MaxPages} are expected");
        foreach (var (id, updated) in pages)
        {
            var place = Absolute(address, id);
            using var page = await JsonAsync(place, MaxPageBytes, download, cancel).ConfigureAwait(false);
            foreach (var advisory in Shaped(place, () => Read(page.RootElement, updated).ToList()))
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

    private static string Address(JsonElement entry) => entry.GetProperty("@id").GetString() ?? throw new FormatException();

    private static bool IsVulnerabilityInfo(JsonElement resource) => resource.GetProperty("@type") is var type
        && (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : (IEnumerable<JsonElement>)[type]).Any(t => (t.GetString() ?? "").StartsWith(ResourceType, StringComparison.OrdinalIgnoreCase));

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

    private static Uri Absolute(Uri from, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new DownloadException($"{Download.Show(from)} names \"{Core.Printable.Of(text, 100)}\", which is no address");

    private static async Task<JsonDocument> JsonAsync(Uri address, int maxBytes, Download download, CancellationToken cancel)
    {
        var bytes = await download.GetAsync(address, maxBytes, cancel).ConfigureAwait(false);
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (JsonException)
        {
            throw new DownloadException($"{Download.Show(address)} gives something that is not JSON");
        }
    }

    private static T Shaped<T>(Uri address, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DownloadException($"{Download.Show(address)} does not have the form of NuGet's vulnerability resource");
        }
    }
}
