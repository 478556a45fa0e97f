using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Gate;

/// <summary>What holds the gate open for the projects of a check.</summary>
/// <param name="PackageList">Full path of the list of packages.</param>
/// <param name="Stamps">
/// What names the stamps, with + between: where a process has a mark with such a name, the check of its build has just seen that stamp hold, and what it covers.
/// </param>
/// <param name="Network">What the policy says of the network, as <see cref="NetworkWords"/> reads it.</param>
public sealed record OpenGate(string PackageList, string Stamps, string Network);

/// <summary>
/// Opens the gate after a check that passed: writes beside each assets file what may be imported into the project, and the stamp that makes it count.
/// </summary>
public static class GateFiles
{
    private const string FolderName = "buildguard";
    /// <summary>Largest text that is read, in bytes.</summary>
    internal const int MaxTextBytes = 16 * 1024 * 1024;

    /// <summary>Extensions by which MSBuild text is known.</summary>
    internal static readonly string[] TextExtensions = [".props", ".targets", ".tasks", ".overridetasks", ".proj", ".xml"];

    private static readonly string[] Endings = [".gate", ".gate.props", ".gate.targets"];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Takes the stamp of a project away: until the next pass nothing of any package is imported into it.</summary>
    /// <param name="assetsFile">The project's assets file; null for a project whose place is not known.</param>
    /// <param name="project">Full path of the project.</param>
    /// <exception cref="IOException">It is there and cannot be removed.</exception>
    public static void Close(string? assetsFile, string project)
    {
        if (assetsFile is not null && Disk.IsFolder(Path.Combine(Path.GetDirectoryName(assetsFile)!, FolderName)))
            AtomicFile.Delete(StampPath(assetsFile, project));
    }

    /// <summary>Writes the gate's files of every project of a check that passed.</summary>
    /// <param name="input">What the check decided by.</param>
    /// <param name="basis">Files that the verdict rests on, beside the packages: policy, lock, the guard's own text.</param>
    /// <param name="policyAsked">The policy file that the command line names, as it names it; "" where the repo's own decided. The gate opens for the same words only.</param>
    /// <param name="hookFolder">Folder of the repo's own guard files.</param>
    /// <returns>
    /// Why a project stays closed, as findings of BG0008, empty where all are open; full paths of the files that hold the gate open; and what a build has to know of it.
    /// </returns>
    /// <exception cref="IOException">A file cannot be written, or this user can keep no key.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static (ImmutableArray<EvidenceGap> Gaps, ImmutableArray<string> Files, OpenGate Gate) Open(CheckInput input, IEnumerable<string> basis, string policyAsked, string hookFolder)
    {
        var key = GateKey.Get();
        var gaps = ImmutableArray.CreateBuilder<EvidenceGap>();
        ImmutableArray<(string, string)> common = [.. basis.Select(p => (p, HashOf(Disk.ReadText(p))))];
        var manifest = PackageList.Write(input.Graph.Downloaded);
        var packages = new PackagePlaces(input);
        var words = WordsOf(input);
        var seal = input.Policy.Network.Build == BuildNetwork.Allow ? null : new SealWords(words, input.Guard.Strict, manifest, hookFolder);
        var files = ImmutableArray.CreateBuilder<string>();
        var stamps = new List<string>();
        var plain = new HashSet<string>(StringComparer.Ordinal);
        files.Add(manifest);
        foreach (var project in input.Graph.Projects.Where(p => p.AssetsFile is not null))
        {
            try
            {
                var (stamp, name) = WriteProject(input, project, packages, common, policyAsked, manifest, seal, key);
                files.AddRange(stamp + ".props", stamp + ".targets", stamp);
                // By way of a link another process, or another folder, could be shown something else. Such a stamp is held to the key.
                if (IsPlain(stamp + ".props", plain) && IsPlain(stamp + ".targets", plain) && IsPlain(stamp, plain))
                    stamps.Add(name);
            }
            catch (GateException e)
            {
                gaps.Add(new(e.Message, $"Delete {Path.GetDirectoryName(project.AssetsFile)} and run: dotnet restore --force", new(e.File)));
            }
        }
        return (gaps.ToImmutable(), files.ToImmutable(), new(manifest, string.Join('+', stamps), words.ToString()));
    }

