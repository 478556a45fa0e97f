using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>BG4008: No package touches the guard's targets, tasks or properties.</summary>
/// <remarks>BuildGuard's own package defines them, of course. It is believed only where the lock holds that id with these very bytes.</remarks>
public sealed class GuardMustNotBeOverridden : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG4008";

    /// <inheritdoc/>
    public override string Sentence => "No package touches the guard's targets, tasks or properties.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        foreach (var package in input.Graph.Packages.Where(p => p.Traits.IsKnown && BuildScripts.TakesBuildFiles(p)))
        {
            var touches = package.Traits.Value.Where(t => t.Kind == BuildTraitKind.TouchesGuard).ToList();
            var isOwn = package.Id.Equals(BuildScripts.OwnId, StringComparison.OrdinalIgnoreCase);
            if (touches.Count == 0 || (isOwn && IsLocked(input, package)))
                continue;
            yield return About(package,
                $"{package.Id} {package.Version} touches what belongs to the guard: {ApprovalText.Files(touches.Select(t => $"{Printable.Of(t.Detail, 60)} ({Printable.Of(t.Path, 120)}, line {t.Line})"))}.",
                "A package that sets the guard's properties or defines its targets could switch off what judges it.",
                isOwn
                ? $"If you added or updated BuildGuard yourself, run: {ApprovalText.Lock}. If not, somebody serves another package under its name."
                : "Do not build with it; no approval makes this pass. Remove the reference or what brings it in, and ask the author why it does that.");
        }
    }

    private static bool IsLocked(CheckInput input, PackageFacts package) =>
        package.ContentHash.IsKnown && input.Lock.Lock?.Find(package.Id, package.Version)?.ContentHash == "sha512-" + package.ContentHash.Value;
}
