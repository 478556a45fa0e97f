using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Projects;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>What the packages and projects of a restore ask of each other.</summary>
internal static class Requirements
{
    /// <summary>By upper-case id and version of the package that is asked for. What a project names itself is not among it: that line is the one to change.</summary>
    public static ILookup<(string, NuGetVersion), Requirement> Of(AssetsFile assets)
    {
        var found = new HashSet<((string, NuGetVersion) Package, Requirement Requirement)>();
        foreach (var target in assets.Targets)
        {
            var resolved = target.Edges.Keys.Select(AssetsFile.Split).ToDictionary(l => l.Id, l => l.Version, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, dependencies) in target.Edges)
            {
                var (id, version) = AssetsFile.Split(key);
                foreach (var dependency in dependencies)
                {
                    if (resolved.TryGetValue(dependency.Id, out var chosen) && VersionRange.TryParse(dependency.Range, out var range))
                        found.Add(((dependency.Id.ToUpperInvariant(), chosen), new($"{id} {version.ToNormalizedString()}", range)));
                }
            }
        }
        return found.ToLookup(f => f.Package, f => f.Requirement);
    }
}