    /// <summary>Whether each of these that belongs to a gate is reached without a symbolic link, so that whoever asks for it gets the same.</summary>
    /// <param name="files">Full paths of what a check wrote.</param>
    internal static bool ArePlain(IEnumerable<string> files)
    {
        var plain = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (Endings.Any(e => file.EndsWith(e, StringComparison.Ordinal)) && !IsPlain(file, plain))
                return false;
        }
        return true;
    }

    /// <summary>Whether a path is there, and neither it nor a folder on the way a symbolic link.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="plain">Those that are known to be.</param>
    private static bool IsPlain(string? path, HashSet<string> plain)
    {
        if (string.IsNullOrEmpty(path) || plain.Contains(path))
            return true;
        const ushort Link = 0xA000;
        if (StrongStat.Ask(path, followLinks: false) is not { } stat || stat.Kind == Link || !IsPlain(Path.GetDirectoryName(path), plain))
            return false;
        plain.Add(path);
        return true;
    }

    private static string StampPath(string assetsFile, string project) => Path.Combine(Path.GetDirectoryName(assetsFile)!, FolderName, Path.GetFileName(project) + ".gate");

    /// <summary>The policy's words, as the task takes them: it reads no policy of its own.</summary>
    internal static NetworkWords WordsOf(CheckInput input) => new(
        input.Document.Path,
        input.Policy.Network.Build.ToString(),
        Evaluation.ModeInForce(input).ToString(),
        input.Policy.BuildsUnsealed,
        input.Policy.Rules.TryGetValue("BG4007", out var set) ? set.Value.ToString() : "");

    private static (string Stamp, string Name) WriteProject(CheckInput input, ProjectFacts project, PackagePlaces packages, ImmutableArray<(string, string)> common, string policyAsked, string manifest, SealWords? seal, string key)
    {
        var (generated, problem) = GeneratedImports.Read(project.AssetsFile!, Path.GetFileName(project.MSBuildPath));
        if (generated is null)
            throw new GateException($"{problem!.Path} is not what restore writes: {problem.What}", problem.Path);
        var used = new HashSet<(PackageFacts Package, string Folder)>();
        var props = packages.LetIn(generated.Props, used);
        var targets = packages.LetIn(generated.Targets, used);
        var content = new GateContent
        {
            Project = project.MSBuildPath,
            PolicyAsked = policyAsked,
            Policy = input.Document.Path,
            JudgedAssets = HashOf(Path.GetFullPath(project.AssetsFile!)),
            Judged = HashOf(Disk.ReadText(project.Path)) + HashOf(Disk.ReadText(project.AssetsFile!)),
            Texts = [.. used.Union(packages.Sdks).SelectMany(u => packages.TextsIn(u)).DistinctBy(t => t.Path).OrderBy(t => t.Path, StringComparer.Ordinal)],
            Basis = [.. generated.Files.Select(f => (f, HashOf(Disk.ReadText(f)))), .. common],
            Generated = generated,
            Content = packages.LetIn(generated.Content),
            Props = props,
            Targets = targets,
            WithoutAnalyzers = packages.Without("analyzers"),
            WithoutContent = packages.Without("content"),
            ToolFiles = [.. input.Policy.ToolFiles.Where(f => !f.Hashes.IsEmpty).Select(f => (Path.Combine(Path.GetDirectoryName(project.AssetsFile!)!, $"{Path.GetFileName(project.MSBuildPath)}.{f.Name}"), f.Hashes))],
            Manifest = manifest,
            Seal = seal,
            PackageTargets = seal is null ? [] : packages.TargetsOf(used),
            TaskAssembly = Path.Combine(Path.GetDirectoryName(typeof(GateFiles).Assembly.Location)!, "BuildGuard.Tasks.dll"),
        };
        var stamp = StampPath(project.AssetsFile!, project.MSBuildPath);
        var (propsText, targetsText) = (GateText.Props(content), GateText.Targets(content));
        // The stamp goes last: without it, or with an old one, the gate is closed.
        AtomicFile.Replace(stamp + ".props", Encoding.UTF8.GetBytes(propsText));
        AtomicFile.Replace(stamp + ".targets", Encoding.UTF8.GetBytes(targetsText));
        var sum = HashOf(key + propsText + targetsText + key);
        AtomicFile.Replace(stamp, Encoding.ASCII.GetBytes(sum));
        return (stamp, NameOf(stamp, sum));
    }

    /// <summary>Names a stamp in a mark. Short, because each project reads the names of all; whoever could make another stamp of that name has to do so between a check and the build that it is a part of.</summary>
    internal static string NameOf(string stamp, string sum) => $"g{HashOf($"gate|{stamp}|{sum}")[..16]}";

    /// <summary>Paths inside a package of all that MSBuild could take for its own text: by the name, or by what is in it.</summary>
    internal static HashSet<string> TextsOf(PackageFacts package) =>
    [
        .. package.Files.Value.Select(f => f.Path).Where(f => TextExtensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase) && (BuildScripts.IsBuildFile(f) || !f.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))),
        .. package.Traits.IsKnown ? package.Traits.Value.Where(t => t.Kind == BuildTraitKind.OtherText).Select(t => t.Path) : [],
    ];

    /// <summary>Every text of a package that its build files can import, whatever expression they name it by.</summary>
    private static IEnumerable<(string Path, string Hash)> Texts((PackageFacts Package, string Folder) used)
    {
        var (package, folder) = used;
        var texts = TextsOf(package);
        foreach (var file in package.Files.Value.Where(f => texts.Contains(f.Path)))
        {
            var path = Path.Combine(folder, file.Path);
            var (bytes, problem) = BoundedFile.Read(path, MaxTextBytes);
            if (bytes is null || Convert.ToHexStringLower(SHA256.HashData(bytes)) != file.Sha256)
                throw new GateException($"{path} is not the file that {package.Id} {package.Version} holds{(problem is null ? "" : $" ({problem})")}", path);
            string text;
            try
            {
                text = Strict.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
            }
            catch (DecoderFallbackException)
            {
                // MSBuild would import something else than was hashed. BG4001 refuses such a file, and those that MSBuild cannot read are not imported.
                if ((BuildScripts.IsBuildFile(file.Path) && !file.Path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)) || MSBuildText.IsRead(bytes))
                    throw new GateException($"{path} is not UTF-8, so what is hashed and what MSBuild reads could differ", path);
                continue;
            }
            yield return (path, HashOf(text));
        }
    }

    /// <summary>The hash that MSBuild's StableStringHash gives for the same text.</summary>
    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed class GateException(string message, string file) : Exception(message)
    {
        public string File { get; } = file;
    }

    /// <summary>Finds the package of a path, and knows what the policy keeps out.</summary>
    private sealed class PackagePlaces
    {
        private readonly Dictionary<string, PackageFacts> _byFolder;
        private readonly Dictionary<string, ImmutableArray<string>> _targets = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ImmutableArray<(string Path, string Hash)>> _texts = new(StringComparer.Ordinal);
        private readonly ImmutableDictionary<PackageFacts, ImmutableArray<string>> _denied;

        public PackagePlaces(CheckInput input)
        {
            _byFolder = input.Graph.Packages.SelectMany(PackageList.FoldersOf, (p, f) => (Folder: Path.TrimEndingDirectorySeparator(f), p)).DistinctBy(f => f.Folder).ToDictionary(f => f.Folder, f => f.p, StringComparer.Ordinal);
            Sdks = [.. input.Graph.Sdks.Where(s => s.Folder is not null && s.Files.IsKnown).Select(s => (s, s.Folder!))];
            // In audit mode a denied script is a warning, so it runs; only a policy that says "exclude" leaves it out.
            _denied = input.Policy.ExcludeDeniedBuildScripts
                ? BuildScriptDecisions.Denied(input).ToImmutableDictionary(d => d.Package, d => d.Kinds, (IEqualityComparer<PackageFacts>)ReferenceEqualityComparer.Instance)
                : ImmutableDictionary<PackageFacts, ImmutableArray<string>>.Empty;
        }

        /// <summary>SDKs are evaluated beside the gate. It can only notice that one is not what the check saw, and let nothing else in.</summary>
        public ImmutableArray<(PackageFacts Package, string Folder)> Sdks { get; }

        public ImmutableArray<string> Without(string kind) => [.. _denied.Where(d => d.Value.Contains(kind)).Select(d => d.Key.Id).Order(StringComparer.OrdinalIgnoreCase)];

        /// <exception cref="GateException">An import leads to no file of a package of the graph.</exception>
        public ImmutableArray<GeneratedImport> LetIn(ImmutableArray<GeneratedImport> imports, HashSet<(PackageFacts Package, string Folder)> used)
        {
            var result = ImmutableArray.CreateBuilder<GeneratedImport>();
            foreach (var import in imports)
            {
                var (package, folder, path) = Find(import.Path);
                if (!package.TakenIntoBuild.Contains(path, StringComparer.OrdinalIgnoreCase))
                    throw new GateException($"restore imports {Core.Printable.Of(import.Path)}, which the assets file does not name", import.Path);
                // Without its targets, or the tasks that they call, the rest of a package's build files would fail in ways that nobody understands.
                if (_denied.TryGetValue(package, out var kinds) && kinds.Any(k => k is not ("analyzers" or "content")))
                    continue;
                if (!package.Files.Value.Any(f => f.Path == path))
                    throw new GateException($"restore imports {import.Path}, which {package.Id} {package.Version} does not hold", import.Path);
                used.Add((package, folder));
                result.Add(import);
            }
            return result.ToImmutable();
        }

        /// <exception cref="GateException">An item leads to no file of a package of the graph, or takes part in the build though the assets file says otherwise.</exception>
        public ImmutableArray<GeneratedContent> LetIn(ImmutableArray<GeneratedContent> content)
        {
            var result = ImmutableArray.CreateBuilder<GeneratedContent>();
            foreach (var item in content)
            {
                var (package, _, path) = Find(item.File.Path);
                if (!package.Files.Value.Any(f => f.Path == path))
                    throw new GateException($"restore adds {Core.Printable.Of(item.File.Path)}, which {package.Id} {package.Version} does not hold", item.File.Path);
                var runs = package.TakenIntoBuild.Contains(path, StringComparer.OrdinalIgnoreCase);
                if (!runs && item.ItemType != AssetsFile.Inert)
                    throw new GateException($"restore adds {Core.Printable.Of(item.File.Path)} as {item.ItemType}, which the assets file does not say", item.File.Path);
                if (!runs || !_denied.TryGetValue(package, out var kinds) || !kinds.Contains("content"))
                    result.Add(item);
            }
            return result.ToImmutable();
        }

        /// <summary>The texts of a package, each with its hash. Projects share most packages, so each is read once.</summary>
        /// <exception cref="GateException">A file is not the one that was checked, or nobody can say how MSBuild would read it.</exception>
        public ImmutableArray<(string Path, string Hash)> TextsIn((PackageFacts Package, string Folder) used)
        {
            if (!_texts.TryGetValue(used.Folder, out var own))
                _texts[used.Folder] = own = [.. Texts(used)];
            return own;
        }

        /// <summary>Names of the targets that packages define, in order. Projects share most packages, so each is read once.</summary>
        public ImmutableArray<string> TargetsOf(IEnumerable<(PackageFacts Package, string Folder)> used)
        {
            var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var package in used)
            {
                if (!_targets.TryGetValue(package.Folder, out var own))
                    _targets[package.Folder] = own = PackageTargets.Of([package]);
                names.UnionWith(own);
            }
            return [.. names];
        }

        private (PackageFacts Package, string Folder, string Path) Find(string path)
        {
            for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (_byFolder.TryGetValue(folder, out var package) && package.Files.IsKnown)
                    return (package, folder, Path.GetRelativePath(folder, path).Replace('\\', '/'));
            }
            throw new GateException($"restore names {Core.Printable.Of(path)}, which no package of the assets file brings", path);
        }
    }
}
