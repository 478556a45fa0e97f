using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>BG4001: Nothing of a package runs in a build without an approval.</summary>
/// <remarks>A build file that cannot be read is a finding under any approval: nobody can have seen what it does.</remarks>
public sealed class BuildScriptsMustBeApproved : BuildScriptRule
{
    /// <inheritdoc/>
    public override string Code => "BG4001";

    /// <inheritdoc/>
    public override string Sentence => "Nothing of a package runs in a build without an approval.";

    /// <inheritdoc/>
    protected override string Why => "Build files and what they load run with your rights in every build.";

    /// <inheritdoc/>
    protected override bool Covers(string kind) => kind != "analyzers";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        foreach (var finding in base.Check(input))
            yield return finding;
        foreach (var package in input.Graph.Packages.Where(p => BuildScriptDecisions.HasUnreadable(p) && !IsLeftOut(input, p)))
        {
            var unreadable = package.Traits.Value.Where(t => t.Kind == BuildTraitKind.Unreadable).ToList();
            yield return About(package,
                $"{package.Id} {package.Version} has build files that cannot be read ({Printable.Of(unreadable[0].Detail, 120)}): {ApprovalText.Files(unreadable.Select(t => t.Path))}.",
                "What cannot be read as UTF-8 and XML may be something else to MSBuild than to whoever approves it.",
                "Use a version whose build files are plain UTF-8, and ask the author for one; no approval makes this pass.");
        }
    }

    private static bool IsLeftOut(CheckInput input, PackageFacts package) =>
        input.Policy is { BuildScriptsNeedApproval: true, ExcludeDeniedBuildScripts: true } && input.Guard.HasGate
        && !BuildScriptDecisions.Of(input, package).Any(d => d.IsNamed && BuildScriptDecisions.IsImported(d.Script.Kind));
}
