using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Checking;

/// <summary>The tools of a graph.</summary>
/// <param name="References">Which tools the repo's manifests name, and the packages that these name for single kinds of machines.</param>
/// <param name="Packages">Their packages, as far as they are in the packages folder, sorted by id and version.</param>
/// <param name="Gaps">Those that a manifest names and that are not on this machine.</param>
internal sealed record ToolPackages(ImmutableArray<ToolReference> References, ImmutableArray<PackageFacts> Packages, ImmutableArray<EvidenceGap> Gaps)
{
    private const int MaxReferences = 2000;
    private const int MaxSettingsBytes = 256 * 1024;
    private const string SettingsFile = "DotnetToolSettings.xml";

    /// <summary>What was read.</summary>
    public PackageCount Count { get; private init; } = new();

    /// <summary>Reads the tools that manifests beside and above the projects name; where everything is asked about, of every folder of the repo.</summary>
    /// <param name="request">What is gathered.</param>
    /// <param name="projects">Full paths of all projects.</param>
    /// <param name="gatherer">Reads archives and folders.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static ToolPackages Read(GraphRequest request, IReadOnlyCollection<string> projects, PackageGatherer gatherer, CancellationToken cancel)
    {
        var queue = new Queue<ToolReference>(Manifests(request, projects).Select(ToolManifest.Read).SelectMany(Named));
        var references = new List<ToolReference>();
        var read = new Dictionary<(string, NuGetVersion, string), PackageFacts?>();
        var gaps = ImmutableArray.CreateBuilder<EvidenceGap>();
        var total = new PackageCount();
        while (queue.TryDequeue(out var reference))
        {
            if (references.Count == MaxReferences)
            {
                gaps.Add(new($"The manifests name more than {MaxReferences:N0} tools, and the rest was not looked at", "Take out those that nobody uses", reference.Location));
                break;
            }
            references.Add(reference);
            if (reference.Version is null || !read.TryAdd((reference.Name.ToUpperInvariant(), reference.Version, reference.PackagesFolder!), null))
                continue;
            var folder = Path.Combine(reference.PackagesFolder!, reference.Name.ToLowerInvariant(), reference.Version.ToNormalizedString().ToLowerInvariant());
            if (!Disk.IsFolder(folder))
            {
                // Nothing of it can run here before it is downloaded; a build has no need of it. What a tool has for other machines is looked at there.
                if (request.Everything && reference.PartOf is null)
                    gaps.Add(new($"The tool {reference.Name} {reference.Version} is not in the packages folder ({folder})", $"Run {Refetch.Tool(reference, request.Root)}, which downloads tools and runs none of them", reference.Location));
                continue;
            }
            var (facts, count) = PackageCount.Of(new PackageSeed(new(reference.Name, reference.Version, IsPackage: true, Sha512: null))
            {
                Folders = [reference.PackagesFolder!],
                HasNoRecordedHash = true,
                IsTool = true,
                Way = [Path.GetFileName(reference.Location.File), .. reference.PartOf is { } tool ? [tool] : (string[])[], $"{reference.Name} {reference.Version.ToNormalizedString()}"],
                Reference = reference.Location,
            }.Read(gatherer, request.Locked?.Value, cancel));
            read[(reference.Name.ToUpperInvariant(), reference.Version, reference.PackagesFolder!)] = facts;
            total += count;
            foreach (var part in reference.PartOf is null ? PartsOf(reference, facts, folder, request.Root) : [])
                queue.Enqueue(part);
        }
        return new([.. references], [.. read.Values.OfType<PackageFacts>().OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version)], gaps.ToImmutable()) { Count = total };
    }

    private static IEnumerable<string> Manifests(GraphRequest request, IEnumerable<string> projects)
    {
        var repo = EnvironmentReading.RepoOf(request.Root);
        var start = Disk.IsFolder(request.Subject) ? request.Subject : Path.GetDirectoryName(request.Subject) is { Length: > 0 } folder ? folder : request.Root;
        return projects.Select(p => Path.GetDirectoryName(p)!).Append(start).SelectMany(f => BuildFiles.FoldersUp(f, repo))
            .Concat(request.Everything ? Solutions.SourceFolders(request.Root) : []).SelectMany(ToolManifest.In).Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<ToolReference> Named(ToolManifest manifest)
    {
        if (manifest.Problem is { } problem)
            return [new(Path.GetFileName(manifest.Path), new(manifest.Path, 1, 1)) { Problem = $"the manifest cannot be read ({problem})", Fix = "Correct the file." }];
        var packages = new PackagesFolders().For(Path.GetDirectoryName(manifest.Path)!);
        return manifest.Tools.Select(t =>
        {
            ToolReference Problem(string what, string fix) => new(t.Id.Length == 0 ? "without a name" : t.Id, t.Location) { Problem = what, Fix = fix };
            return !IdPattern.IsValid(t.Id) || t.Id.Contains('*', StringComparison.Ordinal) || t.Id.Contains("..", StringComparison.Ordinal) ? Problem("that is no name of a package", "Correct the name.")
                : !NuGetVersion.TryParse(t.Version, out var version) ? Problem($"\"{Printable.Of(t.Version, 60)}\" is no version of a package", "Write one exact version, such as 1.2.3.")
                : packages is null ? Problem("the NuGet configuration that says where its package is cannot be read", PackagesFolders.Fix)
                : new(t.Id, t.Location) { Version = version, PackagesFolder = packages };
        });
    }

    /// <summary>Since .NET 10 a tool can be a package that only names one package for each kind of machine; the one that fits is downloaded with it and is what runs.</summary>
    private static IEnumerable<ToolReference> PartsOf(ToolReference tool, PackageFacts package, string folder, string policyFolder)
    {
        foreach (var file in package.Files.IsKnown ? package.Files.Value.Where(f => f.Path.StartsWith("tools/", StringComparison.OrdinalIgnoreCase) && f.Path.EndsWith("/" + SettingsFile, StringComparison.OrdinalIgnoreCase)) : [])
        {
            var (bytes, problem) = BoundedFile.Read(Path.Combine(folder, file.Path), MaxSettingsBytes);
            XElement? root = null;
            try
            {
                root = bytes is null ? null : BoundedXml.Load(bytes, LoadOptions.None).Root;
            }
            catch (XmlException e)
            {
                problem = $"it is not plain XML: {e.Message.TrimEnd('.')}";
            }
            if (root is null)
            {
                yield return new(tool.Name, tool.Location) { Problem = $"its {file.Path} cannot be read ({problem})", Fix = $"Delete {folder} and run {Refetch.Tool(tool, policyFolder)}." };
                continue;
            }
            foreach (var id in root.Descendants().Where(e => e.Name.LocalName == "RuntimeIdentifierPackage").Select(e => e.Attribute("Id")?.Value.Trim() ?? "").Where(id => !id.Equals(tool.Name, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                yield return IdPattern.IsValid(id) && !id.Contains('*', StringComparison.Ordinal) && !id.Contains("..", StringComparison.Ordinal)
                    ? tool with { Name = id, PartOf = tool.Name }
                    : new(tool.Name, tool.Location) { Problem = $"its {file.Path} names a package that is none ({Printable.Of(id, 60)})", Fix = "Do not use it; report it to its author." };
            }
        }
    }
}
