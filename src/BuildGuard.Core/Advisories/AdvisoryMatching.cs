using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Advisories;

/// <summary>Holds the packages of a graph against the advisories. Rules and lock both ask here.</summary>
public static class AdvisoryMatching
{
    /// <summary>Every matter that an advisory raises about a package or pack, tolerated ones too, in the order of the graph.</summary>
    public static ImmutableArray<AdvisoryMatch> Of(CheckInput input)
    {
        var byPackage = input.Advisories.Standing(input.Today)
            .SelectMany(a => a.Affected, (advisory, package) => (Advisory: advisory, Package: package)).ToLookup(x => x.Package.Id, StringComparer.OrdinalIgnoreCase);
        return [.. from package in input.Graph.Downloaded
                   let known = KnownTo(input.Lock.Lock, package)
                   from matter in Join([.. byPackage[package.Id].Where(x => x.Package.Includes(package.Version)).Select(x => x.Advisory)])
                   let match = new AdvisoryMatch(package, matter)
                   select match with { IsKnownToLock = known is null || match.Names.Any(known.Contains) }];
    }

    /// <summary>What the policy does not tolerate and does not find too mild, malicious packages left out: those no policy tolerates. Packs are serviced with the SDK, not one by one.</summary>
    public static IEnumerable<AdvisoryMatch> Vulnerabilities(CheckInput input) =>
        Of(input).Where(m => input.Graph.Packages.Contains(m.Package)).Where(m => Counts(m, input.Policy) && !(input.Policy.Advisories?.Ignore ?? []).Any(i => Covers(i, m)));

    /// <summary>Whether a matter is a vulnerability that is bad enough for the policy.</summary>
    public static bool Counts(AdvisoryMatch match, GuardPolicy policy) => !match.IsMalicious && policy.Advisories is { } advisories && match.Severity >= advisories.Fail;

    /// <summary>Whether an entry of the policy speaks of a matter.</summary>
    public static bool Covers(AdvisoryIgnore ignore, AdvisoryMatch match) => ignore.Exemption.Id.Matches(match.Package.Id) && match.IsNamed(ignore.AdvisoryId);

    /// <summary>
    /// A new lock that remembers what was known of its packages. A package that the old lock has with the same bytes keeps what was known then: an advisory that came
    /// later stays newer than the lock, however often the lock is written for other reasons.
    /// </summary>
    /// <param name="file">The lock as it will be.</param>
    /// <param name="input">Graph, advisories, and the lock as it was.</param>
    public static LockFile Remember(LockFile file, CheckInput input)
    {
        // Without advisories nothing is known anew, and what was known is not forgotten.
        var current = Of(input).Where(m => !m.IsMalicious).ToLookup(m => m.Package.Key, StringComparer.OrdinalIgnoreCase);
        return file with
        {
            Packages = [.. file.Packages.Select(p => p with
            {
                Advisories = input.Lock.Lock?.Find(p.Id, p.Version) is { } old && old.ContentHash == p.ContentHash
                    ? old.Advisories
                    : [.. current[p.Key].Select(m => m.Id).Order(StringComparer.Ordinal)],
            })],
        };
    }

    /// <summary>The advisories that the lock knew of; null for a package that it does not hold with these bytes, which a change brought in.</summary>
    private static HashSet<string>? KnownTo(LockFile? file, PackageFacts package) =>
        file?.Find(package.Id, package.Version) is { } locked && package.ContentHash.IsKnown && locked.ContentHash == "sha512-" + package.ContentHash.Value
            ? locked.Advisories.ToHashSet(StringComparer.OrdinalIgnoreCase)
            : null;

    /// <summary>Joins records that share a name, directly or through others. Names may go round in circles, and there may be as many records as a database holds.</summary>
    private static IEnumerable<ImmutableArray<Advisory>> Join(ImmutableArray<Advisory> advisories)
    {
        // Each record points at one of its matter, and in the end at the first: what is called union-find.
        var first = Enumerable.Range(0, advisories.Length).ToArray();
        int FirstOf(int i)
        {
            while (first[i] != i)
                i = first[i] = first[first[i]];
            return i;
        }

        var byName = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < advisories.Length; i++)
        {
            foreach (var name in advisories[i].Names.Where(n => !byName.TryAdd(n, i)))
                first[FirstOf(i)] = FirstOf(byName[name]);
        }
        return Enumerable.Range(0, advisories.Length).GroupBy(FirstOf, i => advisories[i]).Select(g => g.OrderByDescending(a => a.IsMalicious).ThenByDescending(a => a.Id.StartsWith("GHSA-", StringComparison.OrdinalIgnoreCase))
            .ThenBy(a => a.Id, StringComparer.Ordinal).ToImmutableArray()).OrderBy(g => g[0].Id, StringComparer.Ordinal);
    }
}
