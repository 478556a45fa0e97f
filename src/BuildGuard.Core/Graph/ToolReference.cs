using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Graph;

/// <summary>A .NET tool that a manifest of the repo names (<c>dotnet-tools.json</c>). <c>dotnet tool restore</c> downloads its package, which is in no project's graph, and <c>dotnet tool run</c> runs it with the user's rights.</summary>
/// <param name="Name">The id as written.</param>
/// <param name="Location">The line that names it.</param>
public sealed record ToolReference(string Name, SourceLocation Location)
{
    /// <summary>The version that is run; null where <see cref="Problem"/> says why it is not known.</summary>
    public NuGetVersion? Version { get; init; }

    /// <summary>Why nobody can tell which package it is, as a clause after the name; null where it is known.</summary>
    public string? Problem { get; init; }

    /// <summary>What resolves the problem, as a sentence; null where there is none.</summary>
    public string? Fix { get; init; }

    /// <summary>The packages folder where it is looked for; null where it has a problem.</summary>
    public string? PackagesFolder { get; init; }

    /// <summary>The tool of the manifest whose package names this one as its own for one kind of machine; null for a tool that the manifest names.</summary>
    public string? PartOf { get; init; }
}
