using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Graph;

/// <summary>
/// Everything a check knows about a restored repo: facts, with "missing" as a fact. Readers make it, rules judge it, nothing changes it.
/// </summary>
public sealed record PackageGraph
{
    /// <summary>A graph of nothing.</summary>
    public static PackageGraph Empty { get; } = new();

    /// <summary>The projects that were looked at, sorted by path.</summary>
    public ImmutableArray<ProjectFacts> Projects { get; init; } = [];

    /// <summary>Projects that the lock names and that are no longer on the disk, as the lock writes them.</summary>
    public ImmutableArray<string> VanishedProjects { get; init; } = [];

    /// <summary>Each distinct package once, over all projects, frameworks and runtimes, sorted by id and version.</summary>
    public ImmutableArray<PackageFacts> Packages { get; init; } = [];

    /// <summary>
    /// Packs that restore downloads beside the packages, sorted by id and version: runtimes, targeting packs, app hosts, compilers of NativeAOT and ReadyToRun, and what a
    /// PackageDownload names. They are in no project's dependency graph. One that is a dependency as well is among the packages only.
    /// </summary>
    public ImmutableArray<PackageFacts> Packs { get; init; } = [];

    /// <summary>MSBuild SDKs that build files name and that the .NET SDK does not carry, once for each file that names one, in the order in which they were found.</summary>
    public ImmutableArray<SdkReference> SdkReferences { get; init; } = [];

    /// <summary>The packages of those SDKs, as far as they are in the packages folder, sorted by id and version. One may be among the packages as well.</summary>
    public ImmutableArray<PackageFacts> Sdks { get; init; } = [];

    /// <summary>Tools that manifests of the repo name, in the order in which they were found, and the packages that these name for single kinds of machines.</summary>
    public ImmutableArray<ToolReference> ToolReferences { get; init; } = [];

    /// <summary>The packages of those tools, as far as they are in the packages folder, sorted by id and version. One may be among the packages as well.</summary>
    public ImmutableArray<PackageFacts> Tools { get; init; } = [];

    /// <summary>File-based apps of the repo that name packages, sorted by path, whether they were restored here or not; empty where not the whole repo is asked about.</summary>
    public ImmutableArray<AppFacts> Apps { get; init; } = [];

    /// <summary>Everything that NuGet downloaded and extracted: packages, packs, SDKs and tools, each once.</summary>
    public IEnumerable<PackageFacts> Downloaded => Packages.Concat(Packs).Concat(Sdks).Concat(Tools).DistinctBy(p => (p.Id.ToUpperInvariant(), p.Version, p.Folder));

    /// <summary>The .NET SDK that builds the repo; null where the policy does not pin it, or where a gap says why it is not known.</summary>
    public ToolchainFacts? Toolchain { get; init; }

    /// <summary>Where packages can come from; nothing where the policy does not ask.</summary>
    public SourceFacts Sources { get; init; } = SourceFacts.None;

    /// <summary>What could not be read and is not tied to one package.</summary>
    public ImmutableArray<EvidenceGap> Gaps { get; init; } = [];

    /// <summary>How many files were read or compared to gather the facts.</summary>
    public int FilesRead { get; init; }

    /// <summary>How many archives, of packages and packs, were read in this run and not taken from the cache.</summary>
    public int ArchivesRead { get; init; }

    /// <summary>Of these, how many signatures NuGet's own verifier was asked about, because the fast way did not understand them or found something wrong.</summary>
    public int SignaturesDeferred { get; init; }

    /// <summary>How many packages and packs had their facts taken from the evidence cache because no byte of their files had changed since.</summary>
    public int PackagesFromCache { get; init; }
}

/// <summary>A project and where it stands.</summary>
/// <param name="Path">Full path of the project file, or of the C# file of a file-based app.</param>
/// <param name="RelativePath">Path relative to the policy's folder, with forward slashes: what the lock records.</param>
public sealed record ProjectFacts(string Path, string RelativePath)
{
    /// <summary>The file name without extension, for people.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Whether it is a file-based app: a C# file, whose project exists only in memory.</summary>
    public bool IsApp => System.IO.Path.GetExtension(Path).Equals(".cs", StringComparison.OrdinalIgnoreCase);

    /// <summary>Full path of the project as MSBuild knows it: another one, which does not exist, where the project is made of a single C# file.</summary>
    public string MSBuildPath { get; init; } = Path;

    /// <summary>Full path of the project.assets.json that was read; null where none was.</summary>
    public string? AssetsFile { get; init; }

    /// <summary>The sources that its last restore used: addresses, or full paths of folders.</summary>
    public ImmutableArray<string> RestoreSources { get; init; } = [];

    /// <summary>Full paths of the files of NuGet's configuration that its last restore read, the nearest first.</summary>
    public ImmutableArray<string> RestoreConfigFiles { get; init; } = [];

    /// <summary>Whether it names a package itself, or restore downloads one for it; the guard's own aside. A project that only leads to others has no more than what they have.</summary>
    public bool NamesPackages { get; init; } = true;

    /// <summary>Whether this project was read completely. False where a gap speaks of it.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Files beside restore's that MSBuild imports because of their name: PROJECT.*.props and PROJECT.*.targets.</summary>
    public ImmutableArray<ToolFile> ToolFiles { get; init; } = [];
}

