using System.Collections.Immutable;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Packages;

/// <summary>What the bytes of one package say, whoever asks for it.</summary>
internal sealed record PackageEvidence
{
    public Evidence<string> ContentHash { get; init; }

    public Evidence<NuspecIdentity> Nuspec { get; init; }

    public Evidence<SignatureFacts> Signature { get; init; }

    public Evidence<ImmutableArray<string>> Entries { get; init; }

    public Evidence<ImmutableArray<PackageFile>> Files { get; init; }

    public Evidence<ImmutableArray<BuildTrait>> Traits { get; init; }

    /// <summary>Whether everything is known: only then is it worth keeping.</summary>
    public bool IsComplete => ContentHash.IsKnown && Nuspec.IsKnown && Signature.IsKnown && Entries.IsKnown && Files.IsKnown && Traits.IsKnown;

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
