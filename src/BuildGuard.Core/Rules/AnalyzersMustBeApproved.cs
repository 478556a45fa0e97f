namespace BuildGuard.Core.Rules;

/// <summary>BG4004: The compiler loads nothing of a package without an approval.</summary>
public sealed class AnalyzersMustBeApproved : BuildScriptRule
{
    /// <inheritdoc/>
    public override string Code => "BG4004";

    /// <inheritdoc/>
    public override string Sentence => "The compiler loads nothing of a package without an approval.";

    /// <inheritdoc/>
    protected override string Why => "Analyzers and source generators run with your rights in every build, and in the editor.";

    /// <inheritdoc/>
    protected override bool Covers(string kind) => kind == "analyzers";
}
