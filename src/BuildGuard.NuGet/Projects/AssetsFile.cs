using System.Collections.Immutable;
using System.Text.Json;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Projects;

/// <summary>What restore wrote for one project, as far as a check needs it: project.assets.json.</summary>
internal sealed record AssetsFile
{
    /// <summary>Largest assets file that is read, in bytes.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    public required string ProjectPath { get; init; }

    /// <summary>Packages folder first, then fallback folders.</summary>
    public required ImmutableArray<string> PackageFolders { get; init; }

    /// <summary>The build action of a content file that no build looks into.</summary>
    public const string Inert = "None";

    /// <summary>Every package and project of every framework and runtime.</summary>
    public required ImmutableArray<Library> Libraries { get; init; }

    /// <summary>One dependency graph for each framework and runtime.</summary>
    public required ImmutableArray<Target> Targets { get; init; }

    /// <summary>Package ids that the project names itself, with the version range that restore saw; one entry for each framework.</summary>
    public required ImmutableArray<(string Id, string Range)> Direct { get; init; }

    /// <summary>What the project names itself, packages and projects, by framework.</summary>
    public required ImmutableDictionary<string, ImmutableArray<string>> Roots { get; init; }

    /// <summary>Where the versions of packages are chosen.</summary>
    public required VersionPlace VersionPlace { get; init; }

    /// <summary>Full paths of the projects that this one references, directly or through another.</summary>
    public required ImmutableArray<string> ProjectReferences { get; init; }

    /// <summary>Packs that restore downloads without making them part of a graph, over all frameworks.</summary>
    public required ImmutableArray<(string Id, NuGetVersion Version)> Downloads { get; init; }

    /// <summary>The sources that restore used: addresses, or full paths of folders.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>Full paths of the files of NuGet's configuration that restore read, the nearest first.</summary>
    public required ImmutableArray<string> ConfigFiles { get; init; }

    public sealed record Library(string Id, NuGetVersion Version, bool IsPackage, string? Sha512);

    /// <param name="Framework">Framework, without the runtime.</param>
    /// <param name="Edges">By "Id/Version" of a library: what it depends on.</param>
    /// <param name="Taken">By "Id/Version" of a library: what the build takes in, as paths inside the package: build files, and content that is compiled.</param>
    public sealed record Target(string Framework, ImmutableDictionary<string, ImmutableArray<Dependency>> Edges, ImmutableDictionary<string, ImmutableArray<string>> Taken);

    /// <param name="Id">The id of the package or project.</param>
    /// <param name="Range">The versions that are accepted, as restore wrote it.</param>
    public sealed record Dependency(string Id, string Range);

