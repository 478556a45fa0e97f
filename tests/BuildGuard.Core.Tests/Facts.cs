using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Tests.Advisories;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests;

/// <summary>
/// Makes a <see cref="CheckInput"/> step by step. It starts as a repo that passes: one project, one signed package, a current lock, the
/// smallest policy. Every step gives a new value, so tests can share a beginning.
/// </summary>
internal sealed record Facts
{
    public const string Root = "/repo";
    public const string PolicyPath = "/repo/buildguard.json";
    public const string LockPath = "/repo/buildguard.lock.json";
    public const string Project = "/repo/src/App/App.csproj";
    public const string Author = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    public const string Gallery = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    public static readonly DateOnly Day = new(2026, 6, 1);

    private byte[] PolicyBytes { get; init; } = """{ "version": 1 }"""u8.ToArray();

    private ImmutableArray<PackageFacts> Packages { get; init; } = [Package("Serilog", "4.3.0")];

    private ImmutableArray<PackageFacts> Packs { get; init; } = [];

    private ImmutableArray<SdkReference> SdkReferences { get; init; } = [];

    private ImmutableArray<PackageFacts> Sdks { get; init; } = [];
    private ImmutableArray<PackageFacts> Tools { get; init; } = [];
    private ImmutableArray<ToolReference> ToolReferences { get; init; } = [];

    public static readonly ToolchainFacts Sdk = new("linux-x64", "10.0.401", "/dotnet") { Parts = ImmutableSortedDictionary<string, string>.Empty.Add("sdk", PackageFile.RootOf([File("csc.dll", "1")])).Add("packs", PackageFile.RootOf([])), Files = 1 };

    private ToolchainFacts? Toolchain { get; init; } = Sdk;

    private ImmutableArray<ProjectFacts> Projects { get; init; } = [new(Project, "src/App/App.csproj")];

    private ImmutableArray<EvidenceGap> Gaps { get; init; } = [];

    private Func<AdvisorySource, AdvisoryDatabase> Databases { get; init; } = s => new(s, new() { Records = 1, Fetched = new(Day, TimeOnly.MinValue, TimeSpan.Zero) }, null);

    private GuardFacts Guard { get; init; } = new() { Subject = "/repo/App.sln" };

    private Func<LockFile, LockDocument> Locks { get; init; } = Reread;

    public static Facts Repo() => new();

    public static implicit operator CheckInput(Facts facts) => facts.Build();

    /// <summary>A package that any policy accepts: signed by author and repository, intact, from the packages folder.</summary>
    public static PackageFacts Package(string id, string version, params string[] through)
    {
        var hash = Hash($"{id} {version}");
        var parsed = NuGetVersion.Parse(version);
        return new(id, parsed)
        {
            Folder = $"/packages/{id.ToLowerInvariant()}/{version}",
            DependencyPath = ["App", .. through, $"{id} {version}"],
            IsDirect = through.Length == 0,
            Reference = new("/repo/Directory.Packages.props", 12, 5),
            RestoredHash = Evidence<string>.Of(hash),
            ContentHash = Evidence<string>.Of(hash),
            Nuspec = Evidence<NuspecIdentity>.Of(new(id, version)),
            Signature = Evidence<SignatureFacts>.Of(Signed),
            Entries = Evidence<ImmutableArray<string>>.Of([$"{id}.nuspec", $"lib/net8.0/{id}.dll", ".signature.p7s"]),
            Files = Evidence<ImmutableArray<PackageFile>>.Of([File(".signature.p7s", id + version), File($"lib/net8.0/{id}.dll", id + version), File($"{id}.nuspec", id + version)]),
            Traits = Evidence<ImmutableArray<BuildTrait>>.Of([]),
            Extracted = Evidence<ImmutableArray<FileDifference>>.Of([]),
            Source = "https://feed.gallery.example/v3/index.json",
        };
    }