/// <summary>A file-based app, by its own text.</summary>
/// <param name="RelativePath">Path relative to the policy's folder, with forward slashes: what the lock records.</param>
/// <param name="Packages">The packages that it names; at least one.</param>
public sealed record AppFacts(string RelativePath, ImmutableArray<AppPackage> Packages);

/// <summary>A line <c>#:package ID</c> of a file-based app.</summary>
/// <param name="Id">Package id as written.</param>
/// <param name="Location">The line.</param>
public sealed record AppPackage(string Id, SourceLocation Location);

/// <summary>A file that a tool, not restore, left beside the assets file.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">What follows the project's file name: "EntityFrameworkCore.targets".</param>
/// <param name="Sha256">SHA-256 of its text without a byte order mark, lower-case hex; null where it cannot be read or is not UTF-8.</param>
public sealed record ToolFile(string Path, string Name, string? Sha256);

/// <summary>Evidence that is missing, stale or unreadable.</summary>
/// <param name="What">What is missing, as a clause: "obj/project.assets.json is missing".</param>
/// <param name="Fix">What the user does about it, as a sentence.</param>
/// <param name="Location">Where it belongs.</param>
public sealed record EvidenceGap(string What, string Fix, SourceLocation Location);

/// <summary>A package of the graph, with what its bytes and its records say.</summary>
/// <param name="Id">Package id as the assets file writes it.</param>
/// <param name="Version">Normalised version.</param>
public sealed record PackageFacts(string Id, NuGetVersion Version)
{
    /// <summary>Id and version as the lock writes them: <c>Serilog/4.3.0</c>.</summary>
    public string Key => $"{Id}/{Version.ToNormalizedString()}";

    /// <summary>The package's folder under a packages folder; null where it was not found.</summary>
    public string? Folder { get; init; }

    /// <summary>Folders of equal copies under other packages folders, which other projects of the repo build with.</summary>
    public ImmutableArray<string> OtherFolders { get; init; } = [];

    /// <summary>Shortest way from a project to this package: the project's name, then packages as "Id Version", this one last.</summary>
    public ImmutableArray<string> DependencyPath { get; init; } = [];

    /// <summary>Whether a project names this package itself.</summary>
    public bool IsDirect { get; init; }

    /// <summary>What other packages of the graph ask of this one, each once.</summary>
    public ImmutableArray<Requirement> RequiredBy { get; init; } = [];

    /// <summary>Where its version is chosen.</summary>
    public VersionPlace VersionPlace { get; init; }

    /// <summary>The line of the reference that brings the package in: its own, or that of the first package on the path.</summary>
    public required SourceLocation Reference { get; init; }

    /// <summary>The content hash that the assets file records (base64 SHA-512).</summary>
    public Evidence<string> RestoredHash { get; init; }

    /// <summary>Whether there is no such hash of it anywhere: <c>dotnet tool restore</c> notes the hash of the nuspec instead.</summary>
    public bool HasNoRestoredHash { get; init; }

    /// <summary>The content hash computed from the package's bytes: base64 SHA-512 over the package without its signature, as NuGet defines it.</summary>
    public Evidence<string> ContentHash { get; init; }

    /// <summary>SHA-256 (base64) of the same bytes, which is what signers sign; null for an unsigned package, and for an archive of an unusual form.</summary>
    public string? SignedHash { get; init; }

    /// <summary>Id and version as the nuspec inside the package says.</summary>
    public Evidence<NuspecIdentity> Nuspec { get; init; }

    /// <summary>The package's signatures.</summary>
    public Evidence<SignatureFacts> Signature { get; init; }

    /// <summary>Paths of all entries of the package, as they are in the archive.</summary>
    public Evidence<ImmutableArray<string>> Entries { get; init; }

    /// <summary>Every file that a restore extracts, as the package's bytes say, sorted by path (ordinal).</summary>
    public Evidence<ImmutableArray<PackageFile>> Files { get; init; }

    /// <summary>What the package's build files and code show of themselves, without anything having been run.</summary>
    public Evidence<ImmutableArray<BuildTrait>> Traits { get; init; }

    /// <summary>How the extracted folder differs from the package's bytes; empty where it is the same, file by file.</summary>
    public Evidence<ImmutableArray<FileDifference>> Extracted { get; init; }

    /// <summary>
    /// What restore takes into a build of some project, as paths inside the package: imported props and targets, and content that is compiled.
    /// Analyzers are not among them: a build takes every one that a package holds, whatever the reference excludes.
    /// </summary>
    public ImmutableArray<string> TakenIntoBuild { get; init; } = [];

    /// <summary>The day on which its feed says that it was published, where <c>lock</c> asked in this run; null where it did not, or the feed does not say.</summary>
    public DateOnly? FeedDate { get; init; }

    /// <summary>The address of the source that restore recorded in the packages folder; null where it recorded none. It may hold a password.</summary>
    public string? Source { get; init; }
}

/// <summary>What a nuspec calls its package.</summary>
/// <param name="Id">The id as written.</param>
/// <param name="Version">The version as written.</param>
public sealed record NuspecIdentity(string Id, string Version);
