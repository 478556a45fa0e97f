using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.Core.Graph;

/// <summary>What a package can run in a build, of one kind.</summary>
/// <param name="Kind">props, targets, tasks, tools, analyzers or content. Install scripts are not among them: no build runs those (BG4005).</param>
/// <param name="Files">Everything that an approval of this kind covers, sorted by path.</param>
public sealed record BuildScript(string Kind, ImmutableArray<PackageFile> Files)
{
    /// <summary>"sha256-" and the base64 of SHA-256 over "hash path" lines: what an approval is bound to. It holds neither id nor version, so that an update that changes nothing needs no new approval.</summary>
    public string Hash { get; } = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(Files.Select(f => $"{f.Sha256} {f.Path}\n")))));
}

/// <summary>
/// Sorts the files of a package by what a build does with them. Pure: the same files give the same kinds on every machine.
/// </summary>
/// <remarks>
/// A build folder's props count as "props", its binaries as "tasks", all else in it as "targets"; <c>tools/</c> and any folder that NuGet gives no
/// meaning to as "tools". Libraries do not count, because a build does not run them, unless the text of a build file reaches out of its folder: then
/// everything in the package is part of what the approval covers.
/// </remarks>
public static class BuildScripts
{
    private static readonly string[] BuildFolders = ["build", "buildtransitive", "buildmultitargeting", "buildcrosstargeting"];

    private static readonly string[] InertFolders = ["lib", "ref", "runtimes", "contentfiles", "analyzers", "content", "docs", "images", "package", "_rels", "licenses"];

    private static readonly string[] BinaryExtensions = [".dll", ".exe", ".so", ".dylib", ".winmd", ".node"];

    /// <summary>
    /// What of a package runs in the builds of this repo, sorted by kind. Empty for a package whose files are not known; BG0008 speaks of that.
    /// </summary>
    /// <param name="package">The package.</param>
    public static ImmutableArray<BuildScript> Of(PackageFacts package)
    {
        if (!package.Files.IsKnown || !package.Traits.IsKnown)
            return [];
        var traits = package.Traits.Value;
        var taken = package.TakenIntoBuild.Where(t => !IsPlaceholder(t)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var imports = taken.Any(t => IsBuildFile(t));
        var reaches = imports && traits.Any(t => t.Kind == BuildTraitKind.ReachesOut);
        var providers = traits.Where(t => t.Kind == BuildTraitKind.TypeProvider).Select(t => t.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);

        var byKind = new SortedDictionary<string, List<PackageFile>>(StringComparer.Ordinal);
        foreach (var file in package.Files.Value)
        {
            if (KindOf(file.Path, imports, reaches, taken, providers) is { } kind)
            {
                if (!byKind.TryGetValue(kind, out var list))
                    byKind[kind] = list = [];
                list.Add(file);
            }
        }
        return [.. byKind.Select(k => new BuildScript(k.Key, [.. k.Value.OrderBy(f => f.Path, StringComparer.Ordinal)]))];
    }

    /// <summary>Whether a path lies in one of the folders that NuGet imports build files from.</summary>
    public static bool IsBuildFile(string path) => BuildFolders.Contains(TopFolder(path), StringComparer.OrdinalIgnoreCase);

    private static string? KindOf(string path, bool imports, bool reaches, HashSet<string> taken, HashSet<string> providers)
    {
        if (IsPlaceholder(path))
            return null;
        var top = TopFolder(path).ToLowerInvariant();
        var extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
        // What the compiler loads.
        if (providers.Contains(path) || (top == "analyzers" && extension is ".dll"))
            return "analyzers";
        if (top == "contentfiles" && taken.Contains(path))
            return "content";
        if (!imports)
            return null;
        if (BuildFolders.Contains(top))
            return extension == ".props" ? "props" : BinaryExtensions.Contains(extension) ? "tasks" : "targets";
        // Files at the top are the nuspec, the signature and documentation.
        if (top.Length > 0 && !InertFolders.Contains(top))
            return top is "tasks" ? "tasks" : "tools";
        return reaches && top.Length > 0 ? "tools" : null;
    }

    private static string TopFolder(string path) => path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[..slash] : "";

    private static bool IsPlaceholder(string path) => path.EndsWith("/_._", StringComparison.Ordinal);
}
