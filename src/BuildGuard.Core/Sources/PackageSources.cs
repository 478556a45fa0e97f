using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Sources;

/// <summary>Tells from which of the policy's sources packages came, and from which they may come.</summary>
public static class PackageSources
{
    private const string AnyFolder = "/";

    /// <summary>
    /// The sources that an id may come from. The longest pattern decides: where it belongs to an exclusive source, only sources with that pattern; else every source that has a pattern for the id, or
    /// no patterns at all.
    /// </summary>
    public static ImmutableArray<PolicySource> AcceptedFor(ImmutableArray<PolicySource> sources, string id)
    {
        var longest = sources.Max(s => Length(s, id));
        var owners = sources.Where(s => longest > 0 && Length(s, id) == longest).ToImmutableArray();
        if (owners.Any(s => s.IsExclusive))
            return owners;
        return [.. sources.Where(s => s.Packages.IsEmpty || Length(s, id) > 0)];
    }

    /// <summary>Whether the sources that an id may come from are exclusive ones.</summary>
    public static bool IsExclusive(ImmutableArray<PolicySource> accepted) => accepted.Any(s => s.IsExclusive);

    /// <summary>The source that restore recorded for a package; null where it recorded none, or one that the policy does not name.</summary>
    public static PolicySource? Recorded(ImmutableArray<PolicySource> sources, PackageFacts package) => package.Source is { } address ? Find(sources, address) : null;

    /// <summary>The source of an address; null where the policy does not name it.</summary>
    public static PolicySource? Find(ImmutableArray<PolicySource> sources, string address)
    {
        var identity = SourceAddress.Identity(address, AnyFolder);
        return sources.FirstOrDefault(s => s.Address == identity);
    }

    /// <summary>
    /// The source whose repository signed the package. The packages folder is shared by all repos of a user, and another one may have had the package from a mirror; what the gallery signed is the
    /// gallery's all the same.
    /// </summary>
    public static PolicySource? Signed(ImmutableArray<PolicySource> sources, PackageFacts package) =>
        package.Signature is { IsKnown: true, Value: { Holds: true, Repository: not null, ServiceIndex: { } index } } ? Find(sources, index) : null;

    /// <summary>The lock with the names of the sources. A name that it has stays as long as the bytes do and the policy accepts it: another machine may have had them another way.</summary>
    /// <param name="file">A lock that was made from the graph.</param>
    /// <param name="input">Policy, graph, and the lock as it was.</param>
    public static LockFile Record(LockFile file, CheckInput input)
    {
        if (input.Document.Policy?.Sources is not { } sources)
            return file;
        var packages = input.Graph.Downloaded.DistinctBy(p => (p.Id.ToUpperInvariant(), p.Version)).ToDictionary(p => (p.Id.ToUpperInvariant(), p.Version));
        ImmutableArray<LockedPackage> Named(ImmutableArray<LockedPackage> entries) => [.. entries.Select(entry =>
        {
            var accepted = AcceptedFor(sources, entry.Id);
            if (input.Lock.Lock?.FindDownloaded(entry.Id, entry.Version) is { Source: { } known } old && old.ContentHash == entry.ContentHash && accepted.Any(s => s.Name == known))
                return entry with { Source = known };
            return packages.GetValueOrDefault((entry.Id.ToUpperInvariant(), entry.Version)) is { } package
                ? entry with { Source = (Recorded(sources, package) ?? Signed(accepted, package))?.Name }
                : entry;
        })];
        return file with { Packages = Named(file.Packages), Packs = Named(file.Packs), Sdks = Named(file.Sdks), Tools = Named(file.Tools) };
    }

    private static int Length(PolicySource source, string id) => source.Packages.Where(p => p.Matches(id)).Select(p => p.Text.Length).DefaultIfEmpty(0).Max();
}
