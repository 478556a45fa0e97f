using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG1004: Every signature's chain, time stamp and validity hold.</summary>
/// <remarks>An entry that tolerates an unsigned package tolerates a signature that nobody vouches for as well: it claims less than that.</remarks>
public sealed class SignaturesMustBeValid : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1004";

    /// <inheritdoc/>
    public override string Sentence => "Every signature's chain, time stamp and validity hold.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Signature is { IsKnown: true, Value.IsDoubtful: true } && new SignatureDemand(input.Policy.Signatures, package.Id).IsRequired
        let problem = package.Signature.Value.Problems[0]
        select About(package,
            $"{package.Id} {package.Version} carries a signature that does not hold ({problem.Code}: {Printable.Of(problem.Message.TrimEnd('.'), 200)}).",
            "A signature that nobody vouches for proves no more than none.",
            $"Use a version whose signature holds, or treat it as unsigned in \"signatures.packages\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"unsigned\": true, \"reason\": \"…\" }}");
}
