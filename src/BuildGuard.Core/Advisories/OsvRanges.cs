using System.Text.Json;
using NuGet.Versioning;

namespace BuildGuard.Core.Advisories;

/// <summary>
/// The versions that an <c>affected</c> entry of an OSV record speaks of, by the evaluation that the format prescribes, with what real records need beyond it:
/// a bound that is only in <c>last_known_affected_version_range</c>, a fix that sorts before its introduction, an entry that names no version at all.
/// </summary>
/// <remarks>Where a bound cannot be read, the range is wider, never narrower: no lower bound means from the first version, no upper one means no fix.</remarks>
internal static class OsvRanges
{
    /// <summary>The ranges of an entry.</summary>
    public static IEnumerable<VersionSpan> Spans(JsonElement entry)
    {
        var lastKnown = LastKnown(entry);
        var said = false;
        foreach (var range in OsvReader.Items(entry, "ranges"))
        {
            // Commits of a repository say nothing of packages.
            if (OsvReader.Text(range, "type") == "GIT")
                continue;
            said = true;
            foreach (var span in Spans(OsvReader.Items(range, "events"), lastKnown))
                yield return span;
        }
        if (!said && !OsvReader.Items(entry, "versions").Any())
            yield return lastKnown ?? VersionSpan.All;
    }

    /// <summary>The versions that an entry lists. What NuGet cannot read as a version is the version of no package.</summary>
    public static IEnumerable<NuGetVersion> Versions(JsonElement entry)
    {
        foreach (var item in OsvReader.Items(entry, "versions"))
        {
            if (NuGetVersion.TryParse(item.GetString(), out var version))
                yield return version;
        }
    }

    private enum Kind
    {
        // In the order in which events of one version count: what is fixed in 2.0 can be introduced again in 2.0, and what is introduced in 2.0 can last for just that version.
        Fixed,
        Introduced,
        LastAffected,
    }

    private static IEnumerable<VersionSpan> Spans(IEnumerable<JsonElement> events, VersionSpan? lastKnown)
    {
        var sorted = events.SelectMany(Parse).OrderBy(e => e.Version!, VersionComparer.Default).ThenBy(e => e.Kind).ToList();
        var open = !sorted.Exists(e => e.Kind == Kind.Introduced);
        NuGetVersion? from = null;
        foreach (var (kind, version) in sorted)
        {
            if (kind == Kind.Introduced)
            {
                from = open ? from : version;
                open = true;
            }
            else if (open)
            {
                // A fix before its introduction never gets here: it ends nothing.
                yield return new(from, version, kind == Kind.LastAffected);
                open = false;
            }
        }
        if (open)
            yield return lastKnown is not null && (from is null || lastKnown.Includes(from)) ? lastKnown with { From = from } : new(from, null, false);
    }

    private static IEnumerable<(Kind Kind, NuGetVersion? Version)> Parse(JsonElement item)
    {
        foreach (var member in item.EnumerateObject())
        {
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            var version = NuGetVersion.TryParse(text, out var parsed) ? parsed : null;
            switch (member.Name)
            {
                case "introduced":
                    // "0" is before every version, 0.0.0-alpha too; null sorts first.
                    yield return (Kind.Introduced, text == "0" ? null : version);
                    break;
                case "fixed" when version is not null:
                    yield return (Kind.Fixed, version);
                    break;
                case "last_affected" when version is not null:
                    yield return (Kind.LastAffected, version);
                    break;
            }
        }
    }

    /// <summary>The upper bound that the GitHub Advisory Database writes beside a range: "&lt;= 2.1.4" or "&lt; 2.3.1".</summary>
    private static VersionSpan? LastKnown(JsonElement entry)
    {
        if (OsvReader.Object(entry, "database_specific") is not { } specific || OsvReader.Text(specific, "last_known_affected_version_range") is not { } text)
            return null;
        var includes = text.StartsWith("<=", StringComparison.Ordinal);
        return text.StartsWith('<') && NuGetVersion.TryParse(text[(includes ? 2 : 1)..].Trim(), out var bound) ? new(null, bound, includes) : null;
    }
}
