using System.Collections.Frozen;
using NuGet.Versioning;

namespace BuildGuard.Core.Advisories;

/// <summary>Everything that the advisories say of the versions of one package, made so that asking is quick however much they say.</summary>
public sealed class AffectedVersions
{
    private readonly List<VersionSpan> _spans = [];
    private readonly FrozenSet<NuGetVersion> _listed;

    /// <summary>Joins what several records say of one package.</summary>
    /// <param name="entries">The entries, of one id.</param>
    public AffectedVersions(IReadOnlyCollection<AffectedPackage> entries)
    {
        _listed = entries.SelectMany(e => e.Versions).ToFrozenSet();
        foreach (var span in entries.SelectMany(e => e.Spans).Where(s => !IsEmpty(s)).OrderBy(s => s.From!, VersionComparer.Default))
        {
            if (_spans.Count > 0 && _spans[^1] is var last && (last.To is null || span.From is null || span.From <= last.To))
                _spans[^1] = EndsLater(span, last) ? last with { To = span.To, IncludesTo = span.IncludesTo } : last;
            else
                _spans.Add(span);
        }
        Fixes = [.. entries.SelectMany(e => e.Spans).Where(s => s is { IncludesTo: false, To: not null }).Select(s => s.To!).Distinct().Where(v => !Include(v)).Order()];
    }

    /// <summary>The versions that some record calls fixed and none affected, the smallest first.</summary>
    public IReadOnlyList<NuGetVersion> Fixes { get; }

    /// <summary>Whether a version is affected.</summary>
    public bool Include(NuGetVersion version)
    {
        var (low, high) = (0, _spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_spans[middle].From is { } from && from > version)
                high = middle;
            else
                low = middle + 1;
        }
        return (low > 0 && _spans[low - 1].Includes(version)) || _listed.Contains(version);
    }

    private static bool IsEmpty(VersionSpan span) => span is { From: { } from, To: { } to } && (span.IncludesTo ? from > to : from >= to);

    private static bool EndsLater(VersionSpan one, VersionSpan other) =>
        other.To is not null && (one.To is null || one.To > other.To || (one.To == other.To && one.IncludesTo));
}
