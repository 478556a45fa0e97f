using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Checking;

/// <summary>What to gather facts of.</summary>
/// <param name="Projects">The projects. Those that they reference are read as well.</param>
/// <param name="Root">The policy's folder.</param>
internal sealed record GraphRequest(IEnumerable<ProjectInput> Projects, string Root)
{
    /// <summary>Where evidence of packages is kept.</summary>
    public required EvidenceCache Cache { get; init; }

    /// <summary>Whether extracted files are hashed even where nothing about them changed.</summary>
    public bool HashEveryFile { get; init; }

    /// <summary>A lock that vouches for the files of packages; null to read every archive.</summary>
    public Lazy<LockFile?>? Locked { get; init; }

    /// <summary>Told the projects before their packages are read; null where nobody waits for them.</summary>
    public Action<ImmutableArray<ProjectFacts>>? OnProjects { get; init; }

    /// <summary>Told after each package: how many of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Full path of what is checked: a solution, a project or a folder.</summary>
    public required string Subject { get; init; }

    /// <summary>Whether the whole repo is asked about, and not what one restore or build takes in.</summary>
    public bool Everything { get; init; }

    /// <summary>Folder of the .NET SDK in use; null where it is not known, so that it carries no MSBuild SDK.</summary>
    public required string? Sdk { get; init; }

    /// <summary>The build files that were read already.</summary>
    public BuildFiles Texts { get; init; } = new();
}
