using System.Collections.Immutable;

namespace BuildGuard.Core.Locking;

/// <summary>What changes in trust between two locks, in the words a reviewer needs.</summary>
public static class TrustDiff
{
    /// <summary>Lists the changes, packages sorted by id. An id that lost one version and gained another is an update, and told as one.</summary>
    /// <param name="before">The lock as it was; <see cref="LockFile.Empty"/> for none.</param>
    /// <param name="after">The lock as it will be.</param>
    /// <param name="names">What people call the signers.</param>
    public static ImmutableArray<TrustChange> Between(LockFile before, LockFile after, SignerNames names)
    {
        var changes = ImmutableArray.CreateBuilder<TrustChange>();
        foreach (var project in after.Projects.Except(before.Projects, StringComparer.Ordinal))
            changes.Add(new(TrustChangeKind.Added, Printable.Of(project), "project"));
        foreach (var project in before.Projects.Except(after.Projects, StringComparer.Ordinal))
            changes.Add(new(TrustChangeKind.Removed, Printable.Of(project), "project"));

        Compare(before.Packages, after.Packages, "package", names, changes);
        Compare(before.Packs, after.Packs, "pack", names, changes);
        Compare(before.Sdks, after.Sdks, "MSBuild SDK, evaluated before any check", names, changes);
        Compare(before.Tools, after.Tools, "tool", names, changes);
        foreach (var toolchain in after.Toolchains)
        {
            var old = before.Toolchains.FirstOrDefault(t => t.Runtime == toolchain.Runtime);
            if (old is null)
                changes.Add(new(TrustChangeKind.Added, $".NET SDK {toolchain.Sdk}", toolchain.Runtime));
            else if (old.Sdk != toolchain.Sdk)
                changes.Add(new(TrustChangeKind.Updated, $".NET SDK for {toolchain.Runtime}", $"{old.Sdk} to {toolchain.Sdk}"));
            else if (!old.Parts.SequenceEqual(toolchain.Parts))
                changes.Add(new(TrustChangeKind.Alarm, $".NET SDK {toolchain.Sdk} for {toolchain.Runtime}", "other files under the same version"));
        }
        return changes.ToImmutable();
    }

    private static void Compare(ImmutableArray<LockedPackage> before, ImmutableArray<LockedPackage> after, string noun, SignerNames names, ImmutableArray<TrustChange>.Builder changes)
    {
        static LockedPackage? Find(IEnumerable<LockedPackage> among, LockedPackage package) => among.FirstOrDefault(p => p.Version == package.Version);
        var ids = before.Concat(after).Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
        var old = before.ToLookup(p => p.Id, StringComparer.OrdinalIgnoreCase);
        var now = after.ToLookup(p => p.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var id in ids)
        {
            var gone = old[id].Where(p => Find(now[id], p) is null).ToList();
            foreach (var package in now[id])
            {
                if (Find(old[id], package) is { } same)
                {
                    if (same.ContentHash != package.ContentHash || (same.SignedHash is not null && same.SignedHash != package.SignedHash))
                        changes.Add(new(TrustChangeKind.Alarm, package.Key, "other content under the same version: the hash changed"));
                    Compare(same, package, names, changes);
                }
                else if (gone.Count > 0)
                {
                    var previous = gone[^1];
                    gone.RemoveAt(gone.Count - 1);
                    changes.Add(new(TrustChangeKind.Updated, package.Id, $"{previous.Version.ToNormalizedString()} to {package.Version.ToNormalizedString()}"));
                    Compare(previous, package, names, changes);
                }
                else
                {
                    changes.Add(new(TrustChangeKind.Added, package.Key, Describe(package, noun, names)));
                    CompareAdvisories([], package, changes);
                    // What was approved in another version may come along; anything else that runs was approved by this change.
                    foreach (var (kind, hash) in package.BuildScripts.Where(s => !old[id].Any(o => o.BuildScripts.GetValueOrDefault(s.Key) == s.Value)))
                        changes.Add(new(TrustChangeKind.Alarm, package.Key, Approved(kind, hash, old[id].Any(o => o.BuildScripts.ContainsKey(kind)))));
                    // A second version beside the first: its trust is held against what is there.
                    if (old[id].LastOrDefault() is { } other)
                        CompareSignatures(other, package, names, changes);
                }
            }
            foreach (var package in gone)
                changes.Add(new(TrustChangeKind.Removed, package.Key, noun));
        }
    }

