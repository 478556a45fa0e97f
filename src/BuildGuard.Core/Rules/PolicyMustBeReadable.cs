using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG0001: The policy exists and can be read.</summary>
public sealed class PolicyMustBeReadable : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0001";

    /// <inheritdoc/>
    public override string Sentence => "The policy exists and can be read.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from problem in input.Document.Problems
        where problem.Trouble == PolicyTrouble.Unreadable
        select At(problem.Location, problem.What, "Without a policy nothing is decided, so nothing passes.", problem.Fix);
}
