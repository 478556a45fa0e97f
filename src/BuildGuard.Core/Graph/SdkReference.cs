using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Graph;

/// <summary>An MSBuild SDK that a build file names and that the .NET SDK does not carry itself: NuGet downloads it, and MSBuild evaluates it before anything of the repo.</summary>
/// <param name="Name">The name as written.</param>
/// <param name="Location">The line that names it; for one that a package imports, the line that brings in the package.</param>
public sealed record SdkReference(string Name, SourceLocation Location)
{
    /// <summary>The version that MSBuild will take; null where <see cref="Problem"/> says why it is not known.</summary>
    public NuGetVersion? Version { get; init; }

    /// <summary>Why nobody can tell which package it is, as a clause after the name; null where it is known.</summary>
    public string? Problem { get; init; }

    /// <summary>What resolves the problem, as a sentence; null where there is none.</summary>
    public string? Fix { get; init; }

    /// <summary>The packages folder where MSBuild looks for it; null where it has a problem.</summary>
    public string? PackagesFolder { get; init; }

    /// <summary>The package whose build file imports it; null for a file of the repo.</summary>
    public PackageFacts? Importer { get; init; }

    /// <summary>The file of that package, as a path inside it; "" for a file of the repo.</summary>
    public string ImportingFile { get; init; } = "";
}
