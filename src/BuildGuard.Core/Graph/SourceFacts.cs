using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Sources;

namespace BuildGuard.Core.Graph;

/// <summary>What NuGet's configuration, and the restores of the projects, say of package sources.</summary>
public sealed record SourceFacts
{
    /// <summary>Nothing is configured.</summary>
    public static SourceFacts None { get; } = new();

    /// <summary>The sources that are switched on, each address once for each file that names it.</summary>
    public ImmutableArray<ConfiguredFeed> Feeds { get; init; } = [];

    /// <summary>The signers that NuGet itself is told to trust.</summary>
    public ImmutableArray<ConfiguredSigner> Signers { get; init; } = [];

    /// <summary>Full paths of the folders in which .NET SDKs are installed. Folders below them are sources that the SDK adds to a restore by itself: it brings FSharp.Core.</summary>
    public ImmutableArray<string> SdkRoots { get; init; } = [];

    /// <summary>Whether an address is that of a folder of the .NET SDK.</summary>
    public bool IsOfSdk(string address) =>
        SourceAddress.Identity(address, "/") is var identity && SdkRoots.Any(r => identity.StartsWith(r + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}

/// <summary>A package source as NuGet uses it.</summary>
/// <param name="Name">Its name in the configuration; null where it came from a property or the command line.</param>
/// <param name="Address">Its address, or the full path of a folder, as NuGet has it. It may hold a password.</param>
/// <param name="Location">The line that names it, or the project whose restore used it.</param>
public sealed record ConfiguredFeed(string? Name, string Address, SourceLocation Location)
{
    /// <summary>Whether the file belongs to the user or the machine and not to the repo or a folder above it.</summary>
    public bool IsOfMachine { get; init; }

    /// <summary>Whether it is a folder that the repo's configuration names by a relative path, which other machines find as well.</summary>
    public bool IsRelative { get; init; }
}

/// <summary>An entry of NuGet's <c>trustedSigners</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Certificates">Fingerprints in lower case: "sha256:…", or another algorithm's.</param>
/// <param name="Location">The line that names it.</param>
public sealed record ConfiguredSigner(string Name, ImmutableArray<string> Certificates, SourceLocation Location)
{
    /// <summary>Whether the file belongs to the user or the machine.</summary>
    public bool IsOfMachine { get; init; }
}
