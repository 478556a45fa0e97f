using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Rules;

/// <summary>BG2006: Every MSBuild SDK that a build downloads is the one that was locked.</summary>
/// <remarks>
/// An SDK is evaluated before any file of the repo, so no check inside of a build can come before it; a check that reads the names as text can. An SDK that a
/// package imports counts where the package's build files get into a build.
/// </remarks>
public sealed class SdksAndToolsMustMatchTheLock : Rule
{
    private const string Why = "MSBuild evaluates an SDK before any file of the repo, with your rights: no guard inside of the build comes first.";

    /// <inheritdoc/>
    public override string Code => "BG2006";

    /// <inheritdoc/>
    public override string Sentence => "Every MSBuild SDK that a build downloads is the one that was locked.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var denied = input.Policy.ExcludeDeniedBuildScripts && input.Guard.HasGate
            ? BuildScriptDecisions.Denied(input).Where(d => d.Kinds.Any(BuildScriptDecisions.IsImported)).Select(d => d.Package.Key).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];
        var counting = input.Graph.SdkReferences.Where(r => r.Importer is null || !denied.Contains(r.Importer.Key)).ToList();
        foreach (var reference in counting.Where(r => r.Problem is not null))
        {
            yield return At(reference.Location, $"The MSBuild SDK {Printable.Of(reference.Name, 120)} cannot be pinned: {reference.Problem}.", Why, reference.Fix ?? "Name it literally.");
        }
        foreach (var reference in counting.Where(r => r.Version is not null).DistinctBy(r => (r.Name.ToUpperInvariant(), r.Version)))
        {
            var package = input.Graph.Sdks.FirstOrDefault(p => p.Version == reference.Version && p.Id.Equals(reference.Name, StringComparison.OrdinalIgnoreCase));
            // No lock at all is BG2001; one that cannot be read is BG0008.
            if (input.Lock.Lock is { } locked && Judge(locked, reference, package) is { } finding)
                yield return finding;
        }
    }

    private Finding? Judge(LockFile locked, SdkReference reference, PackageFacts? package)
    {
        var name = $"{reference.Name} {reference.Version}";
        if (locked.FindSdk(reference.Name, reference.Version!) is not { } entry)
        {
            var other = locked.Sdks.LastOrDefault(p => p.Id.Equals(reference.Name, StringComparison.OrdinalIgnoreCase));
            var through = reference.Importer is { } importer ? $", which {importer.Id} {importer.Version} imports in {Printable.Of(reference.ImportingFile, 120)}," : "";
            return About(reference, package,
                $"The MSBuild SDK {name}{through} is not in the lock{(other is null ? "" : $", which has {other.Version}")}.",
                $"{(package is null ? $"Get it without running it: {Download(reference)}. Then look at it" : $"Look at it in {package.Folder}")}, run {ApprovalText.Lock}, and check the file in.");
        }
        if (package is null || !package.ContentHash.IsKnown)
            return null;
        var (content, folder) = ("sha512-" + package.ContentHash.Value, package.Folder ?? "its folder under the packages folder");
        if (entry.ContentHash != content)
        {
            return About(reference, package,
                $"The MSBuild SDK {name} has other content than the lock says (locked {ApprovalText.Short(entry.ContentHash)}, found {ApprovalText.Short(content)}).",
                $"If somebody edited the lock, take it from version control. If not, do not build with it: delete {folder} and get it again without running it: {Download(reference)}");
        }
        return package.RestoredHash.IsKnown && "sha512-" + package.RestoredHash.Value != content
            ? About(reference, package,
                $"The MSBuild SDK {name} has other content than NuGet recorded (recorded {ApprovalText.Short("sha512-" + package.RestoredHash.Value)}, found {ApprovalText.Short(content)}).",
                $"Delete {folder} and get it again without running it: {Download(reference)}")
            : null;
    }

    /// <summary>The command that fetches an SDK as data: a restore would evaluate it.</summary>
    public static string Download(SdkReference reference) => $"dotnet package download {reference.Name}@{reference.Version} --output {reference.PackagesFolder}";

    private Finding About(SdkReference reference, PackageFacts? package, string what, string fix) => At(reference.Location, what, Why, fix) with
    {
        PackageId = reference.Name,
        PackageVersion = reference.Version!.ToNormalizedString(),
        DependencyPath = package?.DependencyPath ?? [],
        PackageFolder = package?.Folder,
    };
}
