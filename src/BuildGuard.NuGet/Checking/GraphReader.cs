using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;
using BuildGuard.NuGet.Signatures;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>Gathers the facts of a restored repo: projects first, then each distinct package once, on all cores.</summary>
internal static class GraphReader
{
    /// <summary>Reads.</summary>
    /// <param name="inputs">The projects. Those that they reference are read as well.</param>
    /// <param name="root">The policy's folder.</param>
    /// <param name="cache">Where evidence of packages is kept.</param>
    /// <param name="hashEveryFile">Whether extracted files are hashed even where nothing about them changed.</param>
    /// <param name="locked">A lock that vouches for the files of packages; null to read every archive.</param>
    /// <param name="progress">Told after each package: how many of how many.</param>
    public static PackageGraph Read(IEnumerable<ProjectInput> inputs, string root, EvidenceCache cache, bool hashEveryFile, LockFile? locked, Action<int, int>? progress, CancellationToken cancel)
    {
        var projects = ReadProjects(inputs, root);
        var seeds = new Dictionary<(string, NuGetVersion, string), Seed>();
        foreach (var project in projects.Where(p => p.Assets is not null))
            AddSeeds(project, seeds);
        foreach (var project in projects.Where(p => p.Assets is not null))
            AddPacks(project, seeds);

        using var verifier = SignatureVerifier.Create();
        var gatherer = new PackageGatherer(cache, hashEveryFile, verifier);
        var packages = new ConcurrentBag<(PackageFacts Facts, bool Cached, bool Deferred, int Files)>();
        var done = 0;
        Parallel.ForEach(seeds.Values, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, seed =>
        {
            packages.Add(ReadPackage(seed, gatherer, locked, cancel));
            progress?.Invoke(Interlocked.Increment(ref done), seeds.Count);
        });
        if (packages.Any(p => !p.Cached))
            cache.Trim();

        var copies = packages.Select(p => p.Facts).OrderBy(p => p.DependencyPath.Length).ThenBy(p => p.Folder, StringComparer.Ordinal)
            .GroupBy(p => (p.Id.ToUpperInvariant(), p.Version)).Select(g => g.ToList()).ToList();
        var cached = packages.Where(p => p.Cached).Select(p => p.Facts).ToHashSet(ReferenceEqualityComparer.Instance);
        var merged = copies.SelectMany(c => Alike(c) ? [Merged(c)] : c).OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version).ToList();
        // What is a dependency of one project and a pack of another is held to the stricter rules.
        var dependencies = seeds.Values.Where(s => !s.IsPack).Select(s => (s.Library.Id.ToUpperInvariant(), s.Library.Version)).ToHashSet();
        bool IsPack(PackageFacts package) => !dependencies.Contains((package.Id.ToUpperInvariant(), package.Version));
        return new()
        {
            Projects = [.. projects.Select(p => p.Facts).OrderBy(p => p.RelativePath, StringComparer.Ordinal)],
            Packages = [.. merged.Where(p => !IsPack(p))],
            Packs = [.. merged.Where(IsPack)],
            Gaps = [.. projects.SelectMany(p => p.Gaps), .. copies.Where(c => !Alike(c)).Select(c => new EvidenceGap(
                $"{c.First().Id} {c.First().Version} is in more than one packages folder, with different bytes ({string.Join(", ", c.Select(p => p.Folder))})",
                "Delete the copies and run: dotnet restore --force",
                c.First().Reference))],
            FilesRead = projects.Sum(p => p.Text.Files + (p.Assets is null ? 0 : 2)) + packages.Sum(p => p.Files),
            ArchivesRead = packages.Count(p => !p.Cached),
            SignaturesDeferred = packages.Count(p => p.Deferred),
            PackagesFromCache = copies.Sum(c => Alike(c) ? (c.All(cached.Contains) ? 1 : 0) : c.Count(cached.Contains)),
        };
    }

    private static PackageFacts Merged(List<PackageFacts> copies) => copies.Count == 1 ? copies[0] : copies[0] with
    {
        OtherFolders = [.. copies.Skip(1).Select(c => c.Folder).OfType<string>().Distinct().Where(f => f != copies[0].Folder)],
        RequiredBy = [.. copies.SelectMany(c => c.RequiredBy).Distinct()],
        TakenIntoBuild = [.. copies.SelectMany(c => c.TakenIntoBuild).Distinct().Order(StringComparer.Ordinal)],
    };

    /// <summary>Whether copies of one package in several folders are the same in everything that a rule looks at.</summary>
    private static bool Alike(List<PackageFacts> copies) => copies.Count == 1 || copies.All(c =>
        c.ContentHash is { IsKnown: true } && c.ContentHash == copies[0].ContentHash && c.RestoredHash == copies[0].RestoredHash
        && c.Signature is { IsKnown: true, Value: var s } && copies[0].Signature is { IsKnown: true, Value: var first }
        && c.Extracted is { IsKnown: true, Value.IsEmpty: true }
        && s.Signers.SequenceEqual(first.Signers) && s.Problems.SequenceEqual(first.Problems) && s.Owners.SequenceEqual(first.Owners));

    /// <summary>Reads the projects, and those that they reference: a build of one builds the others.</summary>
    private static List<ProjectReading> ReadProjects(IEnumerable<ProjectInput> inputs, string root)
    {
        var readings = new Dictionary<string, ProjectReading>();
        var queue = new Queue<ProjectInput>(inputs);
        while (queue.TryDequeue(out var input))
        {
            if (readings.ContainsKey(input.Path))
                continue;
            var reading = readings[input.Path] = ProjectReading.Read(input, root);
            foreach (var reference in reading.Assets?.ProjectReferences ?? [])
                queue.Enqueue(new(reference));
        }
        return [.. readings.Values];
    }

    private sealed class Seed(AssetsFile.Library library)
    {
        public AssetsFile.Library Library { get; } = library;

        public ImmutableArray<string> Folders { get; init; } = [];

        public bool IsPack { get; init; }

        public ImmutableArray<string> Path { get; set; } = [];

        public bool IsDirect { get; set; }

        public required SourceLocation Reference { get; set; }

        /// <summary>What others ask of it, the first project's words where several say the same.</summary>
        public HashSet<Requirement> RequiredBy { get; } = [];

        public VersionPlace VersionPlace { get; set; }

        /// <summary>What some project's build takes in.</summary>
        public HashSet<string> Taken { get; } = new(StringComparer.Ordinal);

        /// <summary>Hashes that the projects recorded; more than one is a contradiction.</summary>
        public HashSet<string> Hashes { get; } = [];
    }

    private static void AddSeeds(ProjectReading project, Dictionary<(string, NuGetVersion, string), Seed> seeds)
    {
        var assets = project.Assets!;
        var name = Path.GetFileNameWithoutExtension(project.Input.Path);
        var paths = DependencyPaths.Of(assets, name);
        var requirements = Requirements.Of(assets);
        var folders = string.Join('|', assets.PackageFolders);
        var direct = assets.Direct.Select(d => d.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var library in assets.Libraries.Where(l => l.IsPackage))
        {
            var path = paths.GetValueOrDefault((library.Id.ToUpperInvariant(), library.Version), [name, $"{library.Id} {library.Version.ToNormalizedString()}"]);
            var isDirect = direct.Contains(library.Id);
            // Projects may have packages folders of their own; a good copy in one must not vouch for the copy in another.
            var key = (library.Id.ToUpperInvariant(), library.Version, folders);
            if (!seeds.TryGetValue(key, out var seed))
                seeds[key] = seed = new(library) { Folders = assets.PackageFolders, Reference = new(project.Input.Path, 1, 1) };
            if (seed.Path.IsEmpty || path.Length < seed.Path.Length)
            {
                seed.Path = path;
                // "Id Version" of the first package on the way, after the projects.
                var first = isDirect ? library.Id : path.FirstOrDefault(step => step.Contains(' ', StringComparison.Ordinal))?.Split(' ')[0] ?? library.Id;
                seed.Reference = project.Text.LocationOf(first);
                seed.VersionPlace = assets.VersionPlace;
            }
            seed.IsDirect |= isDirect;
            seed.RequiredBy.UnionWith(requirements[(library.Id.ToUpperInvariant(), library.Version)]);
            foreach (var target in assets.Targets)
                seed.Taken.UnionWith(target.Taken.GetValueOrDefault($"{library.Id}/{library.Version.ToNormalizedString()}", []));
            if (library.Sha512 is { } hash)
                seed.Hashes.Add(hash);
        }
    }

    private static void AddPacks(ProjectReading project, Dictionary<(string, NuGetVersion, string), Seed> seeds)
    {
        var assets = project.Assets!;
        var folders = string.Join('|', assets.PackageFolders);
        // The hook downloads the guard itself, and holds each of its files to a hash before anything of it is loaded.
        foreach (var (id, version) in assets.Downloads.Where(d => !d.Id.Equals(BuildScripts.OwnId, StringComparison.OrdinalIgnoreCase)))
        {
            seeds.TryAdd((id.ToUpperInvariant(), version, folders), new(new(id, version, IsPackage: true, Sha512: null))
            {
                Folders = assets.PackageFolders,
                IsPack = true,
                Path = [Path.GetFileNameWithoutExtension(project.Input.Path), $"{id} {version.ToNormalizedString()}"],
                Reference = project.Text.LocationOf(id),
            });
        }
    }

    private static (PackageFacts Facts, bool Cached, bool Deferred, int Files) ReadPackage(Seed seed, PackageGatherer gatherer, LockFile? locked, CancellationToken cancel)
    {
        var id = seed.Library.Id;
        var version = seed.Library.Version.ToNormalizedString();
        var name = $"{id}.{version}.nupkg".ToLowerInvariant();
        var folders = seed.Folders.Select(f => Path.Combine(f, id.ToLowerInvariant(), version.ToLowerInvariant())).ToList();
        // NuGet builds with the first folder that holds the metadata file, whatever else is in it; a good archive further on must not vouch for that one.
        var folder = folders.FirstOrDefault(f => File.Exists(Path.Combine(f, ".nupkg.metadata"))) ?? folders.FirstOrDefault(Directory.Exists);
        var nupkg = Path.Combine(folder ?? folders.FirstOrDefault() ?? "", name);

        var (evidence, extracted, cached) = gatherer.ReadAsync(folder, nupkg, locked?.FindDownloaded(id, seed.Library.Version), cancel).GetAwaiter().GetResult();
        var metadata = folder is null ? default : ReadMetadata(Path.Combine(folder, ".nupkg.metadata"));
        // The assets file records no hash of a pack.
        if (seed.IsPack && metadata.Hash is not null)
            seed.Hashes.Add(metadata.Hash);
        return (new(id, seed.Library.Version)
        {
            Folder = folder,
            DependencyPath = seed.Path,
            IsDirect = seed.IsDirect,
            RequiredBy = [.. seed.RequiredBy.OrderBy(r => r.By, StringComparer.OrdinalIgnoreCase)],
            VersionPlace = seed.VersionPlace,
            Reference = seed.Reference,
            RestoredHash = seed.Hashes.Count switch
            {
                1 => Evidence<string>.Of(seed.Hashes.First()),
                0 => Evidence<string>.Missing("restore recorded no hash for it"),
                _ => Evidence<string>.Missing("the projects recorded different hashes for it"),
            },
            ContentHash = evidence.ContentHash,
            Nuspec = evidence.Nuspec,
            Signature = evidence.Signature,
            Entries = evidence.Entries,
            Source = metadata.Source,
            Files = evidence.Files,
            Traits = evidence.Traits,
            Extracted = extracted.IsKnown && evidence.Files.IsKnown
                ? Evidence<ImmutableArray<FileDifference>>.Of(ExtractedFolder.Compare(evidence.Files.Value, extracted.Value.Files))
                : Evidence<ImmutableArray<FileDifference>>.Missing(extracted.IsKnown ? evidence.Files.Gap : extracted.Gap),
            TakenIntoBuild = [.. seed.Taken.Order(StringComparer.Ordinal)],
        }, cached, evidence.WasDeferred, folder is null ? 0 : 2 + (extracted.IsKnown ? extracted.Value.Files.Length : 0));
    }

    private static (string? Source, string? Hash) ReadMetadata(string path)
    {
        var (bytes, _) = BoundedFile.Read(path, 1024 * 1024);
        if (bytes is null)
            return default;
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 8 });
            string? Text(string name) => document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return (Text("source"), Text("contentHash"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