    /// <summary>Reads the file. Exactly one of the results is null.</summary>
    public static (AssetsFile? File, string? Problem) Read(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return (null, problem);
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), new() { MaxDepth = 32 });
            return (Build(document.RootElement), null);
        }
        catch (JsonException e)
        {
            return (null, $"it is not the JSON that restore writes (line {e.LineNumber + 1})");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return (null, "it does not have the form that restore writes");
        }
    }

    private static AssetsFile Build(JsonElement root)
    {
        if (root.GetProperty("version").GetInt32() is < 3 or > 4)
            throw new FormatException();
        var project = root.GetProperty("project");
        var restore = project.GetProperty("restore");
        var frameworks = project.GetProperty("frameworks").EnumerateObject().ToList();
        var libraries = root.GetProperty("libraries").EnumerateObject().Select(ReadLibrary).ToImmutableArray();
        var known = libraries.Select(l => (l.Id.ToUpperInvariant(), l.Version)).ToHashSet();
        var projectPath = FullPath(restore.GetProperty("projectPath").GetString());
        return new()
        {
            ProjectPath = projectPath,
            Sources = restore.TryGetProperty("sources", out var sources) ? [.. sources.EnumerateObject().Select(s => s.Name)] : [],
            ConfigFiles = restore.TryGetProperty("configFilePaths", out var configs) ? [.. configs.EnumerateArray().Select(c => FullPath(c.GetString()))] : [],
            PackageFolders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name)],
            Libraries = libraries,
            Targets = [.. root.GetProperty("targets").EnumerateObject().Select(t => ReadTarget(t, known))],
            Direct = [.. frameworks
                .Where(f => f.Value.TryGetProperty("dependencies", out _))
                .SelectMany(f => f.Value.GetProperty("dependencies").EnumerateObject())
                .Select(d => (d.Name, d.Value.TryGetProperty("version", out var v) ? v.GetString() ?? "" : ""))],
            Roots = root.GetProperty("projectFileDependencyGroups").EnumerateObject()
                .ToImmutableDictionary(g => g.Name, g => g.Value.EnumerateArray().Select(d => (d.GetString() ?? throw new FormatException()).Split(' ')[0]).ToImmutableArray()),
            Downloads = [.. frameworks
                .Where(f => f.Value.TryGetProperty("downloadDependencies", out _))
                .SelectMany(f => f.Value.GetProperty("downloadDependencies").EnumerateArray())
                .SelectMany(ReadDownload).Distinct()],
            VersionPlace = (IsTrue(restore, "centralPackageVersionsManagementEnabled"), IsTrue(restore, "CentralPackageTransitivePinningEnabled")) switch
            {
                (true, true) => VersionPlace.CentralWithTransitives,
                (true, false) => VersionPlace.Central,
                _ => VersionPlace.Project,
            },
            ProjectReferences = [.. root.GetProperty("libraries").EnumerateObject()
                .Where(l => l.Value.TryGetProperty("msbuildProject", out _))
                .Select(l => FullPath(l.Value.GetProperty("msbuildProject").GetString(), Path.GetDirectoryName(projectPath)))],
        };
    }

    /// <summary>An entry names exact versions: "[1.0.0, 1.0.0]", several of them with semicolons between.</summary>
    private static IEnumerable<(string Id, NuGetVersion Version)> ReadDownload(JsonElement download)
    {
        var name = download.GetProperty("name").GetString();
        foreach (var range in (download.GetProperty("version").GetString() ?? throw new FormatException()).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!VersionRange.TryParse(range, out var parsed) || parsed.MinVersion is null || parsed.MinVersion != parsed.MaxVersion)
                throw new FormatException();
            yield return Split($"{name}/{parsed.MinVersion.ToNormalizedString()}");
        }
    }

    private static bool IsTrue(JsonElement value, string name) => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static Library ReadLibrary(JsonProperty library)
    {
        var (id, version) = Split(library.Name);
        // Whoever builds from this file may compare without case; a kind that is not one of the two must not be a package that nobody looks at.
        var isPackage = library.Value.GetProperty("type").GetString() switch { "package" => true, "project" => false, _ => throw new FormatException() };
        return new(id, version, isPackage, isPackage ? library.Value.GetProperty("sha512").GetString() : null);
    }

    private static Target ReadTarget(JsonProperty target, HashSet<(string, NuGetVersion)> known)
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var library in target.Value.EnumerateObject())
        {
            // The build takes what a target names: each must be a library, or it would be built with and never looked at.
            var (id, version) = Split(library.Name);
            if (!known.Contains((id.ToUpperInvariant(), version)) || !ids.Add(id))
                throw new FormatException();
        }
        return new(
            target.Name.Split('/')[0],
            target.Value.EnumerateObject().ToImmutableDictionary(
                l => l.Name,
                l => l.Value.TryGetProperty("dependencies", out var d) ? d.EnumerateObject().Select(x => new Dependency(x.Name, x.Value.GetString() ?? "")).ToImmutableArray() : [],
                StringComparer.OrdinalIgnoreCase),
            target.Value.EnumerateObject().ToImmutableDictionary(l => l.Name, l => Taken(l.Value).ToImmutableArray(), StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Taken(JsonElement library)
    {
        foreach (var kind in (string[])["build", "buildMultiTargeting", "buildTransitive"])
        {
            if (library.TryGetProperty(kind, out var files))
            {
                foreach (var file in files.EnumerateObject())
                    yield return file.Name;
            }
        }
        if (library.TryGetProperty("contentFiles", out var content))
        {
            // Whatever is not known to lie still counts: an SDK makes code of content (Razor), and a resource can name any file of this machine (resx).
            foreach (var file in content.EnumerateObject().Where(f => !(f.Value.TryGetProperty("buildAction", out var a) && a.GetString() == Inert)))
                yield return file.Name;
        }
    }

    /// <summary>The full path of a file in a folder; without a folder, the path must be full already.</summary>
    private static string FullPath(string? path, string? folder = null)
    {
        if (string.IsNullOrEmpty(path) || (folder is null && !Path.IsPathFullyQualified(path)))
            throw new FormatException();
        var full = Path.GetFullPath(path, folder ?? Path.GetDirectoryName(path) ?? throw new FormatException());
        return Path.GetFileName(full).Length > 0 ? full : throw new FormatException();
    }

    /// <summary>Id and version of a library's name.</summary>
    /// <exception cref="FormatException">It is not the name of a library. Those of a file that was read are.</exception>
    public static (string Id, NuGetVersion Version) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var id = name[..slash];
        // The id becomes part of a path: a hostile one must not lead out of the packages folder.
        if (id.Length == 0 || id.Contains("..", StringComparison.Ordinal) || !id.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw new FormatException();
        return (id, NuGetVersion.Parse(name[(slash + 1)..]));
    }
}
