using System.Collections.Immutable;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Policy;

/// <summary>What a policy asks of the signatures of one package.</summary>
/// <param name="Policy">What the policy says of signatures.</param>
/// <param name="Id">The package's id.</param>
public sealed record SignatureDemand(SignaturePolicy Policy, string Id)
{
    /// <summary>The entry that speaks of the package: the one with the longest pattern; null where the default does.</summary>
    public SignatureEntry? Entry { get; } = IdPattern.Best(Policy.Packages, e => e.Id, Id);

    /// <summary>Whether a signature is asked for.</summary>
    public bool IsRequired => Entry is not null ? Entry.Unsigned is null : Policy.Default != SignatureRequirement.Off;

    /// <summary>The signers of whom one must have signed; null where anyone may, or nobody need.</summary>
    public ImmutableArray<TrustedSigner>? Accepted =>
        !IsRequired ? null
        : Entry?.Signer is { } signer ? [signer]
        : Policy.Default == SignatureRequirement.Trusted ? Policy.Signers : null;

    /// <summary>Whether an accepted signer signed.</summary>
    public bool AcceptsSignerOf(SignatureFacts facts) => Accepted is not { } signers || signers.Any(s => s.Signed(facts));

    /// <summary>Whether the repository signature names an owner that is accepted.</summary>
    public bool AcceptsOwnersOf(SignatureFacts facts) =>
        Entry is not { Owners.IsEmpty: false } || Entry.Owners.Intersect(facts.Owners, StringComparer.OrdinalIgnoreCase).Any();

    /// <summary>Whether the signatures are all that is asked for.</summary>
    public bool IsMetBy(SignatureFacts facts) => !IsRequired || (facts.Holds && AcceptsSignerOf(facts) && AcceptsOwnersOf(facts));
}
