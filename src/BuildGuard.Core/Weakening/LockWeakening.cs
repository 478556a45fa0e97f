using System.Collections.Immutable;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Weakening;

/// <summary>Finds what one lock vouches for and another does not, beyond what <see cref="TrustDiff"/> tells of any two: entries that no <c>buildguard lock</c> writes, because somebody edited them.</summary>
public static class LockWeakening
{
    /// <summary>Lists the weakenings: of trust first, then what was edited. What a package gained or lost without harm is not among them.</summary>
    /// <param name="before">The lock as it was.</param>
    /// <param name="after">The lock as it is.</param>
    /// <param name="names">What people call the signers.</param>
    /// <param name="namesSources">Whether the policy named sources by then: only then an entry without one says that nobody knew where the package came from.</param>
    public static ImmutableArray<Weakened> Between(LockFile before, LockFile after, SignerNames names, bool namesSources) =>
    [
        .. TrustDiff.Between(before, after, names).Where(c => c.Kind == TrustChangeKind.Alarm).Select(c => new Weakened(c.Subject, c.Detail)),
        .. Edited(before.Packages, after.Packages, namesSources),
        .. Edited(before.Packs, after.Packs, namesSources),
        .. Edited(before.Sdks, after.Sdks, namesSources),
        .. Edited(before.Tools, after.Tools, namesSources),
    ];

    private static IEnumerable<Weakened> Edited(ImmutableArray<LockedPackage> before, ImmutableArray<LockedPackage> after, bool namesSources)
    {
        var old = before.ToLookup(p => (p.Id.ToUpperInvariant(), p.Version));
        foreach (var now in after)
        {
            if (old[(now.Id.ToUpperInvariant(), now.Version)].FirstOrDefault() is not { } was || was.ContentHash != now.ContentHash)
                continue;
            if (was.Files is not null && was.Files != now.Files)
                yield return new(now.Key, now.Files is null ? "the hash of its files is gone" : "the hash of its files changed, and that of the package did not: that is never honest");
            if (was.SignedHash is not null && now.SignedHash is null)
                yield return new(now.Key, "the hash that its signers sign is gone");
            if (was.Published != now.Published && was.Published is not null)
                yield return new(now.Key, $"the day of its publication changed from {was.Published:yyyy-MM-dd} to {(now.Published is null ? "nothing" : $"{now.Published:yyyy-MM-dd}")}");
            if (was.FeedDate is not null && now.FeedDate < was.FeedDate)
                yield return new(now.Key, $"the day that its feed gave changed from {was.FeedDate:yyyy-MM-dd} to {now.FeedDate:yyyy-MM-dd}");
            if (namesSources && was.Source is null && now.Source is not null)
                yield return new(now.Key, $"it says now that these bytes came from \"{Printable.Of(now.Source, 60)}\", and so where they come from is not asked any more");
            if (was.Advisories.Except(now.Advisories, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } forgotten)
                yield return new(now.Key, $"it forgets that {Printable.Of(string.Join(", ", forgotten), 200)} was known: that fails no longer, but counts as new");
        }
    }
}
