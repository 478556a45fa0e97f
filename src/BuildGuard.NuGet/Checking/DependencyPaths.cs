using System.Collections.Immutable;
using BuildGuard.NuGet.Projects;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>Shortest ways from a project to its packages, breadth first over every framework and runtime.</summary>
internal static class DependencyPaths
{
    /// <summary>By upper-case id and version: the project's name, then each step; packages as "Id Version", projects as their name.</summary>
    public static Dictionary<(string, NuGetVersion), ImmutableArray<string>> Of(AssetsFile assets, string projectName)
    {
        var isPackage = assets.Libraries.Where(l => l.IsPackage).Select(l => (l.Id.ToUpperInvariant(), l.Version)).ToHashSet();
        var found = new Dictionary<(string, NuGetVersion), ImmutableArray<string>>();
        foreach (var target in assets.Targets)
        {
            // NuGet resolves one version of an id for each target.
            var resolved = target.Edges.Keys.ToDictionary(k => k[..k.IndexOf('/', StringComparison.Ordinal)], StringComparer.OrdinalIgnoreCase);
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var queue = new Queue<(string Id, ImmutableArray<string> Path)>();
            foreach (var root in assets.Roots.GetValueOrDefault(target.Framework, []))
                queue.Enqueue((root, [projectName]));
            while (queue.TryDequeue(out var next))
            {
                if (!seen.Add(next.Id) || !resolved.TryGetValue(next.Id, out var key))
                    continue;
                var slash = key.IndexOf('/', StringComparison.Ordinal);
                var id = key[..slash];
                if (!NuGetVersion.TryParse(key[(slash + 1)..], out var version))
                    continue;
                var package = isPackage.Contains((id.ToUpperInvariant(), version));
                var path = next.Path.Add(package ? $"{id} {version.ToNormalizedString()}" : id);
                if (package && (!found.TryGetValue((id.ToUpperInvariant(), version), out var known) || path.Length < known.Length))
                    found[(id.ToUpperInvariant(), version)] = path;
                foreach (var dependency in target.Edges[key])
                    queue.Enqueue((dependency.Id, path));
            }
        }
        return found;
    }
}
