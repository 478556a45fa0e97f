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
        let signer = input.Lock.Lock?.Find(package.Id, package.Version)?.Signer
        select About(package,
            signer is null ? $"{package.Id} {package.Version} is not signed." : $"{package.Id} {package.Version} is not signed, but it was when it was locked (signer {signer[..15]}…).",
            "Anyone on the way from its author to this machine could have replaced it.",
            signer is not null
            ? $"Do not make an exception for it: somebody took the signature away. Delete {package.Folder ?? "its folder under the packages folder"} and run dotnet restore --force --no-http-cache; if it comes back the same, ask who runs the feed."
            : $"Use a signed version, or add to \"signatures.packages\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"unsigned\": true, \"reason\": \"…\" }}");
}
