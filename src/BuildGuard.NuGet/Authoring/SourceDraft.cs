using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Authoring;

/// <summary>A source as a first policy names it.</summary>
/// <param name="Name">Its name: NuGet's, as far as a policy can hold it.</param>
/// <param name="Url">Its address, without a password; of a folder in the repo, and of one that the repo's NuGet configuration names relatively, the relative path.</param>
/// <param name="Packages">The ids that came from it, where NuGet's configuration does not name it; empty for any.</param>
public sealed record SourceDraft(string Name, string Url, ImmutableArray<string> Packages)
{
    private const int MaxNameLength = 60;

    /// <summary>The entry in the policy's words.</summary>
    public string ToJson() => $"{JsonFragment.Quote(Name)}: {{ \"url\": {JsonFragment.Quote(Url)}{(Packages.IsEmpty ? "" : $", \"packages\": {JsonFragment.List(Packages)}")} }}";

    /// <summary>
    /// The sources of NuGet's configuration, and those that it does not name but that packages came from: the packages folder is shared by all repos of a user.
    /// </summary>
    /// <param name="graph">A graph with its sources.</param>
    /// <param name="root">Full path of the policy's folder.</param>
    public static ImmutableArray<SourceDraft> Of(PackageGraph graph, string root)
    {
        var drafts = new List<SourceDraft>();
        var known = ImmutableArray.CreateBuilder<PolicySource>();
        void Add(string? name, string address, ImmutableArray<string> packages, bool isRelative = false)
        {
            if (PackageSources.Find(known.ToImmutable(), address) is not null || graph.Sources.IsOfSdk(address))
                return;
            drafts.Add(new(Unused(name ?? "other", drafts), Portable(address, root, isRelative), packages));
            known.Add(new(drafts[^1].Name, SourceAddress.Identity(address, root), new("")));
        }

        // The query of an address can be a password, and what stands in a file of the user must not get into one of the repo.
        foreach (var feed in graph.Sources.Feeds.Where(f => !(f.IsOfMachine && SourceAddress.Identity(f.Address, root).Contains('?', StringComparison.Ordinal))))
            Add(feed.Name, feed.Address, [], isRelative: feed is { IsRelative: true, IsOfMachine: false });
        if (drafts.Count == 0)
            return [];
        var configured = known.ToImmutable();
        foreach (var group in graph.Downloaded.Where(p => p.Source is { } s && SourceAddress.IsValid(s) && PackageSources.Find(configured, s) is null && PackageSources.Signed(configured, p) is null)
            .GroupBy(p => SourceAddress.Identity(p.Source!, root)).OrderBy(g => g.Key, StringComparer.Ordinal))
            Add(null, group.Key, [.. group.Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)]);
        return [.. drafts];
    }

    private static string Unused(string name, List<SourceDraft> drafts)
    {
        var plain = string.Concat(name.Take(MaxNameLength).Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        return Enumerable.Range(1, drafts.Count + 1).Select(n => n == 1 ? plain : $"{plain}-{n}").First(n => !drafts.Exists(d => d.Name == n));
    }

    private static string Portable(string address, string root, bool isRelative)
    {
        var identity = SourceAddress.Identity(address, root);
        if (SourceAddress.IsFeed(address))
            return SourceAddress.IsValid(address) ? address : identity;
        return isRelative || BuildFiles.IsBelow(identity, EnvironmentReading.RepoOf(root)) ? Path.GetRelativePath(root, identity).Replace('\\', '/') : identity;
    }
}
