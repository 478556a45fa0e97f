using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace BuildGuard.Core.Graph;

/// <summary>What a package can run in a build, of one kind.</summary>
/// <param name="Kind">One of <see cref="BuildScripts.Kinds"/>.</param>
/// <param name="Files">Everything that an approval of this kind covers, sorted by path.</param>
public sealed record BuildScript(string Kind, ImmutableArray<PackageFile> Files)
{
    /// <summary>What an approval is bound to. It holds neither id nor version, so that an update that changes nothing needs no new approval.</summary>
    public string Hash { get; } = PackageFile.RootOf(Files);
}

/// <summary>
/// Sorts the files of a package by what a build does with them. Pure: the same files give the same kinds on every machine.
/// </summary>
/// <remarks>
/// A build folder's props count as "props", its binaries as "tasks", all else in it as "targets"; <c>tools/</c> and any folder that NuGet gives no
/// meaning to as "tools". Libraries do not count, because a build does not run them, unless the text of a build file reaches out of its folder: then
/// everything in the package is part of what the approval covers. Install scripts are not among them: no build runs those (BG4005).
/// </remarks>
public static class BuildScripts
{
    internal const string SignatureFile = ".signature.p7s";

    private static readonly string[] BuildFolders = ["build", "buildtransitive", "buildmultitargeting", "buildcrosstargeting"];

    private static readonly string[] InertFolders = ["lib", "ref", "runtimes", "contentfiles", "content", "docs", "images", "package", "_rels", "licenses"];

    private static readonly string[] DocumentExtensions = [".nuspec", ".md", ".txt", ".png", ".jpg", ".jpeg", ".ico", ".svg", ".rtf"];

    private static readonly string[] BinaryExtensions = [".dll", ".exe", ".so", ".dylib", ".winmd", ".node"];

    /// <summary>The kinds: those of a build first, then what the compiler takes.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["props", "targets", "tasks", "tools", "analyzers", "content"];

    /// <summary>The id of the guard's own package. Whoever locks it has decided for its build files: BG2001 and BG2002 hold it to the locked bytes, and BG4008 to the lock.</summary>
    public const string OwnId = "BuildGuard";

    /// <summary>
    /// What of a package runs in the builds of this repo, sorted by kind. Empty for a package whose files are not known; BG0008 speaks of that. Empty for the guard's own.
    /// </summary>
    /// <param name="package">The package.</param>
    public static ImmutableArray<BuildScript> Of(PackageFacts package) => Known.GetValue(package, static p => new(Read(p))).Scripts;

    /// <summary>Several rules and the gate ask for the same.</summary>
    private static readonly ConditionalWeakTable<PackageFacts, Answer> Known = [];

    private sealed record Answer(ImmutableArray<BuildScript> Scripts);

    private static ImmutableArray<BuildScript> Read(PackageFacts package)
    {
        if (!package.Files.IsKnown || !package.Traits.IsKnown || package.Id.Equals(OwnId, StringComparison.OrdinalIgnoreCase))
            return [];
        var traits = package.Traits.Value;
        var imports = TakesBuildFiles(package);
        var sorting = new Sorting(
            imports,
            imports && traits.Any(t => t.Kind == BuildTraitKind.ReachesOut),
            package.Files.Value.Any(f => IsUnderAnalyzers(f.Path) && f.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)),
            package.TakenIntoBuild.ToHashSet(StringComparer.OrdinalIgnoreCase),
            traits.Where(t => t.Kind == BuildTraitKind.TypeProvider).Select(t => t.Path).ToHashSet(StringComparer.OrdinalIgnoreCase));

        return [.. package.Files.Value
            .Select(f => (File: f, Kind: sorting.KindOf(f.Path)))
            .Where(f => f.Kind is not null)
            .GroupBy(f => f.Kind!, f => f.File)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new BuildScript(g.Key, [.. g.OrderBy(f => f.Path, StringComparer.Ordinal)]))];
    }

    /// <summary>Whether restore takes props or targets of a package into the build of some project.</summary>
    public static bool TakesBuildFiles(PackageFacts package) => package.TakenIntoBuild.Any(t => IsBuildFile(t) && !IsPlaceholder(t));

    /// <summary>Whether a path lies in one of the folders that NuGet imports build files from.</summary>
    public static bool IsBuildFile(string path) => BuildFolders.Contains(TopFolder(path), StringComparer.OrdinalIgnoreCase);

    private static string TopFolder(string path) => path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[..slash] : "";

    private static bool IsPlaceholder(string path) => path.EndsWith("/_._", StringComparison.Ordinal);

    /// <summary>The SDK asks whether the path <em>begins</em> with "analyzers"; no slash needs to follow.</summary>
    private static bool IsUnderAnalyzers(string path) => path.StartsWith("analyzers", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a file at a package's top is there for people and for NuGet.</summary>
    public static bool IsDocument(string path) => path == SignatureFile
        || DocumentExtensions.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        || path.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || path.StartsWith("README", StringComparison.OrdinalIgnoreCase);

    private sealed record Sorting(bool Imports, bool ReachesOut, bool HasAnalyzers, HashSet<string> Taken, HashSet<string> Providers)
    {
        public string? KindOf(string path)
        {
            if (IsPlaceholder(path))
                return null;
            // What the compiler loads, and what that may load from beside itself.
            if (Providers.Contains(path) || (HasAnalyzers && IsUnderAnalyzers(path)))
                return "analyzers";
            var top = TopFolder(path).ToLowerInvariant();
            if (top == "contentfiles" && Taken.Contains(path))
                return "content";
            if (!Imports)
                return null;
            if (BuildFolders.Contains(top))
            {
                var extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
                return extension == ".props" ? "props" : BinaryExtensions.Contains(extension) ? "tasks" : "targets";
            }
            if (top.Length > 0 && !InertFolders.Contains(top))
                return top == "tasks" ? "tasks" : "tools";
            // At the top lie documentation and data. The nuspec names the version, and the signature can differ between equal packages.
            if (top.Length == 0)
                return IsDocument(path) ? null : "tools";
            return ReachesOut ? "tools" : null;
        }
    }
}
