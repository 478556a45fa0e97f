using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;

namespace BuildGuard.Core.Locking;

/// <summary>
/// Makes a lock from a graph, and its text. Both are pure: the same graph gives the same bytes on every machine, with no time,
/// no path outside the repo and no cache in them.
/// </summary>
public static class LockWriter
{
    /// <summary>The lock that describes a graph. It approves nothing: hashes of approved build scripts come from the lock before it.</summary>
    /// <param name="graph">A graph without gaps.</param>
    /// <param name="previous">The lock as it was; <see cref="LockFile.Empty"/> for none.</param>
    /// <exception cref="InvalidOperationException">A package's hash or signature is not known: a lock cannot be made from missing evidence.</exception>
    public static LockFile From(PackageGraph graph, LockFile previous) => new()
    {
        Projects = [.. graph.Projects.Select(p => p.RelativePath).Order(StringComparer.Ordinal)],
        Packages = [.. graph.Packages
            .OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version)
            .Select(p => Entry(p, previous) with { BuildScripts = StillApproved(p, previous) })],
        Packs = [.. PacksOf(graph, previous)],
        Sdks = [.. graph.Sdks.Select(s => Entry(s, previous)).OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version)],
        Tools = [.. ToolsOf(graph, previous)],
        Toolchains = [.. ToolchainsOf(graph, previous)],
    };

    /// <summary>
    /// The packs of this restore, and of the lock before those that it did not download: another machine, another runtime and another verb need others.
    /// A pack of which there is another version now is superseded.
    /// </summary>
    private static IEnumerable<LockedPackage> PacksOf(PackageGraph graph, LockFile previous)
    {
        var present = graph.Packs.Select(p => p.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return graph.Packs.Select(p => Entry(p, previous)).Concat(previous.Packs.Where(p => !present.Contains(p.Id)))
            .OrderBy(p => PackNames.RuntimeOf(p.Id), StringComparer.Ordinal).ThenBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version);
    }

    /// <summary>The tools of this machine, and what the lock before knew of the packages that they have for others.</summary>
    private static IEnumerable<LockedPackage> ToolsOf(PackageGraph graph, LockFile previous)
    {
        bool IsElsewhere(LockedPackage entry) => graph.ToolReferences.Any(r => r.PartOf is not null && r.Version == entry.Version && r.Name.Equals(entry.Id, StringComparison.OrdinalIgnoreCase))
            && !graph.Tools.Any(t => t.Version == entry.Version && t.Id.Equals(entry.Id, StringComparison.OrdinalIgnoreCase));
        return graph.Tools.Select(t => Entry(t, previous)).Concat(previous.Tools.Where(IsElsewhere)).OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version);
    }

    /// <summary>The SDK of this machine, where the policy pins it, and those of other machines.</summary>
    private static IEnumerable<LockedToolchain> ToolchainsOf(PackageGraph graph, LockFile previous) => graph.Toolchain is not { } found
        ? previous.Toolchains
        : previous.Toolchains.Where(t => t.Runtime != found.Runtime).Append(new(found.Runtime, found.Sdk, found.Parts)).OrderBy(t => t.Runtime, StringComparer.Ordinal);

    /// <summary>What the lock records of a package's bytes, and what the lock before it knew that is not in them.</summary>
    /// <exception cref="InvalidOperationException">They are not known.</exception>
    private static LockedPackage Entry(PackageFacts package, LockFile previous) => new(IdOf(package), package.Version, "sha512-" + package.ContentHash.Value)
    {
        SignedHash = package.SignedHash is { } signed ? "sha256-" + signed : null,
        Signer = SignerOf(package.Signature.Value),
        Owners = [.. package.Signature.Value.Owners.Order(StringComparer.OrdinalIgnoreCase)],
        Published = PublishedOf(package.Signature.Value),
        FeedDate = PublishedOf(package.Signature.Value) is null ? FeedDateOf(package, previous) : null,
        Files = FilesOf(package) ?? throw new InvalidOperationException($"There is no evidence: {package.Files.Gap}"),
    };

    /// <summary>A lock in which the present content of some build scripts is approved.</summary>
    /// <param name="file">A lock that holds their packages.</param>
    /// <param name="approved">What is approved.</param>
    public static LockFile Approve(LockFile file, IEnumerable<(PackageFacts Package, BuildScript Script)> approved)
    {
        var byPackage = approved.ToLookup(a => file.Find(a.Package.Id, a.Package.Version), a => a.Script);
        return file with
        {
            Packages = [.. file.Packages.Select(p => p with { BuildScripts = p.BuildScripts.SetItems(byPackage[p].Select(s => KeyValuePair.Create(s.Kind, s.Hash))) })],
        };
    }

    /// <summary>
    /// What stays approved of a package. Content that was approved in any version of the id needs no new approval; other content keeps the hash
    /// of what was approved before, so that BG4002 says that it changed. A kind that the package no longer has is forgotten.
    /// </summary>
    private static ImmutableSortedDictionary<string, string> StillApproved(PackageFacts package, LockFile previous)
    {
        var known = previous.Packages.Where(p => p.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(p => p.Version == package.Version).ThenByDescending(p => p.Version).ToList();
        var approved = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var script in BuildScripts.Of(package))
        {
            var hashes = known.Select(p => p.BuildScripts.GetValueOrDefault(script.Kind)).OfType<string>().ToList();
            if (hashes.Count > 0)
                approved[script.Kind] = hashes.Contains(script.Hash, StringComparer.Ordinal) ? script.Hash : hashes[0];
        }
        return approved.ToImmutable();
    }

    /// <summary>What the lock records of a package's files; null where they are not known.</summary>
    public static string? FilesOf(PackageFacts package) => package.Files.IsKnown ? FilesOf(package.Files.Value) : null;

    /// <summary>What the lock records of files: all of them but the signature, which can differ between equal packages.</summary>
    public static string FilesOf(IEnumerable<PackageFile> files) => PackageFile.RootOf(files.Where(f => f.Path != BuildScripts.SignatureFile));

    /// <summary>The day that the lock records: that of the repository signature's time stamp; null without one.</summary>
    public static DateOnly? PublishedOf(SignatureFacts facts) => facts.Repository?.Timestamp is { } t ? DateOnly.FromDateTime(t.UtcDateTime) : null;

    /// <summary>The day that the package's feed gives: asked in this run, or recorded in a lock for the same bytes; null where nobody asked.</summary>
    public static DateOnly? FeedDateOf(PackageFacts package, LockFile? file) => package.FeedDate
        ?? (package.ContentHash.IsKnown && file?.FindDownloaded(package.Id, package.Version) is { } locked && locked.ContentHash == "sha512-" + package.ContentHash.Value ? locked.FeedDate : null);

    /// <summary>The id in the nuspec's case. A package that calls itself something else keeps the id that it was asked for by; BG2007 refuses it.</summary>
    private static string IdOf(PackageFacts package) =>
        package.Nuspec.Value.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase) ? package.Nuspec.Value.Id : package.Id;

    /// <summary>The certificate that the lock pins: the author's where there is one, else the repository's; null for an unsigned package.</summary>
    public static string? SignerOf(SignatureFacts facts) => (facts.Author ?? facts.Repository) is { } s ? "sha256:" + s.Certificate : null;

    /// <summary>The text of a lock: UTF-8 without a byte order mark, line feeds, two spaces, one package a block, short lists on one line.</summary>
    public static byte[] Write(LockFile file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", LockFile.FormatVersion);
            json.WriteStartArray("projects");
            foreach (var project in file.Projects)
                json.WriteStringValue(project);
            json.WriteEndArray();
            WritePackages(json, "packages", file.Packages);
            json.WriteStartObject("frameworkPacks");
            foreach (var runtime in file.Packs.GroupBy(p => PackNames.RuntimeOf(p.Id)))
                WritePackages(json, runtime.Key, runtime);
            json.WriteEndObject();
            WritePackages(json, "sdks", file.Sdks);
            WritePackages(json, "tools", file.Tools);
            json.WriteStartObject("toolchain");
            foreach (var toolchain in file.Toolchains)
            {
                json.WriteStartObject(toolchain.Runtime);
                json.WriteString("sdk", toolchain.Sdk);
                json.WriteStartObject("parts");
                foreach (var (part, hash) in toolchain.Parts)
                    json.WriteString(part, hash);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WritePackages(Utf8JsonWriter json, string name, IEnumerable<LockedPackage> packages)
    {
        json.WriteStartObject(name);
        foreach (var package in packages)
        {
            json.WriteStartObject(package.Key);
            json.WriteString("contentHash", package.ContentHash);
            if (package.SignedHash is not null)
                json.WriteString("signedHash", package.SignedHash);
            if (package.Files is not null)
                json.WriteString("files", package.Files);
            if (package.Source is not null)
                json.WriteString("source", package.Source);
            if (package.Signer is not null)
                json.WriteString("signer", package.Signer);
            WriteNames(json, "owners", package.Owners);
            if (package.Published is { } day)
                json.WriteString("published", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            if (package.FeedDate is { } told)
                json.WriteString("feedDate", told.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            WriteNames(json, "advisories", package.Advisories);
            if (package.BuildScripts.Count > 0)
            {
                json.WriteStartObject("buildScripts");
                foreach (var (kind, hash) in package.BuildScripts)
                    json.WriteString(kind, hash);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(JsonFragment.List(values));
    }
}
