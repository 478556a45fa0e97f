using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG2005: Every pack that restore downloads beside the packages is the one that was locked.</summary>
/// <remarks>
/// Runtime packs, targeting packs, app hosts and the compilers of NativeAOT and ReadyToRun, and whatever a PackageDownload names, stand in no lock file of NuGet and
/// carry no hash in the assets file.
/// </remarks>
public sealed class FrameworkPacksMustMatchTheLock : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2005";

    /// <inheritdoc/>
    public override string Sentence => "Every pack that restore downloads beside the packages is the one that was locked.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        // No lock at all is BG2001.
        if (input.Lock.Lock is not { } locked)
            yield break;
        foreach (var pack in input.Graph.Packs)
        {
            var name = $"{pack.Id} {pack.Version}";
            if (locked.FindPack(pack.Id, pack.Version) is not { } entry)
            {
                var other = locked.Packs.LastOrDefault(p => p.Id.Equals(pack.Id, StringComparison.OrdinalIgnoreCase));
                yield return About(pack,
                    $"The pack {name} is not in the lock{(other is null ? "" : $", which has {other.Version}")}.",
                    "Packs are copied into the app or run in the build, and NuGet pins none of them.",
                    $"Run: {ApprovalText.Lock}, which locks what this restore downloaded and keeps the packs of other runtimes, and check the file in.");
            }
            else if (pack.ContentHash.IsKnown && entry.ContentHash != "sha512-" + pack.ContentHash.Value)
            {
                yield return About(pack,
                    $"The pack {name} has other content than the lock says (locked {ApprovalText.Short(entry.ContentHash)}, found {ApprovalText.Short("sha512-" + pack.ContentHash.Value)}).",
                    "The same id and version with other bytes is what a replaced pack looks like, and it would end up in the app.",
                    $"Do not build with it: {Refetch.Steps(input, pack, fromFeed: true)}. If somebody edited the lock, take it from version control.");
            }
            else if (pack.ContentHash.IsKnown && pack.RestoredHash.IsKnown && pack.RestoredHash.Value != pack.ContentHash.Value)
            {
                yield return About(pack,
                    $"The pack {name} has other content than restore recorded (recorded {ApprovalText.Short("sha512-" + pack.RestoredHash.Value)}, found {ApprovalText.Short("sha512-" + pack.ContentHash.Value)}).",
                    "The pack was replaced after the restore.",
                    $"{Refetch.Sentence(input, pack)}.");
            }
        }
    }
}
