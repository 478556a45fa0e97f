using System.Text.Json;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Projects;

/// <summary>Reads what restore left for one project, and says when it is missing, failed or older than the project.</summary>
internal sealed class ProjectReading
{
    private readonly string _root;
    private readonly List<EvidenceGap> _gaps = [];
    private readonly bool _isApp;
    private string? _assetsPath;

    private ProjectReading(ProjectInput input, string root)
    {
        _isApp = FileApps.SourceOf(input.Path) is not null;
        Input = input with { Path = PathOf(input) };
        _root = root;
        Text = ProjectText.Read(Input.Path, root);
    }

    /// <summary>The project; of a file-based app, the C# file.</summary>
    public ProjectInput Input { get; }

    public ProjectText Text { get; }

    /// <summary>What restore wrote; null where a gap says why not.</summary>
    public AssetsFile? Assets { get; private set; }

    public IReadOnlyList<EvidenceGap> Gaps => _gaps;

    public ProjectFacts Facts => new(Input.Path, Path.GetRelativePath(_root, Input.Path).Replace('\\', '/'))
    {
        MSBuildPath = MSBuildPath,
        IsComplete = _gaps.Count == 0,
        AssetsFile = _assetsPath,
        NamesPackages = Assets is not { } read || read.Direct.Select(d => d.Id).Concat(read.Downloads.Select(d => d.Id)).Any(id => !id.Equals(BuildScripts.OwnId, StringComparison.OrdinalIgnoreCase)),
        RestoreSources = Assets?.Sources ?? [],
        RestoreConfigFiles = Assets?.ConfigFiles ?? [],
        ToolFiles = _assetsPath is null ? [] : ToolFiles.Beside(_assetsPath, Path.GetFileName(MSBuildPath)),
    };

    private string MSBuildPath => _isApp && Assets is { } assets ? Path.GetFullPath(assets.ProjectPath) : Input.Path;

    /// <summary>The path by which a project is known: of a file-based app, that of the C# file.</summary>
    public static string PathOf(ProjectInput input) => FileApps.SourceOf(input.Path) ?? input.Path;

    /// <summary>Reads a project.</summary>
    /// <param name="input">The project.</param>
    /// <param name="root">The policy's folder.</param>
    public static ProjectReading Read(ProjectInput input, string root)
    {
        var reading = new ProjectReading(input, root);
        reading.ReadAssets();
        return reading;
    }

    private void ReadAssets()
    {
        var folder = Path.GetDirectoryName(Input.Path)!;
        var name = Path.GetFileName(Input.Path);
        if (!Disk.IsFile(Input.Path))
        {
            Gap($"{Input.Path} does not exist", "Correct the path, or take the project out of the solution.", new(Input.Path));
            return;
        }
        if (!_isApp && Disk.IsFile(Path.Combine(folder, "packages.config")))
        {
            Gap($"{name} uses packages.config, which BuildGuard cannot judge", "Migrate the project to PackageReference.", new(Path.Combine(folder, "packages.config"), 1, 1));
            return;
        }
        var path = Input.AssetsFile ?? (_isApp ? FileApps.AssetsOf(Input.Path) : FindAssets());
        var (assets, problem) = path is null ? (null, "it does not exist") : AssetsFile.Read(path);
        if (assets is null)
        {
            Gap($"{name} has no usable project.assets.json: {problem}", $"{(path is not null && Disk.IsFile(path) ? "Delete it and run" : "Run")}: dotnet restore{(_isApp ? $" {Input.Path}" : "")}", new(path ?? Input.Path, path is null ? 1 : 0, path is null ? 1 : 0));
            return;
        }
        if (Path.GetFullPath(assets.ProjectPath) is var owner && (FileApps.SourceOf(owner) ?? owner) != Input.Path)
        {
            Gap($"{path} belongs to {assets.ProjectPath}, not to {name}", "Give each project an obj folder of its own and run: dotnet restore", new(path!));
            return;
        }
        Assets = assets;
        _assetsPath = Path.GetFullPath(path!);
        if (RestoreFailed(Path.Combine(Path.GetDirectoryName(path)!, "project.nuget.cache")))
            Gap($"The last restore of {name} failed", "Run: dotnet restore, and resolve its errors.", new(Input.Path, 1, 1));
        foreach (var (id, version, location) in Text.PlainReferences())
        {
            var restored = assets.Direct.Where(d => d.Id.Equals(id, StringComparison.OrdinalIgnoreCase)).ToList();
            if (restored.Count == 0)
                Gap($"{name} names {id}, which its last restore did not know: project.assets.json is stale", "Run: dotnet restore", location);
            else if (version is not null && VersionRange.TryParse(version, out var wanted) && !wanted.IsFloating && !restored.Any(d => VersionRange.TryParse(d.Range, out var r) && r.Equals(wanted)))
                Gap($"{name} asks for {id} {version}, but its last restore saw another version: project.assets.json is stale", "Run: dotnet restore", location);
        }
    }

    /// <summary>The assets file of a project, in the places where SDK projects put it: obj/, or artifacts/obj/NAME/ above the project.</summary>
    private string? FindAssets()
    {
        var candidates = new List<string> { Path.Combine(Path.GetDirectoryName(Input.Path)!, "obj", "project.assets.json") };
        foreach (var folder in Disk.Up(Path.GetDirectoryName(Input.Path)!))
        {
            candidates.Add(Path.Combine(folder, "artifacts", "obj", Path.GetFileNameWithoutExtension(Input.Path), "project.assets.json"));
            if (folder == _root)
                break;
        }
        return candidates.Where(Disk.IsFile).OrderByDescending(Disk.LastWrite).FirstOrDefault();
    }

    private static bool RestoreFailed(string cacheFile)
    {
        var (bytes, _) = BoundedFile.Read(cacheFile, AssetsFile.MaxBytes);
        if (bytes is null)
            return false;
        try
        {
            using var cache = JsonDocument.Parse(bytes, new() { MaxDepth = 32 });
            return cache.RootElement.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return true;
        }
    }

    private void Gap(string what, string fix, SourceLocation location) => _gaps.Add(new(what, fix, location));
}
