using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG1001: Every package is signed, or the policy says why not.</summary>
public sealed class PackagesMustBeSigned : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1001";

    /// <inheritdoc/>
    public override string Sentence => "Every package is signed, or the policy says why not.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Signature is { IsKnown: true, Value.IsSigned: false } && new SignatureDemand(input.Policy.Signatures, package.Id).IsRequired
        select About(package,
            $"{package.Id} {package.Version} is not signed.",
            "Anyone on the way from its author to this machine could have replaced it.",
            input.Lock.Lock?.FindDownloaded(package.Id, package.Version)?.Signer is not null
            ? "Do not make an exception for it: it was signed when it was locked (BG1006)."
            : $"Use a signed version, or add to \"signatures.packages\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"unsigned\": true, \"reason\": \"…\" }}");
}
