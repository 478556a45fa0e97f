using System.Collections.Immutable;

namespace BuildGuard.Core.Graph;

/// <summary>The .NET SDK that builds this repo on this machine, as far as a build runs it.</summary>
/// <param name="Runtime">Runtime identifier that the SDK was built for: "linux-x64", or a distribution's own such as "ubuntu.24.04-x64".</param>
/// <param name="Sdk">Version of the SDK.</param>
/// <param name="Folder">Full path of the folder that it is installed in.</param>
public sealed record ToolchainFacts(string Runtime, string Sdk, string Folder)
{
    /// <summary>
    /// By part, "sha256-" and the base64 of the root over path and SHA-256 of every file in it (see <see cref="PackageFile.RootOf"/>): "sdk" (MSBuild, the compilers, NuGet,
    /// resolvers), "runtime" (what they run on), "packs" (targeting packs and app hosts), "manifests" (workloads), "host" (what starts them).
    /// </summary>
    public required ImmutableSortedDictionary<string, string> Parts { get; init; }

    /// <summary>How many files the parts hold.</summary>
    public required int Files { get; init; }
}
