using NuGet.Versioning;

namespace BuildGuard.Core.Graph;

/// <summary>What some package or project of the graph asks of a package.</summary>
/// <param name="By">Who asks, as a step of a dependency path: "Serilog 4.3.0", or a project's name.</param>
/// <param name="Range">The versions that it accepts.</param>
public sealed record Requirement(string By, VersionRange Range);

/// <summary>Where the version of a package is chosen.</summary>
public enum VersionPlace
{
    /// <summary>In the project that references it.</summary>
    Project,

    /// <summary>In Directory.Packages.props; a package that nobody references must be referenced first.</summary>
    Central,

    /// <summary>In Directory.Packages.props, also for packages that only other packages bring in.</summary>
    CentralWithTransitives,
}
