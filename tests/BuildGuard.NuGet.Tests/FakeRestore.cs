using System.Collections.Immutable;
using System.IO.Compression;
using System.Security;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BuildGuard.Core;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Policies;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;
using NuGet.Packaging;

namespace BuildGuard.NuGet.Tests;

/// <summary>
/// A repo as a restore leaves it, without a restore: projects, assets files and a packages folder, written as files.
/// It starts with a policy that asks for signatures and with nothing else.
/// </summary>
internal sealed class FakeRestore : IDisposable
{
    public const string Source = "https://feed.gallery.example/v3/index.json";

    public static readonly DateOnly Day = DateOnly.FromDateTime(DateTime.UtcNow);

    private readonly TempFolder _temp = new();
    private readonly List<(string Id, string Version, string Hash, string[] DependsOn)> _installed = [];
    private readonly List<string> _projects = [];

    public FakeRestore(string policy = """{ "version": 1 }""")
    {
        Repo = _temp.Folder("repo");
        Packages = _temp.Folder("packages");
        Policy(policy);
    }

    /// <summary>A repo that does not ask for signatures, for tests of anything else.</summary>
    public static FakeRestore Unsigned() => new("""{ "version": 1, "signatures": { "default": "off" } }""");

    public TempFolder Temp => _temp;

    public string Repo { get; }

    public string Packages { get; }

    public FakeRestore Policy(string json)
    {
        File.WriteAllText(Path.Combine(Repo, "buildguard.json"), json);
        return this;
    }

    public string InRepo(params string[] parts) => Path.Combine([Repo, .. parts]);

    public string ProjectFile(string name = "App", string extension = "csproj") => InRepo("src", name, $"{name}.{extension}");

    public string AssetsFile(string name = "App") => InRepo("src", name, "obj", "project.assets.json");

    public string PackageFolder(string id, string version, string? packages = null) =>
        Path.Combine(packages ?? Packages, id.ToLowerInvariant(), version.ToLowerInvariant());

    public string Nupkg(string id, string version = "1.0.0", string? packages = null) =>
        Path.Combine(PackageFolder(id, version, packages), $"{id}.{version}.nupkg".ToLowerInvariant());

    /// <summary>Lays a package out as restore does, and remembers it and its hash for the assets files written later.</summary>
    public FakeRestore Install(string id, byte[] bytes, string version = "1.0.0", string[]? dependsOn = null, string? packages = null)
    {
        Directory.CreateDirectory(PackageFolder(id, version, packages));
        var hash = NuGetHash(bytes);
        File.WriteAllBytes(Nupkg(id, version, packages), bytes);
        File.WriteAllText(Path.Combine(PackageFolder(id, version, packages), ".nupkg.metadata"), $$"""{ "version": 2, "contentHash": "{{hash}}", "source": "{{Source}}" }""");
        Extract(bytes, PackageFolder(id, version, packages));
        _installed.Add((id, version, hash, dependsOn ?? []));
        return this;
    }

