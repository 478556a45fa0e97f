using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>BG1003: The bytes of a signed package are the bytes that were signed.</summary>
public sealed class SignedContentMustBeIntact : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1003";

    /// <inheritdoc/>
    public override string Sentence => "The bytes of a signed package are the bytes that were signed.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Signature.IsKnown
        let problem = package.Signature.Value.Problems.FirstOrDefault(p => p.Trouble == SignatureTrouble.Content)
        where problem is not null
        select About(package,
            $"{package.Id} {package.Version} was changed after it was signed ({problem.Code}: {Printable.Of(problem.Message.TrimEnd('.'), 200)}).",
            "What you have is not what the signer published.",
            $"Do not build with it. {Refetch.Sentence(input, package, fromFeed: true)}; if it comes back the same, ask who runs the feed.");
}
