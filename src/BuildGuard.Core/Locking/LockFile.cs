using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Locking;

/// <summary>What is true of the packages of a repo: the content of buildguard.lock.json.</summary>
public sealed record LockFile
{
    /// <summary>The format that this version reads and writes.</summary>
    public const int FormatVersion = 1;

    /// <summary>A lock of nothing.</summary>
    public static LockFile Empty { get; } = new();

    /// <summary>Projects that the lock covers: paths relative to the policy's folder, forward slashes, sorted.</summary>
    public ImmutableArray<string> Projects { get; init; } = [];

    /// <summary>Packages, sorted by id (without case) and version.</summary>
    public ImmutableArray<LockedPackage> Packages
    {
        get;
        init
        {
            field = value;
            _index = null;
        }
    } = [];

    /// <summary>Packs of every runtime that somebody locked, sorted by runtime identifier (see <see cref="Graph.PackNames"/>), id and version.</summary>
    public ImmutableArray<LockedPackage> Packs { get; init; } = [];

    /// <summary>The .NET SDKs that somebody locked, one for each runtime identifier, sorted by it.</summary>
    public ImmutableArray<LockedToolchain> Toolchains { get; init; } = [];

    /// <summary>The entry of a pack; null where there is none.</summary>
    public LockedPackage? FindPack(string id, NuGetVersion version) => Packs.FirstOrDefault(p => p.Version == version && p.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Packages of MSBuild SDKs, sorted by id and version.</summary>
    public ImmutableArray<LockedPackage> Sdks { get; init; } = [];

    /// <summary>The entry of an MSBuild SDK; null where there is none.</summary>
    public LockedPackage? FindSdk(string id, NuGetVersion version) => Sdks.FirstOrDefault(p => p.Version == version && p.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Packages of .NET tools, of every kind of machine on which somebody locked, sorted by id and version.</summary>
    public ImmutableArray<LockedPackage> Tools { get; init; } = [];

    /// <summary>The entry of a tool; null where there is none.</summary>
    public LockedPackage? FindTool(string id, NuGetVersion version) => Tools.FirstOrDefault(p => p.Version == version && p.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The entry of a package; null where there is none.</summary>
    /// <param name="id">Id, compared without case.</param>
    /// <param name="version">Version.</param>
    public LockedPackage? Find(string id, NuGetVersion version) =>
        (_index ??= BuildIndex()).GetValueOrDefault((id.ToUpperInvariant(), version));

    /// <summary>The entry of a package or, where there is none, of a pack, an SDK or a tool.</summary>
    public LockedPackage? FindDownloaded(string id, NuGetVersion version) => Find(id, version) ?? FindPack(id, version) ?? FindSdk(id, version) ?? FindTool(id, version);

    private Dictionary<(string, NuGetVersion), LockedPackage>? _index;

    private Dictionary<(string, NuGetVersion), LockedPackage> BuildIndex() =>
        Packages.ToDictionary(p => (p.Id.ToUpperInvariant(), p.Version));
}

/// <summary>What the lock says of one package.</summary>
/// <param name="Id">Id in the nuspec's case.</param>
/// <param name="Version">Version.</param>
/// <param name="ContentHash">"sha512-" and the base64 of NuGet's content hash: the same with and without a repository countersignature.</param>
public sealed record LockedPackage(string Id, NuGetVersion Version, string ContentHash)
{
    /// <summary>
    /// "sha256-" and the base64 of SHA-256 over the same bytes as <see cref="ContentHash"/>: what signers sign. A check that finds it need not work out the other, which takes longer than everything else.
    /// Null for an unsigned package, and in a lock that an older version wrote.
    /// </summary>
    public string? SignedHash { get; init; }

    /// <summary>The policy's name of the source that it came from; null where the policy names no sources, or none of them.</summary>
    public string? Source { get; init; }

    /// <summary>Certificate of the signer, "sha256:" and lower-case hex: the author's, else the repository's; null for an unsigned package.</summary>
    public string? Signer { get; init; }

    /// <summary>Owners that the repository signature names, sorted.</summary>
    public ImmutableArray<string> Owners { get; init; } = [];

    /// <summary>Day of the repository signature's time stamp, never earlier than publication; null without one.</summary>
    public DateOnly? Published { get; init; }

    /// <summary>The day that the feed gave when <c>lock</c> asked it, for a package without <see cref="Published"/>; null where nobody asked. It is the feed's word, and in no bytes.</summary>
    public DateOnly? FeedDate { get; init; }

    /// <summary>"sha256-" and base64: root over path and SHA-256 of every file that a restore extracts; null in a lock that an older version wrote.</summary>
    public string? Files { get; init; }

    /// <summary>By kind of build script, the hash of the content that somebody approved (see <see cref="Graph.BuildScript.Hash"/>). It need not be the content of this version.</summary>
    public ImmutableSortedDictionary<string, string> BuildScripts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// Ids of the advisories about this version that were known when it was locked. One that is not among them is newer than the lock: no change brought it in.
    /// </summary>
    public ImmutableArray<string> Advisories { get; init; } = [];

    /// <summary>Where the entry stands in the file that it was read from; null for one that was made from a graph.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>Id and version as the file writes them.</summary>
    public string Key => $"{Id}/{Version.ToNormalizedString()}";
}

/// <summary>What the lock says of the .NET SDK of one kind of machine. See <see cref="Graph.ToolchainFacts"/>.</summary>
/// <param name="Runtime">Runtime identifier.</param>
/// <param name="Sdk">Version.</param>
/// <param name="Parts">Hashes by part.</param>
public sealed record LockedToolchain(string Runtime, string Sdk, ImmutableSortedDictionary<string, string> Parts)
{
    /// <summary>Where the entry stands in the file that it was read from; null for one that was made from a graph.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary>A lock as it was read: its content, the fact that there is none, or what is wrong with it.</summary>
/// <param name="Path">Full path of the file, or where it would be.</param>
/// <param name="Lock">The content; null where the file is absent or unreadable.</param>
/// <param name="Problem">What is wrong; null where it is absent or fine.</param>
public sealed record LockDocument(string Path, LockFile? Lock, EvidenceProblem? Problem)
{
    /// <summary>Whether there is no file.</summary>
    public bool IsAbsent => Lock is null && Problem is null;
}

/// <summary>Why a lock cannot be used.</summary>
/// <param name="What">One sentence.</param>
/// <param name="Location">Where.</param>
public sealed record EvidenceProblem(string What, SourceLocation Location);
