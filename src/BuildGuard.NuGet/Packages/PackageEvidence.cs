using System.Collections.Immutable;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Packages;

/// <summary>What the bytes of one package say, whoever asks for it.</summary>
internal sealed record PackageEvidence
{
    public Evidence<string> ContentHash { get; init; }

    /// <summary>SHA-256 (base64) of the bytes that signatures speak for; null for an unsigned package, and where NuGet alone could read the archive.</summary>
    public string? SignedHash { get; init; }

    /// <summary>
    /// Whether the content hash is the lock's: it records both hashes of the same bytes, and only the other one was worked out. Such a hash is not kept: where the lock no longer says so,
    /// the archive has to be read.
    /// </summary>
    public bool IsHashVouched { get; init; }

    public Evidence<NuspecIdentity> Nuspec { get; init; }

    public Evidence<SignatureFacts> Signature { get; init; }

    public Evidence<ImmutableArray<string>> Entries { get; init; }

    public Evidence<ImmutableArray<PackageFile>> Files { get; init; }

    public Evidence<ImmutableArray<BuildTrait>> Traits { get; init; }

    /// <summary>SHA-256 of the signature file, lower-case hex; null for an unsigned package, and where NuGet alone could read the archive.</summary>
    public string? SignatureHash { get; init; }

    /// <summary>
    /// Whether files and traits were read from the extracted folder instead of the archive. The lock vouched for that: of the archive with this content hash it records exactly these files.
    /// Such files are not kept: where the lock no longer says so, the archive has to be read.
    /// </summary>
    public bool IsVouched { get; init; }

    /// <summary>Whether NuGet's own verifier was asked about the signature.</summary>
    public bool WasDeferred { get; init; }

    /// <summary>Whether everything is known but, perhaps, the files: only then is it worth keeping.</summary>
    public bool IsComplete => (ContentHash.IsKnown || SignedHash is not null) && Nuspec.IsKnown && Signature.IsKnown && Entries.IsKnown && Files.IsKnown == Traits.IsKnown;

    public static PackageEvidence Missing(string gap) => new()
    {
        ContentHash = Evidence<string>.Missing(gap),
        Nuspec = Evidence<NuspecIdentity>.Missing(gap),
        Signature = Evidence<SignatureFacts>.Missing(gap),
        Entries = Evidence<ImmutableArray<string>>.Missing(gap),
        Files = Evidence<ImmutableArray<PackageFile>>.Missing(gap),
        Traits = Evidence<ImmutableArray<BuildTrait>>.Missing(gap),
    };
}
