using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG0002: Every key of the policy is known and enforced by this version.</summary>
public sealed class PolicyKeysMustBeKnown : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0002";

    /// <inheritdoc/>
    public override string Sentence => "Every key of the policy is known and enforced by this version.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from problem in input.Document.Problems
        where problem.Trouble == PolicyTrouble.Key
        select At(problem.Location, problem.What, "A key that nobody enforces gives a false sense of safety.", problem.Fix);
}