    /// <summary>
    /// What packages run that a lock does not approve, as a check under this lock will find it: content that changed since somebody approved it, and
    /// kinds that nobody approved. What the policy lets run or leaves out without an approval is not among it.
    /// </summary>
    /// <param name="input">Policy and graph, with the lock as it will be.</param>
    public static ImmutableArray<TrustChange> Unapproved(CheckInput input)
    {
        var changes = ImmutableArray.CreateBuilder<TrustChange>();
        foreach (var package in input.Graph.Packages)
        {
            var decisions = BuildScriptDecisions.Of(input, package).ToList();
            if (Kinds(decisions.Where(d => d.ApprovedHash is not null && d.ApprovedHash != d.Script.Hash && (d.IsNamed || input.Policy.BuildScriptsNeedApproval))) is { } changed)
                changes.Add(new(TrustChangeKind.Alarm, package.Key, $"its {changed} changed since somebody approved them: buildguard approve {package.Id}"));
            var mustBeNamed = input.Policy is { BuildScriptsNeedApproval: true, ExcludeDeniedBuildScripts: false };
            if (Kinds(decisions.Where(d => d.ApprovedHash is null && (d.IsNamed || mustBeNamed))) is { } added)
                changes.Add(new(TrustChangeKind.Alarm, package.Key, $"runs {added} in the build, which nobody approved: buildguard approve {package.Id}"));
        }
        return changes.ToImmutable();
    }

    private static string? Kinds(IEnumerable<BuildScriptDecision> decisions) =>
        string.Join(", ", decisions.Select(d => d.Script.Kind)) is { Length: > 0 } kinds ? kinds : null;

    private static void Compare(LockedPackage before, LockedPackage after, SignerNames names, ImmutableArray<TrustChange>.Builder changes)
    {
        CompareSignatures(before, after, names, changes);
        if (before.Source != after.Source && before.Source is not null)
            changes.Add(new(TrustChangeKind.Alarm, after.Key, $"OTHER SOURCE: {Source(after)}; {Version(before)} came from {Source(before)}"));
        CompareAdvisories(before.Advisories, after, changes);
        foreach (var (kind, hash) in after.BuildScripts.Where(s => before.BuildScripts.GetValueOrDefault(s.Key) != s.Value))
            changes.Add(new(TrustChangeKind.Alarm, after.Key, Approved(kind, hash, before.BuildScripts.ContainsKey(kind))));
    }

    private static string Approved(string kind, string hash, bool others) => others ? $"other {kind} are approved than before ({Short(hash)})" : $"{kind} are approved now ({Short(hash)})";

    private static void CompareSignatures(LockedPackage before, LockedPackage after, SignerNames names, ImmutableArray<TrustChange>.Builder changes)
    {
        void Add(bool isWorse, string detail) => changes.Add(new(isWorse ? TrustChangeKind.Alarm : TrustChangeKind.Updated, after.Key, detail));

        var change = new SignatureChange(before, after.Signer, after.Owners, names);
        if (change.IsUnsigned)
            Add(true, $"NOT SIGNED any more: {Version(before)} was signed by {names.Of(before.Signer)}{(before.Owners.IsEmpty ? "" : $", owners {Owners(before)}")}");
        else if (change.IsOtherSigner)
            Add(true, $"OTHER SIGNER: {names.Of(after.Signer)}; {Version(before)} was signed by {names.Of(before.Signer)}");
        else if (before.Signer != after.Signer)
            Add(false, before.Signer is null ? $"is signed now, by {names.Of(after.Signer)}" : $"signed with another certificate of the same signer, {names.Of(after.Signer)}");
        if (change.HasOtherOwners)
            Add(true, $"OTHER OWNERS: {Owners(after)}; {Version(before)} belonged to {Owners(before)}");
        else if (change.OwnersDiffer && !change.IsUnsigned)
            Add(false, $"names owners now: {Owners(after)}");
    }

    private static void CompareAdvisories(ImmutableArray<string> before, LockedPackage after, ImmutableArray<TrustChange>.Builder changes)
    {
        if (after.Advisories.Except(before, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } known)
            changes.Add(new(TrustChangeKind.Alarm, after.Key, $"has {(known.Count == 1 ? "a known vulnerability" : "known vulnerabilities")}: {Printable.Of(string.Join(", ", known), 300)}"));
    }

    private static string Describe(LockedPackage package, string noun, SignerNames names) =>
        (package.Signer is null ? $"{noun}, unsigned" : $"{noun}, signer {names.Of(package.Signer)}, owners {Owners(package)}") + (package.Source is null ? "" : $", from {Source(package)}");

    private static string Source(LockedPackage package) => package.Source is null ? "no source that the policy names" : Printable.Of(package.Source, 60);

    private static string Version(LockedPackage package) => package.Version.ToNormalizedString();

    private static string Short(string hash) => hash[..Math.Min(hash.Length, 15)] + "…";

    private static string Owners(LockedPackage package) => package.Owners.IsEmpty ? "nobody" : Printable.Of(string.Join(" + ", package.Owners), 120);
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

    /// <summary>Trust changed: content, signer, owner, what runs in the build.</summary>
    Alarm,
}

/// <summary>One change.</summary>
/// <param name="Kind">How it bears on trust.</param>
/// <param name="Subject">What changed.</param>
/// <param name="Detail">How.</param>
public sealed record TrustChange(TrustChangeKind Kind, string Subject, string Detail);
