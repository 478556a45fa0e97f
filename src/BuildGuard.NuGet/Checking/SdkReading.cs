using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>
/// Finds the MSBuild SDKs that a build would download, and says which package each is, as MSBuild's resolvers do it: what the .NET SDK carries under the name comes
/// first, whatever version is asked for; then NuGet takes the version of the attribute, else that of the nearest global.json. Nothing is evaluated.
/// </summary>
internal sealed class SdkReading
{
    private static readonly string[] OfSolutions = ["Directory.Solution.props", "Directory.Solution.targets"];

    private readonly string _root;
    private readonly string _repo;
    private readonly string _start;
    private readonly BuildFiles _texts;
    private readonly string? _sdk;
    private readonly Dictionary<string, GlobalJson> _globals = [];
    private readonly PackagesFolders _packagesFolders = new();

    /// <param name="root">The policy's folder.</param>
    /// <param name="subject">Full path of what is checked: a solution, a project or a folder.</param>
    /// <param name="texts">The build files that were read already.</param>
    /// <param name="sdk">Folder of the .NET SDK in use; null where it is not known, so that it carries nothing.</param>
    public SdkReading(string root, string subject, BuildFiles texts, string? sdk)
    {
        (_root, _texts, _sdk) = (root, texts, sdk);
        _repo = EnvironmentReading.RepoOf(root);
        _start = Disk.IsFolder(subject) ? subject : Path.GetDirectoryName(subject) is { Length: > 0 } folder ? folder : root;
    }

    /// <summary>The SDKs that the repo's own files name.</summary>
    /// <param name="projects">Full paths of the projects.</param>
    /// <param name="everything">Whether file-based apps are looked for as well, in every folder that belongs to no project.</param>
    public IEnumerable<SdkReference> OfRepo(IReadOnlyCollection<string> projects, bool everything)
    {
        var roots = projects.Concat(EntryFiles(projects)).Distinct().ToList();
        foreach (var project in roots)
        {
            var own = FileApps.IsApp(project) ? BuildFileText.Empty(project) : _texts.Of(project);
            foreach (var reference in own is null ? [] : EnvironmentReading.TakenIn(own, _repo, _texts).SelectMany(t => OfText(t, own.Folder)))
                yield return reference;
        }
        foreach (var text in OfSolutions.SelectMany(n => EnvironmentReading.Chain(_texts.Nearest(_start, n), _start, _texts)).Where(t => BuildFiles.IsBelow(t.Path, _repo)))
        {
            foreach (var reference in _texts.WithImports([text], _start, _repo).SelectMany(t => OfText(t, _start)))
                yield return reference;
        }
        foreach (var app in roots.Where(FileApps.IsApp).Concat(everything ? FileApps.Below(_root, roots) : []).Distinct())
        {
            foreach (var name in SdkNames.InApp(app).SelectMany(n => Resolve(n, Path.GetDirectoryName(app)!)))
                yield return name;
        }
        // An import whose name only evaluation knows can still take its version from here.
        foreach (var global in roots.Select(p => Path.GetDirectoryName(p)!).Append(_start).Distinct().Select(GlobalOf).OfType<GlobalJson>().DistinctBy(g => g.Path).Where(g => BuildFiles.IsBelow(g.Path, _repo)))
        {
            foreach (var (name, entry) in global.Sdks.OrderBy(s => s.Key, StringComparer.OrdinalIgnoreCase))
            {
                foreach (var reference in Resolve(new(name, entry.Version, entry.Location), Path.GetDirectoryName(global.Path)!))
                    yield return reference;
            }
        }
    }

    /// <summary>The SDKs that a package's build files import by a plain name. One that a property names, or decides the version of, is shown before an approval.</summary>
    public IEnumerable<SdkReference> OfPackage(PackageFacts package) =>
        from trait in package.Traits.IsKnown ? package.Traits.Value : []
        where trait.Kind == BuildTraitKind.ImportsSdk
        from name in SdkNames.Listed(trait.Detail, package.Reference)
        from reference in Resolve(name, _root)
        where reference.Problem is null
        select reference with { Importer = package, ImportingFile = trait.Path };

