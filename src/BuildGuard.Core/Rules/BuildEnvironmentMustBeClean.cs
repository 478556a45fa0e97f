using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG4009: Nothing outside of the repo's reviewed files decides what a build runs.</summary>
public sealed class BuildEnvironmentMustBeClean : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG4009";

    /// <inheritdoc/>
    public override string Sentence => "Nothing outside of the repo's reviewed files decides what a build runs.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from trouble in input.Guard.Environment
        select At(trouble.Location, trouble.What, trouble.Why, trouble.Fix);
}
