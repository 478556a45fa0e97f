using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG0009: The guard itself works.</summary>
public sealed class GuardMustNotFail : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0009";

    /// <inheritdoc/>
    public override string Sentence => "The guard itself works.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from failure in input.Guard.Failures
        select At(new(input.Guard.Subject), $"BuildGuard failed: {Printable.Of(failure, 500)}",
            "A guard that fails must not let anything pass.",
            "Restore BuildGuard's own package (delete its folder under the packages folder, then dotnet restore); if that does not help, report it with this line and the output of buildguard check --format json.");
}
