using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>The MSBuild SDKs of a graph.</summary>
/// <param name="References">Who names which.</param>
/// <param name="Packages">Their packages, sorted by id and version.</param>
/// <param name="Gaps">Those that the repo names and that are not on this machine.</param>
internal sealed record SdkPackages(ImmutableArray<SdkReference> References, ImmutableArray<PackageFacts> Packages, ImmutableArray<EvidenceGap> Gaps)
{
    private const int MaxSdks = 200;

    /// <summary>What was read.</summary>
    public PackageCount Count { get; private init; } = new();

    /// <summary>Reads the SDKs that a repo names, those that its packages import, and those that these import in turn.</summary>
    /// <param name="request">What is gathered.</param>
    /// <param name="projects">Full paths of all projects.</param>
    /// <param name="packages">The packages.</param>
    /// <param name="gatherer">Reads archives and folders.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static SdkPackages Read(GraphRequest request, IReadOnlyCollection<string> projects, IEnumerable<PackageFacts> packages, PackageGatherer gatherer, CancellationToken cancel)
    {
        var reading = new SdkReading(request.Root, request.Subject, request.Texts, request.Sdk);
        var queue = new Queue<SdkReference>(reading.OfRepo(projects, request.Everything).Concat(packages.Where(BuildScripts.TakesBuildFiles).SelectMany(reading.OfPackage)));
        var references = new List<SdkReference>();
        var read = new Dictionary<(string, NuGetVersion, string), PackageFacts?>();
        var gaps = ImmutableArray.CreateBuilder<EvidenceGap>();
        var total = new PackageCount();
        while (queue.TryDequeue(out var reference))
        {
            if (read.Count == MaxSdks)
            {
                gaps.Add(new($"More than {MaxSdks:N0} MSBuild SDKs are named, and the rest was not looked at", "Take out those that nothing uses", reference.Location));
                break;
            }
            references.Add(reference);
            if (reference.Version is null || !read.TryAdd(KeyOf(reference), null))
                continue;
            var folder = Path.Combine(reference.PackagesFolder!, reference.Name.ToLowerInvariant(), reference.Version.ToNormalizedString().ToLowerInvariant());
            if (!Disk.IsFolder(folder))
            {
                // After a restore it is not there because nothing evaluated it, and then nothing ran.
                if (request.Everything && reference.Importer is null)
                {
                    gaps.Add(new($"The MSBuild SDK {reference.Name} {reference.Version} is not in the packages folder ({folder})",
                        $"Get it without running it: {Refetch.Sdk(reference)}", reference.Location));
                }
                continue;
            }
            var name = $"{reference.Name} {reference.Version.ToNormalizedString()}";
            var (facts, count) = PackageCount.Of(new PackageSeed(new(reference.Name, reference.Version, IsPackage: true, Sha512: null))
            {
                Folders = [reference.PackagesFolder!],
                HasNoRecordedHash = true,
                Way = reference.Importer is { } importer ? [.. importer.DependencyPath, name] : [Path.GetFileName(reference.Location.File), name],
                Reference = reference.Location,
            }.Read(gatherer, request.Locked?.Value, cancel));
            read[KeyOf(reference)] = facts;
            total += count;
            foreach (var further in reading.OfPackage(facts))
                queue.Enqueue(further);
        }
        return new([.. references], [.. read.Values.OfType<PackageFacts>().OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version)], gaps.ToImmutable()) { Count = total };
    }

    private static (string, NuGetVersion, string) KeyOf(SdkReference reference) => (reference.Name.ToUpperInvariant(), reference.Version!, reference.PackagesFolder!);
}
