using System.Collections.Immutable;
using System.Text.Json;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Checking;

/// <summary>A package to be read, with what the projects say of it.</summary>
/// <param name="library">Id and version.</param>
internal sealed class PackageSeed(AssetsFile.Library library)
{
    /// <summary>Id and version.</summary>
    public AssetsFile.Library Library { get; } = library;

    /// <summary>The packages folders in which NuGet looks for it, in this order.</summary>
    public ImmutableArray<string> Folders { get; init; } = [];

    /// <summary>Whether it is a pack, which is no dependency of any project.</summary>
    public bool IsPack { get; init; }

    /// <summary>Whether no assets file records its hash: so it is with packs and SDKs.</summary>
    public bool HasNoRecordedHash { get; init; }

    /// <summary>
    /// Whether <c>dotnet tool restore</c> extracted it. What that notes as the package's content hash is the SHA-512 of its nuspec (tried with SDK 10.0.401), which says nothing of the rest.
    /// </summary>
    public bool IsTool { get; init; }

    /// <summary>Shortest way from a project to it, see <see cref="PackageFacts.DependencyPath"/>.</summary>
    public ImmutableArray<string> Way { get; set; } = [];

    /// <summary>Whether a project names it itself.</summary>
    public bool IsDirect { get; set; }

    /// <summary>The line that brings it in.</summary>
    public required SourceLocation Reference { get; set; }

    /// <summary>What others ask of it, the first project's words where several say the same.</summary>
    public HashSet<Requirement> RequiredBy { get; } = [];

    /// <summary>Where its version is written.</summary>
    public VersionPlace VersionPlace { get; set; }

    /// <summary>What some project's build takes in.</summary>
    public HashSet<string> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>Hashes that the projects recorded; more than one is a contradiction.</summary>
    public HashSet<string> Hashes { get; } = [];

    /// <summary>Bytes of the archive; 0 where there is none.</summary>
    public long Size => Place().Nupkg is var path && Disk.IsFile(path) ? Disk.Length(path) : 0;

    /// <summary>Reads the package.</summary>
    /// <param name="gatherer">Reads archives and folders.</param>
    /// <param name="locked">A lock that vouches for the files of packages; null to read every archive.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The facts, whether they came from the cache, whether NuGet's verifier was asked, and how many files were read or compared.</returns>
    public (PackageFacts Facts, bool Cached, bool Deferred, int Files) Read(PackageGatherer gatherer, LockFile? locked, CancellationToken cancel)
    {
        var id = Library.Id;
        var (folder, nupkg) = Place();
        var metadata = folder is null ? default : ReadMetadata(Path.Combine(folder, ".nupkg.metadata"));
        // Only NuGet's own note has it then.
        if (HasNoRecordedHash && !IsTool && metadata.Hash is not null)
            Hashes.Add(metadata.Hash);
        var entry = locked?.FindDownloaded(id, Library.Version);
        // The lock's content hash is taken for the package's only where restore, too, found it: an edited one is to be told from the real one.
        if (entry is not null && (Hashes.Count != 1 || entry.ContentHash != "sha512-" + Hashes.First()))
            entry = entry with { SignedHash = null };
        var (evidence, extracted, cached) = gatherer.ReadAsync(folder, nupkg, entry, cancel).GetAwaiter().GetResult();
        return (new(id, Library.Version)
        {
            Folder = folder,
            DependencyPath = Way,
            IsDirect = IsDirect,
            RequiredBy = [.. RequiredBy.OrderBy(r => r.By, StringComparer.OrdinalIgnoreCase)],
            VersionPlace = VersionPlace,
            Reference = Reference,
            RestoredHash = Hashes.Count switch
            {
                1 => Evidence<string>.Of(Hashes.First()),
                0 => Evidence<string>.Missing("restore recorded no hash for it"),
                _ => Evidence<string>.Missing("the projects recorded different hashes for it"),
            },
            HasNoRestoredHash = IsTool,
            ContentHash = evidence.ContentHash,
            SignedHash = evidence.SignedHash,
            Nuspec = evidence.Nuspec,
            Signature = evidence.Signature,
            Entries = evidence.Entries,
            Source = metadata.Source,
            Files = evidence.Files,
            Traits = evidence.Traits,
            Extracted = extracted.IsKnown && evidence.Files.IsKnown
                ? Evidence<ImmutableArray<FileDifference>>.Of(ExtractedFolder.Compare(evidence.Files.Value, extracted.Value.Files))
                : Evidence<ImmutableArray<FileDifference>>.Missing(extracted.IsKnown ? evidence.Files.Gap : extracted.Gap),
            TakenIntoBuild = [.. Taken.Order(StringComparer.Ordinal)],
        }, cached, evidence.WasDeferred, folder is null ? 0 : 2 + (extracted.IsKnown ? extracted.Value.Files.Length : 0));
    }

    /// <summary>Where it was extracted to (null where it is in none of the folders), and where its archive is or would be.</summary>
    private (string? Folder, string Nupkg) Place()
    {
        var (id, version) = (Library.Id.ToLowerInvariant(), Library.Version.ToNormalizedString().ToLowerInvariant());
        var places = Folders.Select(f => Path.Combine(f, id, version)).ToList();
        // NuGet builds with the first folder that holds the metadata file, whatever else is in it; a good archive further on must not vouch for that one.
        var folder = places.FirstOrDefault(f => Disk.IsFile(Path.Combine(f, ".nupkg.metadata"))) ?? places.FirstOrDefault(Disk.IsFolder);
        return (folder, Path.Combine(folder ?? places.FirstOrDefault() ?? "", $"{id}.{version}.nupkg"));
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
