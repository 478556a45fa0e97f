using System.Collections.Immutable;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Policy;

/// <summary>Which signatures a package needs where no entry says otherwise.</summary>
public enum SignatureRequirement
{
    /// <summary>Signed by anyone whose chain holds.</summary>
    Signed,

    /// <summary>Signed by a signer that the policy names.</summary>
    Trusted,

    /// <summary>No signature is asked for. A signature that is there must still be intact.</summary>
    Off,
}

/// <summary>What the policy asks of signatures.</summary>
public sealed record SignaturePolicy
{
    /// <summary>The requirement where no entry of <see cref="Packages"/> matches.</summary>
    public SignatureRequirement Default { get; init; } = SignatureRequirement.Signed;

    /// <summary>The signers that the policy names. <see cref="TrustedSigner.Gallery"/> is among them only where it does.</summary>
    public ImmutableArray<TrustedSigner> Signers { get; init; } = [];

    /// <summary>Entries by package pattern; the longest matching pattern wins.</summary>
    public ImmutableArray<SignatureEntry> Packages { get; init; } = [];

    /// <summary>The signers that an entry can name: those of the policy, and the gallery.</summary>
    public ImmutableArray<TrustedSigner> Known => Signers.Any(s => s.Name == TrustedSigner.GalleryName) ? Signers : Signers.Add(TrustedSigner.Gallery);
}

/// <summary>An entry of <c>signatures.packages</c>.</summary>
/// <param name="Id">Pattern over package ids.</param>
/// <param name="Location">Where it stands.</param>
public sealed record SignatureEntry(IdPattern Id, SourceLocation Location)
{
    /// <summary>Reason and expiry, where the package may be unsigned; null where it may not.</summary>
    public Exemption? Unsigned { get; init; }

    /// <summary>Who must have signed; null for whoever the default accepts.</summary>
    public TrustedSigner? Signer { get; init; }

    /// <summary>Owners of which the repository signature must name one; empty for any.</summary>
    public ImmutableArray<string> Owners { get; init; } = [];
}
