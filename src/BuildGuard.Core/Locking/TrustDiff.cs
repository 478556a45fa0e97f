using System.Collections.Immutable;

namespace BuildGuard.Core.Locking;

/// <summary>What changes in trust between two locks, in the words a reviewer needs.</summary>
public static class TrustDiff
{
    /// <summary>Lists the changes, packages sorted by id. An id that lost one version and gained another is an update, and told as one.</summary>
    /// <param name="before">The lock as it was; <see cref="LockFile.Empty"/> for none.</param>
    /// <param name="after">The lock as it will be.</param>
    public static ImmutableArray<TrustChange> Between(LockFile before, LockFile after)
    {
        var changes = ImmutableArray.CreateBuilder<TrustChange>();
        foreach (var project in after.Projects.Except(before.Projects, StringComparer.Ordinal))
            changes.Add(new(TrustChangeKind.Added, Printable.Of(project), "project"));
        foreach (var project in before.Projects.Except(after.Projects, StringComparer.Ordinal))
            changes.Add(new(TrustChangeKind.Removed, Printable.Of(project), "project"));

        var ids = before.Packages.Concat(after.Packages).Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
        var old = before.Packages.ToLookup(p => p.Id, StringComparer.OrdinalIgnoreCase);
        var now = after.Packages.ToLookup(p => p.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var id in ids)
        {
            var gone = old[id].Where(p => after.Find(p.Id, p.Version) is null).ToList();
            foreach (var package in now[id])
            {
                if (before.Find(package.Id, package.Version) is { } same)
                {
                    if (same.ContentHash != package.ContentHash)
                        changes.Add(new(TrustChangeKind.Alarm, package.Key, "other content under the same version: the hash changed"));
                    Compare(same, package, changes);
                }
                else if (gone.Count > 0)
                {
                    var previous = gone[^1];
                    gone.RemoveAt(gone.Count - 1);
                    changes.Add(new(TrustChangeKind.Updated, package.Id, $"{previous.Version.ToNormalizedString()} to {package.Version.ToNormalizedString()}"));
                    Compare(previous, package, changes);
                }
                else
                {
                    changes.Add(new(TrustChangeKind.Added, package.Key, Describe(package)));
                }
            }
            foreach (var package in gone)
                changes.Add(new(TrustChangeKind.Removed, package.Key, "package"));
        }
        return changes.ToImmutable();
    }

    private static void Compare(LockedPackage before, LockedPackage after, ImmutableArray<TrustChange>.Builder changes)
    {
        if (before.Signer is not null && after.Signer is null)
            changes.Add(new(TrustChangeKind.Alarm, after.Key, "was signed, is unsigned now"));
        else if (before.Signer != after.Signer)
            changes.Add(new(TrustChangeKind.Alarm, after.Key, $"signer {Short(before.Signer)} to {Short(after.Signer)}"));
        if (!before.Owners.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(after.Owners))
            changes.Add(new(TrustChangeKind.Alarm, after.Key, $"owners {Names(before.Owners)} to {Names(after.Owners)}"));
    }

    private static string Describe(LockedPackage package) => package.Signer is null ? "package, unsigned" : $"package, signer {Short(package.Signer)}, owners {Names(package.Owners)}";

    private static string Short(string? signer) => signer is null ? "none" : signer[..Math.Min(signer.Length, 15)] + "…";

    private static string Names(ImmutableArray<string> owners) => owners.Length == 0 ? "none" : Printable.Of(string.Join(" + ", owners), 120);
}

/// <summary>How a change bears on trust.</summary>
public enum TrustChangeKind
{
    /// <summary>Something new.</summary>
    Added,

    /// <summary>Something is gone.</summary>
    Removed,

    /// <summary>Another version of a package.</summary>
    Updated,

    /// <summary>Trust changed: content, signer, owner.</summary>
    Alarm,
}

/// <summary>One change.</summary>
/// <param name="Kind">How it bears on trust.</param>
/// <param name="Subject">What changed.</param>
/// <param name="Detail">How.</param>
public sealed record TrustChange(TrustChangeKind Kind, string Subject, string Detail);
