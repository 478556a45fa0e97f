using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Sources;

namespace BuildGuard.Core.Rules;

/// <summary>BG3007: Packages come only from sources that the policy names, and each from one that may have it.</summary>
/// <remarks>
/// Silent where the policy names no source. The lock vouches for a package of unknown origin only with its bytes, and never for an id that has a source to itself: the packages folder is
/// shared by all repos of a user, and equal bytes are equal, whichever way they came.
/// </remarks>
public sealed class SourcesMustBeAllowed : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG3007";

    /// <inheritdoc/>
    public override string Sentence => "Packages come only from sources that the policy names, and each from one that may have it.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Policy.Sources is not { } sources)
            return [];
        return input.Graph.Sources.Feeds.Where(f => PackageSources.Find(sources, f.Address) is null && !input.Graph.Sources.IsOfSdk(f.Address)).Select(f => OfFeed(f, sources))
            .Concat(input.Graph.Sources.Signers.Select(s => OfSigner(s, input.Policy)).OfType<Finding>())
            .Concat(input.Graph.Downloaded.Select(p => OfPackage(p, sources, input)).OfType<Finding>());
    }

    private Finding OfFeed(ConfiguredFeed feed, ImmutableArray<PolicySource> sources)
    {
        var (shown, named) = (SourceAddress.Shown(feed.Address), feed.Name is null ? "" : $"\"{Printable.Of(feed.Name, 60)}\" ");
        var entry = Entry(feed.Name, feed.Address, sources);
        return feed switch
        {
            { Name: null } => At(feed.Location,
                $"The last restore used the source {shown}, which the policy does not name and no NuGet configuration either.",
                "NuGet asks every source for every package, so whoever owns one can answer for any id that nothing maps.",
                $"Look for RestoreSources, RestoreAdditionalProjectSources and --source, take it out and restore again; if it is meant, {entry}"),
            { IsOfMachine: true } => At(feed.Location,
                $"NuGet's configuration of this machine adds the source {named}({shown}), which the policy does not name.",
                "NuGet asks every source for every package, so whoever owns one can answer for any id that nothing maps.",
                $"Write <clear /> as the first line of <packageSources> in the repo's own nuget.config, so that every machine uses the same sources; if it is meant, {entry}") with
            { Variant = Severities.OfMachine },
            _ => At(feed.Location,
                $"NuGet's configuration names the source {named}({shown}), which the policy does not name.",
                "NuGet asks every source for every package, so whoever owns one can answer for any id that nothing maps.",
                $"Remove it there; if it is meant, {entry}"),
        };
    }

    private Finding? OfSigner(ConfiguredSigner signer, GuardPolicy policy)
    {
        var known = policy.Signatures.Signers.Append(TrustedSigner.Gallery).SelectMany(s => s.Certificates).Select(c => "sha256:" + c).ToHashSet(StringComparer.Ordinal);
        if (signer.Certificates.Where(c => !known.Contains(c)).ToList() is not { Count: > 0 } unknown)
            return null;
        return At(signer.Location,
            $"NuGet's configuration trusts the signer \"{Printable.Of(signer.Name, 60)}\" by a certificate that the policy does not know ({Printable.Of(string.Join(", ", unknown), 150)}).",
            "What NuGet is told to trust it accepts where signatures are required, before anything else looks at the package.",
            $"Remove it there; if it is meant, add to \"signatures\".\"signers\": {JsonFragment.Quote(Printable.Of(signer.Name, 60))}: {{ \"kind\": \"author\" or \"repository\", \"certificates\": {JsonFragment.List(unknown)} }} (SHA-256 only).") with
        { Variant = signer.IsOfMachine ? Severities.OfMachine : null };
    }

    private Finding? OfPackage(PackageFacts package, ImmutableArray<PolicySource> sources, CheckInput input)
    {
        var accepted = PackageSources.AcceptedFor(sources, package.Id);
        var recorded = PackageSources.Recorded(sources, package);
        if (recorded is not null && accepted.Contains(recorded))
            return null;
        var exclusive = PackageSources.IsExclusive(accepted);
        if (recorded is null && !exclusive && ((package.Source is { } s && input.Graph.Sources.IsOfSdk(s)) || IsLockedFrom(accepted, package, input) || PackageSources.Signed(accepted, package) is not null))
            return null;
        var from = recorded is not null ? $"from \"{recorded.Name}\""
            : package.Source is { } address ? $"from {SourceAddress.Shown(address)}, which the policy does not name"
            : "from a source that restore did not record";
        var again = package.Folder is null ? $"run {Refetch.Command(input, package)}" : Refetch.Steps(input, package);
        var names = string.Join(" or ", accepted.Select(s => $"\"{s.Name}\""));
        if (exclusive)
        {
            var pattern = accepted.SelectMany(s => s.Packages).Where(p => p.Matches(package.Id)).MaxBy(p => p.Text.Length)!;
            return About(package,
                $"{package.Id} {package.Version} came {from}; \"{pattern}\" comes only from {names}.",
                "An internal id with a higher version on a public source is how dependency confusion works: NuGet takes whichever is higher.",
                $"Do not build with it. Map the id in nuget.config, <packageSource key=\"{KeyOf(accepted[0], input)}\"><package pattern=\"{pattern}\" /></packageSource> under <packageSourceMapping>, pin the version that you know, {again}.");
        }
        if (recorded is not null)
        {
            return About(package,
                $"{package.Id} {package.Version} came {from}, which the policy does not accept for it{(names.Length == 0 ? "" : $"; {names} may have it")}.",
                "The policy says which ids come from where; whatever else a source offers, nobody has agreed to.",
                $"Map the id in nuget.config's <packageSourceMapping> to the right source and {again}; or add it to \"sources\".\"{recorded.Name}\".\"packages\": \"{package.Id}\".");
        }
        return About(package,
            $"{package.Id} {package.Version} came {from}.",
            "Where a package comes from decides who could have changed it, and the lock does not hold these bytes from a source that the policy names.",
            package.Source is { } unnamed && Configured(unnamed, input) is { Name: { } name }
                ? $"Take the source \"{Printable.Of(name, 60)}\" out of NuGet's configuration, and {again}; if it is meant, {Entry(name, unnamed, sources)}."
                : $"{char.ToUpperInvariant(again[0])}{again[1..]}: it then comes from a source of NuGet's configuration.{(package.Source is { } other ? $" If that source is meant, {Entry(null, other, sources)}." : "")}");
    }

    /// <summary>How a policy names a source. By the name that NuGet's configuration has for it, so that whoever is told twice is told the same; where the policy has that name for another address, by its new address.</summary>
    private static string Entry(string? name, string address, ImmutableArray<PolicySource> sources)
    {
        var (key, url) = (JsonFragment.Quote(Printable.Of(name ?? "other", 60)), JsonFragment.Quote(SourceAddress.Shown(address)));
        return sources.Any(s => s.Name == name) ? $"correct in \"sources\".{key}: \"url\": {url}" : $"add to \"sources\": {key}: {{ \"url\": {url} }}";
    }

    private static ConfiguredFeed? Configured(string address, CheckInput input) =>
        input.Graph.Sources.Feeds.FirstOrDefault(f => f.Name is not null && SourceAddress.Identity(f.Address, "/") == SourceAddress.Identity(address, "/"));

    private static bool IsLockedFrom(ImmutableArray<PolicySource> accepted, PackageFacts package, CheckInput input) =>
        input.Lock.Lock?.FindDownloaded(package.Id, package.Version) is { Source: { } name } locked
        && package.ContentHash.IsKnown && locked.ContentHash == "sha512-" + package.ContentHash.Value && accepted.Any(s => s.Name == name);

    /// <summary>What NuGet's configuration calls a source of the policy.</summary>
    private static string KeyOf(PolicySource source, CheckInput input) =>
        Printable.Of(Configured(source.Address, input)?.Name ?? source.Name, 60);
}
