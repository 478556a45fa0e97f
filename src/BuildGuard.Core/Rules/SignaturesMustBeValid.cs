using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
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

    /// <summary>Whether a package is signed with intact content, but by a signature that does not hold.</summary>
    public static bool IsDoubtful(PackageFacts package) =>
        package.Signature.IsKnown && package.Signature.Value.Problems is { IsEmpty: false } problems && problems.All(p => p.Trouble == SignatureTrouble.Trust);

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Packages
        where IsDoubtful(package)
        let entry = IdPattern.Best(input.Policy.Signatures.Packages, e => e.Id, package.Id)
        where entry is null ? input.Policy.Signatures.Default != SignatureRequirement.Off : !entry.Unsigned
        let problem = package.Signature.Value.Problems[0]
        select About(package,
            $"{package.Id} {package.Version} carries a signature that does not hold ({problem.Code}: {Printable.Of(problem.Message.TrimEnd('.'), 200)}).",
            "A signature that nobody vouches for proves no more than none.",
            $"Use a version whose signature holds, or treat it as unsigned in \"signatures.packages\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"unsigned\": true, \"reason\": \"…\" }}");
}