    /// <summary>A package that also holds files that a build takes: props and targets, analyzers, compiled content.</summary>
    /// <param name="package">The package.</param>
    /// <param name="files">Paths inside it; the content of each is its path, or what follows "=".</param>
    public static PackageFacts Running(PackageFacts package, params string[] files)
    {
        var parts = files.Select(f => f.Split('=', 2)).ToList();
        return package with
        {
            Files = Evidence<ImmutableArray<PackageFile>>.Of([.. package.Files.Value.Concat(parts.Select(p => File(p[0], p[^1]))).OrderBy(f => f.Path, StringComparer.Ordinal)]),
            TakenIntoBuild = [.. parts.Select(p => p[0]).Where(p => p.EndsWith(".props", StringComparison.Ordinal) || p.EndsWith(".targets", StringComparison.Ordinal) || p.StartsWith("contentFiles/", StringComparison.Ordinal))],
        };
    }

    public static PackageFacts Running(string id, string version, params string[] files) => Running(Package(id, version), files);

    public static PackageFacts Showing(PackageFacts package, params BuildTrait[] traits) => package with { Traits = Evidence<ImmutableArray<BuildTrait>>.Of([.. traits]) };

    public static PackageFile File(string path, string content) => new(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))));

    public static PackageFacts Unsigned(string id, string version, params string[] through) =>
        Package(id, version, through) with { Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned) };

    public static SignatureFacts Signed { get; } = new()
    {
        Signers =
        [
            new(SignatureKind.Author, Author, "CN=Author", new(2026, 2, 10, 8, 0, 0, TimeSpan.Zero)),
            new(SignatureKind.Repository, Gallery, "CN=Gallery", new(2026, 2, 11, 8, 0, 0, TimeSpan.Zero)),
        ],
        Owners = ["serilog", "alpha"],
        ServiceIndex = "https://feed.gallery.example/v3/index.json",
    };

    /// <summary>A package that the public gallery signed, by facts. Its address stands here in Base64, because this repo names no registry's host.</summary>
    public static PackageFacts OfGallery(string id, string version, params string[] owners) => Package(id, version) with
    {
        Signature = Evidence<SignatureFacts>.Of(new()
        {
            Signers = [new(SignatureKind.Repository, TrustedSigner.Gallery.Certificates.Order(StringComparer.Ordinal).First(), "Gallery", new(2026, 2, 11, 8, 0, 0, TimeSpan.Zero))],
            Owners = [.. owners],
            ServiceIndex = Encoding.ASCII.GetString(Convert.FromBase64String("aHR0cHM6Ly9hcGkubnVnZXQub3JnL3YzL2luZGV4Lmpzb24=")),
        }),
    };

    public static string Hash(string seed) => Convert.ToBase64String(SHA512.HashData(Encoding.UTF8.GetBytes(seed)));

    /// <summary>An entry as a lock has it of an unsigned package whose files nobody looked at.</summary>
    public static LockedPackage Locked(string id, string version) => new(id, NuGetVersion.Parse(version), "sha512-" + Hash($"{id} {version}"));

    /// <summary>The entry that describes a package.</summary>
    public static LockedPackage Locked(PackageFacts package)
    {
        var signature = package.Signature.IsKnown ? package.Signature.Value : Signed;
        return new(package.Id, package.Version, "sha512-" + (package.ContentHash.IsKnown ? package.ContentHash.Value : Hash("lost")))
        {
            Files = LockWriter.FilesOf(package),
            Signer = LockWriter.SignerOf(signature),
            Owners = [.. signature.Owners.Order(StringComparer.OrdinalIgnoreCase)],
            Published = LockWriter.PublishedOf(signature),
            BuildScripts = BuildScripts.Of(package).ToImmutableSortedDictionary(s => s.Kind, s => s.Hash),
        };
    }

    public static PolicyDocument ReadPolicy(string text, string path = PolicyPath) => ReadPolicy(Encoding.UTF8.GetBytes(text), path);

    /// <summary>Reads a policy as the shells do: a document has values only where nothing is wrong with it.</summary>
    public static PolicyDocument ReadPolicy(byte[] utf8, string path = PolicyPath)
    {
        var (tree, problems) = PolicyReader.ReadFile(utf8, path);
        if (!problems.IsEmpty)
            return new(path, null, problems) { Files = [path] };
        var policy = PolicyReader.Build(tree!, out problems);
        return new(path, problems.IsEmpty ? policy : null, problems) { Files = [path] };
    }

    public Facts Policy(string text) => this with { PolicyBytes = Encoding.UTF8.GetBytes(text) };

    public Facts Policy(byte[] utf8) => this with { PolicyBytes = utf8 };

    /// <summary>The packages, instead of those that were there.</summary>
    public Facts With(params PackageFacts[] packages) => this with { Packages = [.. packages] };

    /// <summary>MSBuild SDKs that build files name, and the packages of those that are there.</summary>
    public Facts WithSdks(ImmutableArray<SdkReference> references, params PackageFacts[] packages) => this with { SdkReferences = references, Sdks = [.. packages] };

    /// <summary>Tools that manifests name, and the packages of those that are there.</summary>
    public Facts WithTools(ImmutableArray<ToolReference> references, params PackageFacts[] packages) => this with { ToolReferences = references, Tools = [.. packages] };

    public Facts WithPacks(params PackageFacts[] packs) => this with { Packs = [.. packs] };

    public Facts WithToolchain(ToolchainFacts? toolchain) => this with { Toolchain = toolchain };

    public Facts WithProjects(params ProjectFacts[] projects) => this with { Projects = [.. projects] };

    /// <summary>A policy with one advisory database that holds these records, fetched three days before the check.</summary>
    public Facts WithAdvisories(params Advisory[] advisories) =>
        Policy("{ \"version\": 1, \"advisories\": { \"databases\": [ \"advisories/osv.index\" ] } }").WithDatabase(Records.Data(advisories) with { Fetched = new(Day.AddDays(-3), TimeOnly.MinValue, TimeSpan.Zero) });

    /// <summary>What each database of the policy holds.</summary>
    public Facts WithDatabase(AdvisoryData? data, string? problem = null) => this with { Databases = s => new(s, data, problem) };

    public Facts WithGap(EvidenceGap gap) => this with { Gaps = [.. Gaps, gap] };

    public Facts Guarded(GuardFacts guard) => this with { Guard = guard with { Subject = guard.Subject.Length == 0 ? Guard.Subject : guard.Subject } };

    public Facts Mode(string mode, bool fromCommandLine) => Guarded(new() { RequestedMode = mode, ModeIsFromCommandLine = fromCommandLine });

    /// <summary>The lock that describes the graph, with changes, as if it had been written and read again.</summary>
    public Facts Lock(Func<LockFile, LockFile> change) => this with { Locks = file => Reread(change(file)) };

    public Facts LockText(string text) => this with { Locks = _ => LockReader.Read(Encoding.UTF8.GetBytes(text), LockPath) };

    public Facts NoLock() => this with { Locks = _ => new(LockPath, null, null) };

    public CheckInput Build()
    {
        var graph = new PackageGraph { Projects = Projects, Packages = Packages, Packs = Packs, Toolchain = Toolchain, SdkReferences = SdkReferences, Sdks = Sdks, ToolReferences = ToolReferences, Tools = Tools, Gaps = Gaps, FilesRead = 10 * Packages.Length };
        var policy = ReadPolicy(PolicyBytes);
        return new(policy, Locks(LockOf(graph)), graph, Guard, Day) { Advisories = new([.. (policy.Policy?.Advisories?.Databases ?? []).Select(Databases)]) };
    }

    private static LockDocument Reread(LockFile file) => LockReader.Read(LockWriter.Write(file), LockPath);

    /// <summary>As <see cref="LockWriter.From"/>, but it also locks packages that could not be read, and approves everything that they run.</summary>
    private static LockFile LockOf(PackageGraph graph) => new()
    {
        Projects = [.. graph.Projects.Select(p => p.RelativePath)],
        Packages = [.. graph.Packages.Select(Locked)],
        Sdks = [.. graph.Sdks.Select(Locked)],
        Tools = [.. graph.Tools.Select(Locked)],
        Packs = [.. graph.Packs.Select(Locked).OrderBy(p => PackNames.RuntimeOf(p.Id), StringComparer.Ordinal)],
        Toolchains = [new(Sdk.Runtime, Sdk.Sdk, Sdk.Parts)],
    };
}

internal static class FindingAsserts
{
    /// <summary>The findings of one code.</summary>
    public static ImmutableArray<JudgedFinding> Of(this CheckResult result, string code) => [.. result.Findings.Where(f => f.Finding.Code == code)];

    /// <summary>The codes of all findings, once each, for a comparison that shows what else was found.</summary>
    public static string Codes(this CheckResult result) => string.Join(' ', result.Findings.Select(f => f.Finding.Code).Distinct());
}
