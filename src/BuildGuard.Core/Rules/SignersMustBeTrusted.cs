using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG1002: Every package is signed by somebody whom the policy accepts.</summary>
/// <remarks>Unsigned is BG1001; a signature that is not of these bytes says nothing about anybody, and is BG1003.</remarks>
public sealed class SignersMustBeTrusted : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1002";

    /// <inheritdoc/>
    public override string Sentence => "Every package is signed by somebody whom the policy accepts.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Signature is { IsKnown: true, Value.IsIntact: true }
        let facts = package.Signature.Value
        let demand = new SignatureDemand(input.Policy.Signatures, package.Id)
        where !demand.AcceptsSignerOf(facts)
        select demand.Accepted!.Value.FirstOrDefault(s => s.HasCertificateOf(facts)) is { } elsewhere
            ? ForAnotherService(package, facts, elsewhere)
            : ByOthers(package, facts, demand, Path.GetFileName(input.Document.Path));

    private Finding ByOthers(PackageFacts package, SignatureFacts facts, SignatureDemand demand, string policy) => About(package,
        $"{package.Id} {package.Version} is not signed by {SignatureText.Names(demand.Accepted!.Value.Select(s => s.Name))}, but by {SignatureText.Signers(facts)}.",
        "Anybody can get a certificate; the policy says whose signatures this repo relies on.",
        $"Use a version that an accepted signer signed{Alternative(facts, demand, policy)}");

    private static string Alternative(SignatureFacts facts, SignatureDemand demand, string policy)
    {
        var pinned = demand.Entry?.Signer;
        if (pinned is not null && facts.Of(pinned.Kind) is { } renewed)
        {
            return $". Only if you know from \"{pinned.Name}\" itself that this is a certificate of theirs, add it in {policy}: "
                + $"\"signers\": {{ {(pinned with { Certificates = pinned.Certificates.Add(renewed.Certificate) }).ToJson()} }}";
        }
        if ((facts.Author ?? facts.Repository) is not { } signer)
            return ".";
        var proposed = TrustedSigner.From(signer, facts, [.. demand.Policy.Known.Select(s => s.Name)]);
        return $", or, if you trust this signer, add to \"signatures.signers\" in {policy}: {Printable.Of(proposed.ToJson(), 3000)}"
            + (pinned is null ? "" : $" and write \"signer\": \"{proposed.Name}\" in the entry for \"{demand.Entry!.Id}\".");
    }

    private Finding ForAnotherService(PackageFacts package, SignatureFacts facts, TrustedSigner signer) => About(package,
        $"{package.Id} {package.Version} is signed with a certificate of \"{signer.Name}\", but for {(facts.ServiceIndex is { } index ? $"the service {Printable.Of(index)}" : "no service")} instead of {signer.ServiceIndex ?? "the public gallery"}.",
        "A repository signs for the feed that it names; the same certificate may serve a feed that you did not choose.",
        $"Do not build with it until you know who runs that feed. If \"{signer.Name}\" moved, correct its \"serviceIndex\" in \"signatures.signers\".");
}
