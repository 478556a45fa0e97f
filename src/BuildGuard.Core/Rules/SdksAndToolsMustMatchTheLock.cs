using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using NuGet.Versioning;

namespace BuildGuard.Core.Rules;

/// <summary>BG2006: Every MSBuild SDK that a build downloads, and every tool that the repo names, is the one that was locked.</summary>
/// <remarks>
/// An SDK is evaluated before any file of the repo, so no check inside of a build can come before it; a check that reads the names as text can. An SDK that a
/// package imports counts where the package's build files get into a build.
/// </remarks>
public sealed class SdksAndToolsMustMatchTheLock : Rule
{
    private const string WhySdk = "MSBuild evaluates an SDK before any file of the repo, with your rights: no guard inside of the build comes first.";
    private const string WhyTool = "A tool runs with your rights, in builds and by hand, and NuGet compares its package with nothing after the first download.";

    /// <inheritdoc/>
    public override string Code => "BG2006";

    /// <inheritdoc/>
    public override string Sentence => "Every MSBuild SDK and every tool that the repo names is the one that was locked.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var denied = input.Policy.ExcludeDeniedBuildScripts && input.Guard.HasGate
            ? BuildScriptDecisions.Denied(input).Where(d => d.Kinds.Any(BuildScriptDecisions.IsImported)).Select(d => d.Package.Key).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];
        var sdks = input.Graph.SdkReferences.Where(r => r.Importer is null || !denied.Contains(r.Importer.Key)).ToList();
        foreach (var reference in sdks.Where(r => r.Problem is not null))
            yield return At(reference.Location, $"The MSBuild SDK {Printable.Of(reference.Name, 120)} cannot be pinned: {reference.Problem}.", WhySdk, reference.Fix ?? "Name it literally.");
        foreach (var reference in input.Graph.ToolReferences.Where(r => r.Problem is not null))
            yield return At(reference.Location, $"The tool {Printable.Of(reference.Name, 120)} cannot be pinned: {reference.Problem}.", WhyTool, reference.Fix ?? "Name it literally.");
        // No lock at all is BG2001; one that cannot be read is BG0008.
        if (input.Lock.Lock is not { } locked)
            yield break;
        var named = sdks.Where(r => r.Version is not null).DistinctBy(r => (r.Name.ToUpperInvariant(), r.Version)).Select(r => Named.Of(r, input.Graph, locked))
            .Concat(input.Graph.ToolReferences.Where(r => r.Version is not null).DistinctBy(r => (r.Name.ToUpperInvariant(), r.Version)).Select(r => Named.Of(r, input.Graph, locked, Path.GetDirectoryName(input.Document.Path)!)));
        foreach (var finding in named.Select(Judge).OfType<Finding>())
            yield return finding;
    }

    private Finding? Judge(Named named)
    {
        var package = named.Package;
        var name = $"{named.Id} {named.Version}";
        if (named.Entry is not { } entry)
        {
            // What a tool has for another kind of machine is not here, and so cannot run here.
            if (package is null && named.IsForSomeMachine)
                return null;
            return About(named,
                $"{named.Noun} {name}{named.Through} is not in the lock{(named.OtherVersion is null ? "" : $", which has {named.OtherVersion}")}.",
                $"{(package is null ? $"Get it without running it: {named.Download}. Then look at it" : $"Look at it in {package.Folder}")}, run {ApprovalText.Lock}, and check the file in.");
        }
        if (package is null || !package.ContentHash.IsKnown)
            return null;
        var (content, folder) = ("sha512-" + package.ContentHash.Value, package.Folder ?? "its folder under the packages folder");
        if (entry.ContentHash != content)
        {
            return About(named,
                $"{named.Noun} {name} has other content than the lock says (locked {ApprovalText.Short(entry.ContentHash)}, found {ApprovalText.Short(content)}).",
                $"If somebody edited the lock, take it from version control. If not, do not {named.Verb} with it: delete {folder} and get it again without running it: {named.DownloadAnew}");
        }
        return package.RestoredHash.IsKnown && "sha512-" + package.RestoredHash.Value != content
            ? About(named,
                $"{named.Noun} {name} has other content than NuGet recorded (recorded {ApprovalText.Short("sha512-" + package.RestoredHash.Value)}, found {ApprovalText.Short(content)}).",
                $"Delete {folder} and get it again without running it: {named.Download}")
            : null;
    }

    private Finding About(Named named, string what, string fix) => At(named.Location, what, named.Why, fix) with
    {
        PackageId = named.Id,
        PackageVersion = named.Version.ToNormalizedString(),
        DependencyPath = named.Package?.DependencyPath ?? [],
        PackageFolder = named.Package?.Folder,
    };

    /// <summary>What SDKs and tools have in common.</summary>
    private sealed record Named(string Noun, string Id, NuGetVersion Version, SourceLocation Location, string Why, string Verb, string Download, string DownloadAnew)
    {
        /// <summary>The package, where it is on this machine.</summary>
        public PackageFacts? Package { get; init; }

        public LockedPackage? Entry { get; init; }

        /// <summary>A version that the lock has instead.</summary>
        public NuGetVersion? OtherVersion { get; init; }

        /// <summary>Who brings it in, as a clause behind its name; "" for the repo's own files.</summary>
        public string Through { get; init; } = "";

        /// <summary>Whether it is what a tool has for one kind of machine.</summary>
        public bool IsForSomeMachine { get; init; }

        public static Named Of(SdkReference r, PackageGraph graph, LockFile locked) => new("The MSBuild SDK", r.Name, r.Version!, r.Location, WhySdk, "build", Refetch.Sdk(r), Refetch.Sdk(r, fromFeed: true))
        {
            Package = Find(graph.Sdks, r.Name, r.Version!),
            Entry = locked.FindSdk(r.Name, r.Version!),
            OtherVersion = OtherThan(locked.Sdks, r.Name),
            Through = r.Importer is { } importer ? $", which {importer.Id} {importer.Version} imports in {Printable.Of(r.ImportingFile, 120)}," : "",
        };

        public static Named Of(ToolReference r, PackageGraph graph, LockFile locked, string root) => new("The tool", r.Name, r.Version!, r.Location, WhyTool, "run anything", Refetch.Tool(r, root), Refetch.Tool(r, root, fromFeed: true))
        {
            Package = Find(graph.Tools, r.Name, r.Version!),
            Entry = locked.FindTool(r.Name, r.Version!),
            OtherVersion = OtherThan(locked.Tools, r.Name),
            Through = r.PartOf is { } tool ? $", which {tool} runs on this kind of machine," : "",
            IsForSomeMachine = r.PartOf is not null,
        };

        private static PackageFacts? Find(IEnumerable<PackageFacts> among, string id, NuGetVersion version) => among.FirstOrDefault(p => p.Version == version && p.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

        private static NuGetVersion? OtherThan(IEnumerable<LockedPackage> among, string id) => among.LastOrDefault(p => p.Id.Equals(id, StringComparison.OrdinalIgnoreCase))?.Version;
    }
}
