using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG4002: What an approved package runs in a build is what somebody approved.</summary>
/// <remarks>The policy approves kinds of a package; the lock holds the hash of the content. Where the package's bytes are not the locked ones, BG2001 and BG2002 speak.</remarks>
public sealed class ApprovedBuildScriptsMustNotChange : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG4002";

    /// <inheritdoc/>
    public override string Sentence => "What an approved package runs in a build is what somebody approved.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Packages
        let changed = BuildScriptDecisions.Of(input, package).Where(d => d.IsNamed && d.IsLocked && d.ApprovedHash != d.Script.Hash).ToList()
        where changed.Count > 0
        select About(package,
            $"{package.Id} {package.Version} runs other content than was approved: {string.Join(", ", changed.Select(Describe))}.",
            "An approval is for content that somebody looked at, and this is other content.",
            $"See what changed, and approve it if it is meant: buildguard approve {package.Id} ({ApprovalText.Unasked}). If nobody updated the package, take the lock from version control.");

    private static string Describe(BuildScriptDecision d) => d.ApprovedHash is null
        ? $"{d.Script.Kind} (the lock has no approval of them)"
        : $"{d.Script.Kind} (approved {ApprovalText.Short(d.ApprovedHash)}, found {ApprovalText.Short(d.Script.Hash)})";
}
