using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG2001: Every package is in the lock.</summary>
public sealed class PackagesMustBeLocked : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2001";

    /// <inheritdoc/>
    public override string Sentence => "Every package is in the lock.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Lock.IsAbsent)
        {
            return
            [
                At(new(input.Document.Path, 1, 1),
                    $"There is no lock file {Path.GetFileName(input.Lock.Path)}.",
                    "Without it nothing says which bytes the packages must have.",
                    $"Run: {ApprovalText.Lock}, or dotnet msbuild -t:BuildGuardLock, and check the file in."),
            ];
        }
        if (input.Lock.Lock is not { } locked)
            return [];
        return from package in input.Graph.Packages
               where locked.Find(package.Id, package.Version) is null
               let other = locked.Packages.FirstOrDefault(p => p.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase))
               select About(package,
                   other is null ? $"{package.Id} {package.Version} is not in the lock." : $"{package.Id} {package.Version} is not in the lock, which has {other.Version}.",
                   "Nobody has seen this package in a review yet.",
                   $"Run: {ApprovalText.Lock}, which shows what changes in trust, and check the file in.");
    }
}