    /// <summary>Extracts as NuGet does, except what no archive reader takes.</summary>
    private static void Extract(byte[] bytes, string folder)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(bytes));
            foreach (var entry in zip.Entries)
            {
                var path = Uri.UnescapeDataString(entry.FullName);
                if (path.EndsWith('/') || Path.GetFileName(path) is ".rels" or "[Content_Types].xml" || path.EndsWith(".psmdcp", StringComparison.Ordinal))
                    continue;
                var target = Path.GetFullPath(Path.Combine(folder, path.EndsWith(".nuspec", StringComparison.Ordinal) ? path.ToLowerInvariant() : path));
                if (!target.StartsWith(folder + "/", StringComparison.Ordinal) || entry.Length > 100_000_000)
                    continue;
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                entry.ExtractToFile(target, overwrite: true);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or UnauthorizedAccessException)
        {
            // A broken package is laid out as far as it goes: the check says what is wrong with it.
            return;
        }
    }

    public FakeRestore Install(string id, string version = "1.0.0", params string[] dependsOn) =>
        Install(id, new TestPackage(id, version).File("lib/net10.0/_._", "").ToBytes(), version, dependsOn);

    /// <summary>Writes a project and what restore writes for it. Without frameworks: net10.0 alone.</summary>
    public FakeRestore Project(string name, string[] direct, string[]? projects = null, string[]? targets = null, string extension = "csproj", string? assetsFile = null)
    {
        WriteProject(name, string.Join("\n", [
            .. direct.Select(d => $"    <PackageReference Include=\"{SecurityElement.Escape(d.Split('/')[0])}\" Version=\"{d.Split('/')[1]}\" />"),
            .. (projects ?? []).Select(p => $"    <ProjectReference Include=\"../{p}/{p}.csproj\" />")]), extension);
        var assets = assetsFile ?? AssetsFile(name);
        Directory.CreateDirectory(Path.GetDirectoryName(assets)!);
        File.WriteAllText(assets, Assets(name, direct, projects ?? [], targets ?? ["net10.0"], extension).ToJsonString(new() { WriteIndented = true }));
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(assets)!, "project.nuget.cache"), """{ "version": 2, "dgSpecHash": "x", "success": true }""");
        return this;
    }

    /// <summary>The usual: one project, App, that names one package.</summary>
    public FakeRestore App(params string[] direct) => Project("App", direct);

    public void WriteProject(string name, string items, string extension = "csproj")
    {
        Directory.CreateDirectory(InRepo("src", name));
        File.WriteAllText(ProjectFile(name, extension), $"<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n{items}\n  </ItemGroup>\n</Project>\n");
        if (!_projects.Contains(ProjectFile(name, extension)))
            _projects.Add(ProjectFile(name, extension));
    }

    public FakeRestore EditAssets(Action<JsonNode> edit, string name = "App")
    {
        var tree = JsonNode.Parse(File.ReadAllBytes(AssetsFile(name)))!;
        edit(tree);
        File.WriteAllText(AssetsFile(name), tree.ToJsonString());
        return this;
    }

    public CheckRequest Request(params string[] projects) => new()
    {
        Folder = Repo,
        Projects = [.. (projects.Length > 0 ? projects.Select(p => ProjectFile(p)) : _projects).Select(p => new ProjectInput(p))],
        Guard = new() { Subject = InRepo("App.sln") },
        Today = Day,
        UseCache = false,
        Machine = Machine.Bare with { Sdks = Machine.Current().Sdks },
    };

    /// <summary>Locks what is there, as <c>buildguard lock</c> does.</summary>
    public FakeRestore Lock()
    {
        var input = CheckRun.Gather(Request(), CancellationToken.None);
        LockFiles.Save(LockFiles.PathFor(input.Document), LockWriter.From(input.Graph, LockFile.Empty));
        return this;
    }

    public CheckResult Check() => Check(Request());

    public static CheckResult Check(CheckRequest request) => CheckRun.Execute(request, CancellationToken.None).Result;

    public PackageGraph Graph() => CheckRun.Gather(Request(), CancellationToken.None).Graph;

    public PackageFacts Package(string id = "A") => Graph().Packages.Single(p => p.Id == id);

    public void Dispose() => _temp.Dispose();

    /// <summary>NuGet's own content hash; for bytes that NuGet cannot read, a hash of them.</summary>
    public static string NuGetHash(byte[] bytes)
    {
        try
        {
            using var reader = new PackageArchiveReader(new MemoryStream(bytes));
            return reader.GetContentHash(CancellationToken.None, () => Convert.ToBase64String(SHA512.HashData(bytes)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Convert.ToBase64String(SHA512.HashData(bytes));
        }
    }

    private JsonObject Assets(string name, string[] direct, string[] projects, string[] targets, string extension)
    {
        var resolved = new List<(string Id, string Version, string Hash, string[] DependsOn)>();
        var pending = new Queue<string>(direct);
        while (pending.TryDequeue(out var next))
        {
            var wanted = next.Split('/');
            var found = _installed.LastOrDefault(i => i.Id == wanted[0] && (wanted.Length == 1 || i.Version == wanted[1]));
            // Not installed: restore knew it, but its folder is gone.
            if (found.Id is null)
                found = (wanted[0], wanted.Length == 1 ? "1.0.0" : wanted[1], NuGetHash([]), []);
            if (resolved.Exists(r => r.Id == found.Id))
                continue;
            resolved.Add(found);
            foreach (var dependency in found.DependsOn)
                pending.Enqueue(dependency);
        }

        JsonObject Target() => new([
            .. resolved.Select(r => Pair($"{r.Id}/{r.Version}", new() { ["type"] = "package", ["dependencies"] = new JsonObject(r.DependsOn.Select(d => KeyValuePair.Create(d, (JsonNode?)"1.0.0"))) })),
            .. projects.Select(p => Pair($"{p}/1.0.0", new() { ["type"] = "project", ["framework"] = ".NETCoreApp,Version=v10.0" }))]);

        var frameworks = targets.Select(t => t.Split('/')[0]).Distinct().ToList();
        return new()
        {
            ["version"] = 3,
            ["targets"] = new JsonObject(targets.Select(t => Pair(t, Target()))),
            ["libraries"] = new JsonObject([
                .. resolved.Select(r => Pair($"{r.Id}/{r.Version}", new() { ["sha512"] = r.Hash, ["type"] = "package", ["path"] = $"{r.Id}/{r.Version}".ToLowerInvariant(), ["files"] = new JsonArray() })),
                .. projects.Select(p => Pair($"{p}/1.0.0", new() { ["type"] = "project", ["path"] = $"../{p}/{p}.csproj", ["msbuildProject"] = $"../{p}/{p}.csproj" }))]),
            ["projectFileDependencyGroups"] = new JsonObject(frameworks.Select(f => KeyValuePair.Create(f, (JsonNode?)new JsonArray([
                .. direct.Select(d => (JsonNode)d.Replace("/", " >= ", StringComparison.Ordinal)), .. projects.Select(p => (JsonNode)$"{p} >= 1.0.0")])))),
            ["packageFolders"] = new JsonObject { [Packages + "/"] = new JsonObject() },
            ["project"] = new JsonObject
            {
                ["version"] = "1.0.0",
                ["restore"] = new JsonObject { ["projectPath"] = ProjectFile(name, extension), ["projectName"] = name },
                ["frameworks"] = new JsonObject(frameworks.Select(f => Pair(f, new()
                {
                    ["dependencies"] = new JsonObject(direct.Select(d => Pair(d.Split('/')[0], new() { ["target"] = "Package", ["version"] = $"[{d.Split('/')[1]}, )" }))),
                }))),
            },
        };
    }

    private static KeyValuePair<string, JsonNode?> Pair(string key, JsonObject value) => new(key, value);
}

internal static class FindingAsserts
{
    /// <summary>The findings of one code.</summary>
    public static ImmutableArray<Finding> Of(this CheckResult result, string code) => [.. result.Findings.Where(f => f.Finding.Code == code).Select(f => f.Finding)];

    /// <summary>The codes of all findings, once each, sorted: a comparison then shows what else was found.</summary>
    public static string Codes(this CheckResult result) => string.Join(' ', result.Findings.Select(f => f.Finding.Code).Distinct().Order());

    /// <summary>Everything found, for the message of a failing test.</summary>
    public static string Text(this CheckResult result) => string.Join('\n', result.Findings.Select(f => $"{f.Finding.Code} {f.Finding.What} {f.Finding.Location}"));

    /// <summary>Asserts that there is exactly one evidence gap, that it says this, and that the check could not decide.</summary>
    public static void AssertGap(this CheckResult result, string says)
    {
        Assert.HasCount(1, result.Of("BG0008"), result.Text());
        Assert.Contains(says, result.Of("BG0008")[0].What);
        Assert.IsEmpty(result.Of("BG0009"), result.Text());
        Assert.AreEqual(2, result.ExitCode);
    }
}
