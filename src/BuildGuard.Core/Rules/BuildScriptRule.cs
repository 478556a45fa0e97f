using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>What BG4001 and BG4004 share: nothing of some kinds runs in a build without an approval, or the gate leaves it out.</summary>
public abstract class BuildScriptRule : Rule
{
    /// <summary>Whether this rule speaks of a kind.</summary>
    protected abstract bool Covers(string kind);

    /// <summary>Why it matters.</summary>
    protected abstract string Why { get; }

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (!input.Policy.BuildScriptsNeedApproval)
            yield break;
        foreach (var package in input.Graph.Packages)
        {
            var decisions = BuildScriptDecisions.Of(input, package).Where(d => Covers(d.Script.Kind)).ToList();
            var missing = decisions.Where(d => !d.IsNamed).ToList();
            var excluded = input.Policy.ExcludeDeniedBuildScripts && input.Guard.HasGate;
            if (excluded && missing.FindAll(d => !d.CanBeExcluded) is { Count: > 0 } stuck)
                yield return Unexcludable(input, package, stuck);
            if (excluded)
            {
                // What nobody named stays out, as the policy says. But an entry that the gate cannot follow must not be ignored without a word.
                missing.RemoveAll(d => !BuildScriptDecisions.IsImported(d.Script.Kind));
                if (!decisions.Any(d => d.IsNamed && BuildScriptDecisions.IsImported(d.Script.Kind)))
                    continue;
            }
            if (missing.Count > 0 && missing.All(d => d.IsReadable))
                yield return Unapproved(input, package, missing, excluded);
        }
    }

    private Finding Unexcludable(CheckInput input, PackageFacts package, List<BuildScriptDecision> stuck) => About(package,
        $"{package.Id} {package.Version} brings a type provider that nobody approved: {ApprovalText.Files(stuck.SelectMany(d => d.Script.Files).Select(f => f.Path))}; the policy excludes it, but the compiler runs it as soon as the library is referenced.",
        Why, ApprovalText.Approve(input, package, stuck.ConvertAll(d => d.Script.Kind)));

    private Finding Unapproved(CheckInput input, PackageFacts package, List<BuildScriptDecision> missing, bool excluded)
    {
        var kinds = missing.Select(d => d.Script.Kind).ToList();
        var files = ApprovalText.Files(missing.SelectMany(d => d.Script.Files).Select(f => f.Path));
        var what = $"{package.Id} {package.Version} brings {ApprovalText.And(kinds)} that nobody approved: {files}";
        var fix = ApprovalText.Approve(input, package, kinds);
        if (excluded)
            return About(package, $"{what}; build files load each other, so the gate leaves out those that are approved as well.", Why, fix);
        if (input.Policy.ExcludeDeniedBuildScripts)
            return About(package, $"{what}; the policy excludes them, but there is no gate that could.", Why, $"Run: buildguard init, which installs the gate. {fix}");
        return About(package, what + ".", Why, input.Guard.HasGate ? $"{fix} To keep the libraries of such packages and leave this out, write \"whenDenied\": \"exclude\"." : fix);
    }
}
