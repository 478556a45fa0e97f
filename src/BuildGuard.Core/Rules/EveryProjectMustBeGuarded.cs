using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG0011: Every project of the build inherits the guard.</summary>
public sealed class EveryProjectMustBeGuarded : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0011";

    /// <inheritdoc/>
    public override string Sentence => "Every project of the build inherits the guard.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from project in input.Guard.Unguarded
        select At(project.Location ?? new(project.Path, 1, 1),
            $"{Path.GetFileName(project.Path)} does not inherit BuildGuard: {project.Reason}.",
            "Its packages would run in the build without a check.",
            project.Fix ?? "Run: buildguard init, which puts missing imports back, also into nested Directory.Build.props and Directory.Build.targets. Remove ImportDirectoryBuildProps=false and ImportDirectoryBuildTargets=false where they are set.");
}
