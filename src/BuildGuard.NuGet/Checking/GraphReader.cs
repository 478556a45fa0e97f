using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>Gathers the facts of a restored repo: projects first, then each distinct package once, on all cores.</summary>
internal static class GraphReader
{
    private const long SmallBytes = 200_000;

    /// <summary>Reads.</summary>
    /// <param name="request">What.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static PackageGraph Read(GraphRequest request, CancellationToken cancel)
    {
        using var gatherer = new PackageGatherer(request.Cache, request.HashEveryFile);
        gatherer.Prepare();
        var projects = ReadProjects(request.Projects, request.Root, cancel);
        ImmutableArray<ProjectFacts> found = [.. projects.Select(p => p.Facts).OrderBy(p => p.RelativePath, StringComparer.Ordinal)];
        request.OnProjects?.Invoke(found);
        var seeds = new Dictionary<(string, NuGetVersion, string), PackageSeed>();
        foreach (var project in projects.Where(p => p.Assets is not null))
            AddSeeds(project, seeds);
        foreach (var project in projects.Where(p => p.Assets is not null))
            AddPacks(project, seeds);

        var packages = new ConcurrentBag<(PackageFacts Facts, bool Cached, bool Deferred, int Files)>();
        var done = 0;
        Parallel.ForEach(Partitioner.Create(InOrder(seeds.Values), EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, seed =>
        {
            packages.Add(seed.Read(gatherer, request.Locked?.Value, cancel));
            request.Progress?.Invoke(Interlocked.Increment(ref done), seeds.Count);
        });
        var sdks = SdkPackages.Read(request, [.. projects.Select(p => p.Input.Path)], packages.Select(p => p.Facts), gatherer, cancel);
        var tools = ToolPackages.Read(request, [.. projects.Select(p => p.Input.Path)], gatherer, cancel);
        var beside = sdks.Count + tools.Count;
        if (packages.Any(p => !p.Cached) || beside.ArchivesRead > 0)
            request.Cache.Trim();

        var copies = packages.Select(p => p.Facts).OrderBy(p => p.DependencyPath.Length).ThenBy(p => p.Folder, StringComparer.Ordinal)
            .GroupBy(p => (p.Id.ToUpperInvariant(), p.Version)).Select(g => g.ToList()).ToList();
        var cached = packages.Where(p => p.Cached).Select(p => p.Facts).ToHashSet(ReferenceEqualityComparer.Instance);
        var merged = copies.SelectMany(c => Alike(c) ? [Merged(c)] : c).OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version).ToList();
        // What is a dependency of one project and a pack of another is held to the stricter rules.
        var dependencies = seeds.Values.Where(s => !s.IsPack).Select(s => (s.Library.Id.ToUpperInvariant(), s.Library.Version)).ToHashSet();
        bool IsPack(PackageFacts package) => !dependencies.Contains((package.Id.ToUpperInvariant(), package.Version));
        return new()
        {
            Projects = found,
            Packages = [.. merged.Where(p => !IsPack(p))],
            Packs = [.. merged.Where(IsPack)],
            SdkReferences = sdks.References,
            Sdks = sdks.Packages,
            ToolReferences = tools.References,
            Tools = tools.Packages,
            Apps = request.Everything ? [.. FileApps.NamingPackages(request.Root)] : [],
            Gaps = [.. projects.SelectMany(p => p.Gaps), .. sdks.Gaps, .. tools.Gaps, .. copies.Where(c => !Alike(c)).Select(c => new EvidenceGap(
                $"{c.First().Id} {c.First().Version} is in more than one packages folder, with different bytes ({string.Join(", ", c.Select(p => p.Folder))})",
                "Delete the copies and run: dotnet restore --force",
                c.First().Reference))],
            FilesRead = projects.Sum(p => p.Text.Files + (p.Assets is null ? 0 : 2)) + packages.Sum(p => p.Files) + beside.Files,
            ArchivesRead = packages.Count(p => !p.Cached) + beside.ArchivesRead,
            SignaturesDeferred = packages.Count(p => p.Deferred) + beside.SignaturesDeferred,
            PackagesFromCache = copies.Sum(c => Alike(c) ? (c.All(cached.Contains) ? 1 : 0) : c.Count(cached.Contains)) + sdks.Packages.Length + tools.Packages.Length - beside.ArchivesRead,
        };
    }

    /// <summary>
    /// The order that keeps all cores busy to the end. The largest first: while they are hashed, another thread reads the roots. Then the small ones, because a signature that NuGet has to judge takes longer
    /// than most archives, whatever the size. The others last, from large to small.
    /// </summary>
    private static IEnumerable<PackageSeed> InOrder(IEnumerable<PackageSeed> seeds)
    {
        var sorted = seeds.Select(s => (Seed: s, s.Size)).OrderByDescending(s => s.Size).ToList();
        var (first, rest) = (sorted.Take(2 * Environment.ProcessorCount), sorted.Skip(2 * Environment.ProcessorCount).ToList());
        return first.Concat(rest.Where(s => s.Size < SmallBytes)).Concat(rest.Where(s => s.Size >= SmallBytes)).Select(s => s.Seed);
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

    /// <summary>Reads the projects, and those that they reference: a build of one builds the others. Each once, however many reference it: what restore wrote names all of them, also those of those.</summary>
    private static List<ProjectReading> ReadProjects(IEnumerable<ProjectInput> inputs, string root, CancellationToken cancel)
    {
        var readings = new List<ProjectReading>();
        var known = new HashSet<string>();
        List<ProjectInput> next = [.. inputs.Where(i => known.Add(ProjectReading.PathOf(i)))];
        while (next.Count > 0)
        {
            var read = new ProjectReading[next.Count];
            try
            {
                Parallel.For(0, read.Length, new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i => read[i] = ProjectReading.Read(next[i], root));
            }
            catch (AggregateException e)
            {
                // Who reports it names the kind of the error.
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
            readings.AddRange(read);
            next = [.. read.SelectMany(r => r.Assets?.ProjectReferences ?? []).Select(p => new ProjectInput(p)).Where(i => known.Add(ProjectReading.PathOf(i)))];
        }
        return readings;
    }

    private static void AddSeeds(ProjectReading project, Dictionary<(string, NuGetVersion, string), PackageSeed> seeds)
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
            if (seed.Way.IsEmpty || path.Length < seed.Way.Length)
            {
                seed.Way = path;
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

    private static void AddPacks(ProjectReading project, Dictionary<(string, NuGetVersion, string), PackageSeed> seeds)
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
                HasNoRecordedHash = true,
                Way = [Path.GetFileNameWithoutExtension(project.Input.Path), $"{id} {version.ToNormalizedString()}"],
                Reference = project.Text.LocationOf(id),
            });
        }
    }
}
