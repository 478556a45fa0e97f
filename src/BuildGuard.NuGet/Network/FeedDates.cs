using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Sources;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Network;

/// <summary>
/// Asks feeds when packages were published, for those whose bytes do not say it: the "published" of NuGet's registration resource
/// (https://learn.microsoft.com/nuget/api/registration-base-url-resource). It is the feed's word and nothing more; the lock keeps it, so that no check has to ask.
/// </summary>
public static class FeedDates
{
    private const int MaxIndexBytes = 4 * 1024 * 1024;
    private const int MaxPageBytes = 64 * 1024 * 1024;
    private const int MaxPages = 512;
    private const string ResourceType = "RegistrationsBaseUrl";

    /// <summary>The graph with the days that feeds gave, and why some did not, as sentences.</summary>
    /// <param name="input">Policy, lock and graph. Nobody is asked where the policy asks for no age, or a day is known.</param>
    /// <param name="timeout">How long one answer may take in all.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<(CheckInput Input, ImmutableArray<string> Notes)> AskAsync(CheckInput input, TimeSpan timeout, CancellationToken cancel)
    {
        if (input.Document.Policy?.MinimumAge is not { } age)
            return (input, ["The policy asks for no age (\"minimumAge\"), so no feed was asked."]);
        using var download = new Download(timeout);
        var notes = ImmutableArray.CreateBuilder<string>();
        var days = new Dictionary<PackageFacts, DateOnly>(ReferenceEqualityComparer.Instance);
        var bases = new Dictionary<Uri, Uri?>();
        foreach (var package in input.Graph.Downloaded.Where(p => age.AppliesTo(p.Id) && p.Signature.IsKnown && LockWriter.PublishedOf(p.Signature.Value) is null && LockWriter.FeedDateOf(p, input.Lock.Lock) is null))
        {
            var name = $"{package.Id} {package.Version}";
            if (package.Source is not { } source || !Uri.TryCreate(source, UriKind.Absolute, out var feed) || !SourceAddress.IsFeed(source))
            {
                notes.Add($"{name} came from no feed that could be asked.");
                continue;
            }
            try
            {
                if (!bases.TryGetValue(feed, out var registrations))
                    bases[feed] = registrations = await BaseAsync(feed, download, cancel).ConfigureAwait(false);
                if (registrations is null)
                    notes.Add($"{Download.Show(feed)} does not say when {name} was published.");
                else if (await DayAsync(registrations, package, download, cancel).ConfigureAwait(false) is { Year: >= 2000 } day)
                    days[package] = day;
                else
                    notes.Add($"{Download.Show(feed)} gives no day for {name}.");
            }
            catch (DownloadException e)
            {
                notes.Add($"{name}: {e.Message}.");
            }
        }
        ImmutableArray<PackageFacts> Dated(ImmutableArray<PackageFacts> packages) => [.. packages.Select(p => days.TryGetValue(p, out var day) ? p with { FeedDate = day } : p)];
        return (input with { Graph = input.Graph with { Packages = Dated(input.Graph.Packages), Packs = Dated(input.Graph.Packs), Sdks = Dated(input.Graph.Sdks), Tools = Dated(input.Graph.Tools) } }, notes.ToImmutable());
    }

    private static async Task<Uri?> BaseAsync(Uri feed, Download download, CancellationToken cancel)
    {
        using var service = await FeedJson.GetAsync(feed, MaxIndexBytes, download, cancel).ConfigureAwait(false);
        // The one with SemVer 2.0.0 versions, where there are several.
        var found = FeedJson.Shaped(feed, "service index", () => service.RootElement.GetProperty("resources").EnumerateArray()
            .Where(r => FeedJson.IsOfType(r, ResourceType)).Select(r => (Type: r.GetProperty("@type").ToString(), Id: FeedJson.Address(r))).OrderBy(r => r.Type, StringComparer.Ordinal).LastOrDefault().Id);
        return found is null ? null : FeedJson.Absolute(feed, found.EndsWith('/') ? found : found + "/");
    }

    private static async Task<DateOnly?> DayAsync(Uri registrations, PackageFacts package, Download download, CancellationToken cancel)
    {
        var address = new Uri(registrations, $"{Uri.EscapeDataString(package.Id.ToLowerInvariant())}/index.json");
        using var index = await FeedJson.GetAsync(address, MaxPageBytes, download, cancel).ConfigureAwait(false);
        var pages = FeedJson.Shaped(address, "registration resource", () => index.RootElement.GetProperty("items").EnumerateArray().Where(p => Holds(p, package.Version)).ToList());
        foreach (var page in pages.Take(MaxPages))
        {
            if (page.TryGetProperty("items", out _))
            {
                if (FeedJson.Shaped(address, "registration resource", () => DayOf(page, package.Version)) is { } day)
                    return day;
                continue;
            }
            var place = FeedJson.Absolute(address, FeedJson.Shaped(address, "registration resource", () => FeedJson.Address(page)));
            using var rest = await FeedJson.GetAsync(place, MaxPageBytes, download, cancel).ConfigureAwait(false);
            if (FeedJson.Shaped(place, "registration resource", () => DayOf(rest.RootElement, package.Version)) is { } later)
                return later;
        }
        return null;
    }

    private static bool Holds(JsonElement page, NuGetVersion version) =>
        !(NuGetVersion.TryParse(page.GetProperty("lower").GetString(), out var lower) && version < lower) && !(NuGetVersion.TryParse(page.GetProperty("upper").GetString(), out var upper) && version > upper);

    private static DateOnly? DayOf(JsonElement page, NuGetVersion version)
    {
        var entry = page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("catalogEntry")).FirstOrDefault(e => NuGetVersion.TryParse(e.GetProperty("version").GetString(), out var v) && v == version);
        return entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("published", out var published) && published.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(published.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? DateOnly.FromDateTime(time.UtcDateTime) : null;
    }
}