    /// <summary>Traversal projects and build scripts above the projects, and what is checked where it is one.</summary>
    private IEnumerable<string> EntryFiles(IEnumerable<string> projects) => projects.Append(Path.Combine(_start, "_")).SelectMany(p => BuildFiles.FoldersUp(Path.GetDirectoryName(p)!, _root)).Distinct()
        .Where(Disk.IsFolder).SelectMany(f => Disk.Files(f, "*.proj").Order(StringComparer.Ordinal));

    private IEnumerable<SdkReference> OfText(BuildFileText text, string folder) => text.Root is null
        ? [new(Path.GetFileName(text.Path), new(text.Path, 1, 1)) { Problem = $"the file that would name it cannot be read: {text.Problem}", Fix = "Make it plain XML without a document type." }]
        : SdkNames.In(text).SelectMany(n => Resolve(n, folder));

    /// <summary>What a name leads to: nothing for an SDK that the .NET SDK carries; several packages where several global.json decide.</summary>
    private IEnumerable<SdkReference> Resolve(SdkName name, string folder)
    {
        SdkReference Problem(string what, string fix) => new(name.Name.Length == 0 ? "without a name" : name.Name, name.Location) { Problem = what, Fix = fix };
        if (name.Name.Contains("$(", StringComparison.Ordinal) || name.Version.Contains("$(", StringComparison.Ordinal))
            return [Problem("its name or its version is a property, which only evaluation knows", "Write both literally; the version can stand under \"msbuild-sdks\" in global.json.")];
        if (name.Name.AsSpan().IndexOfAny('/', '\\') >= 0)
            return [Problem("it names a folder", "Import its files by their path: <Import Project=\"…/Sdk.props\" />")];
        if (!IdPattern.IsValid(name.Name) || name.Name.Contains('*', StringComparison.Ordinal) || name.Name.Contains("..", StringComparison.Ordinal))
            return [Problem("that is no name of a package", "Correct the name.")];
        if (_sdk is not null && Disk.IsFolder(Path.Combine(_sdk, "Sdks", name.Name, "Sdk")))
            return [];
        if (_packagesFolders.For(folder) is not { } packages)
            return [Problem("the NuGet configuration that says where its package is cannot be read", PackagesFolders.Fix)];
        var versions = name.Version.Length > 0 ? [name.Version] : GlobalVersions(name.Name, folder).ToList();
        if (versions.Count == 0)
            return [Problem(Unreadable(folder) ?? "nothing gives its version", $"Write the version behind a slash (\"{name.Name}/1.2.3\"), or into global.json: \"msbuild-sdks\": {{ \"{name.Name}\": \"1.2.3\" }}")];
        return versions.Select(v => NuGetVersion.TryParse(v, out var version)
            ? new SdkReference(name.Name, name.Location) { Version = version, PackagesFolder = packages }
            : Problem($"\"{Core.Printable.Of(v, 60)}\" is no version of a package", "Write one exact version, such as 1.2.3."));
    }

    /// <summary>A build of a solution looks for global.json from the solution's folder, one of a project from the project's.</summary>
    private IEnumerable<string> GlobalVersions(string name, string folder) =>
        ((string[])[folder, _start]).Select(GlobalOf).OfType<GlobalJson>().DistinctBy(g => g.Path).Where(g => g.Sdks.ContainsKey(name)).Select(g => g.Sdks[name].Version).Distinct();

    private string? Unreadable(string folder) =>
        ((string[])[folder, _start]).Select(GlobalOf).FirstOrDefault(g => g?.Problem is not null) is { } broken ? $"{broken.Path}, which could give its version, cannot be read ({broken.Problem})" : null;

    private GlobalJson? GlobalOf(string folder)
    {
        if (GlobalJson.Nearest(folder) is not { } path)
            return null;
        if (!_globals.TryGetValue(path, out var global))
            _globals[path] = global = GlobalJson.Read(path);
        return global;
    }
}
