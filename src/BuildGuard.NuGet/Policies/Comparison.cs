using System.Collections.Immutable;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Weakening;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Policies;

/// <summary>What policy and lock of a repo ask for less than in a commit.</summary>
/// <param name="Commit">The commit's full hash.</param>
public sealed record Comparison(string Commit)
{
    /// <summary>What the policy lost.</summary>
    public ImmutableArray<Weakened> Policy { get; private init; } = [];

    /// <summary>What the lock lost.</summary>
    public ImmutableArray<Weakened> Lock { get; private init; } = [];

    /// <summary>What else changed in the lock: packages that came, went or are of another version.</summary>
    public ImmutableArray<TrustChange> Changes { get; private init; } = [];

    /// <summary>Compares. Exactly one of the results is null.</summary>
    /// <param name="folder">A folder of the repo.</param>
    /// <param name="policyFile">Full path of the policy; null for the nearest.</param>
    /// <param name="revision">The commit to compare with.</param>
    /// <returns>The comparison; or a code, why there is none, and what to do.</returns>
    public static (Comparison? Result, (string Code, string What, string Fix)? Problem) With(string folder, string? policyFile, string revision)
    {
        var (git, problem) = GitRevision.Find(folder, revision);
        if (git is null)
            return (null, ("BG0008", $"The revision {Core.Printable.Of(revision, 60)} cannot be read: {problem}.", "Name a commit of this repo; in CI, fetch it first (git fetch --depth=1 origin BRANCH, or a checkout with its history)."));
        var (path, unknown) = policyFile is null ? git.Nearest(PolicyFiles.FileName) : git.Has(policyFile) is var (has, why) && has ? (policyFile, why) : (null, why);
        if (unknown is not null)
            return (null, ("BG0008", $"The policy of {git.Commit[..12]} cannot be read: {unknown}.", "Fetch the whole commit; a clone that left objects behind is not enough."));
        if (path is null)
            return (new(git.Commit), null);
        var before = PolicyFiles.ReadBy(path, p => git.Read(p, PolicyReader.MaxBytes));
        if (before.Policy is null)
            return (null, (CodeOf(before), $"The policy of {git.Commit[..12]} cannot be compared: {before.Problems[0].What}", "Compare with a commit whose policy this version of BuildGuard can read."));
        var after = PolicyFiles.Load(folder, policyFile ?? (PolicyFiles.Find(folder) is null ? path : null));
        if (after.Policy is null && !Disk.IsFile(after.Path))
            return (new(git.Commit) { Policy = [new(Path.GetFileName(path), "the policy is gone")] }, null);
        if (after.Policy is null)
            return (null, (CodeOf(after), $"{after.Problems[0].Location}: {after.Problems[0].What}", after.Problems[0].Fix));

        var old = LockFiles.Load(before, p => git.Has(p) is (false, null) ? null : git.Read(p, LockReader.MaxBytes));
        var now = LockFiles.Load(after);
        foreach (var document in (LockDocument[])[old, now])
        {
            if (document.Problem is { } broken)
                return (null, ("BG0008", $"{broken.Location}: {broken.What}{(document == old ? $" That is the lock of {git.Commit[..12]}." : "")}", "Take the lock from version control, or run: buildguard lock"));
        }
        // Whom the commit calls one signer: the change may be the one that joins two.
        var names = new SignerNames(before.Policy.Signatures, Core.Graph.PackageGraph.Empty);
        var ids = new[] { old.Lock, now.Lock }.OfType<LockFile>().SelectMany(l => l.Packages.Concat(l.Packs).Concat(l.Sdks).Concat(l.Tools)).Select(p => p.Id);
        return (new(git.Commit)
        {
            Policy = PolicyWeakening.Between(before.Policy, after.Policy, ids),
            Lock = old.Lock is null ? [] : now.Lock is null ? [new(Path.GetFileName(old.Path), "the lock is gone")] : LockWeakening.Between(old.Lock, now.Lock, names, before.Policy.Sources is not null),
            Changes = old.Lock is null || now.Lock is null ? [] : [.. TrustDiff.Between(old.Lock, now.Lock, names).Where(c => c.Kind != TrustChangeKind.Alarm)],
        }, null);
    }

    private static string CodeOf(PolicyDocument document) => document.Problems[0].Trouble switch { PolicyTrouble.Unreadable => "BG0001", PolicyTrouble.Key => "BG0002", _ => "BG0003" };
}
