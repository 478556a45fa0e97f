using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG0003: Every value of the policy fits its key.</summary>
public sealed class PolicyValuesMustBeValid : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0003";

    /// <inheritdoc/>
    public override string Sentence => "Every value of the policy fits its key.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from problem in input.Document.Problems
        where problem.Trouble == PolicyTrouble.Value
        select At(problem.Location, problem.What, "A value that cannot be understood cannot be enforced.", problem.Fix);
}
