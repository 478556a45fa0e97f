using System.Collections.Immutable;

namespace BuildGuard.Core.Locking;

/// <summary>How a package's signatures differ from what a lock says of them, or of another version.</summary>
/// <param name="Before">The lock's entry.</param>
/// <param name="Signer">Who signed now; null for nobody.</param>
/// <param name="Owners">The owners now.</param>
/// <param name="Names">Which certificates are one signer's.</param>
public sealed record SignatureChange(LockedPackage Before, string? Signer, ImmutableArray<string> Owners, SignerNames Names)
{
    /// <summary>Whether the signature is gone.</summary>
    public bool IsUnsigned => Before.Signer is not null && Signer is null;

    /// <summary>Whether somebody else signed. Another certificate of the same signer is not somebody else.</summary>
    public bool IsOtherSigner => Before.Signer is { } before && Signer is not null && !Names.AreOne(before, Signer);

    /// <summary>Whether the owners are others than those that were locked. Case and order do not count.</summary>
    public bool HasOtherOwners => !Before.Owners.IsEmpty && !IsUnsigned && OwnersDiffer;

    /// <summary>Whether trust that there was is gone.</summary>
    public bool IsDowngrade => IsUnsigned || IsOtherSigner || HasOtherOwners;

    /// <summary>Whether the sets of owners differ at all.</summary>
    public bool OwnersDiffer => !Before.Owners.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(Owners);
}
