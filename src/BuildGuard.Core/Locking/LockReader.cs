using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
using NuGet.Versioning;

namespace BuildGuard.Core.Locking;

/// <summary>Reads buildguard.lock.json. The file may have been edited by hand, or by an attacker: every value is held against its form.</summary>
public static class LockReader
{
    /// <summary>Largest lock that is read, in bytes: over 50,000 packages.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const string Sha256Form = "\"sha256-\" and the base64 of 32 bytes";

    private static readonly ImmutableHashSet<string> RootKeys = ["version", "projects", "packages", "frameworkPacks", "sdks", "tools", "toolchain"];

    private static readonly ImmutableHashSet<string> PackageKeys = ["contentHash", "signedHash", "files", "source", "signer", "owners", "published", "feedDate", "advisories", "buildScripts"];

    /// <summary>Reads a lock.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="path">Its path, for locations.</param>
    public static LockDocument Read(ReadOnlyMemory<byte> utf8, string path)
    {
        var (tree, problem) = JsonReading.Read(utf8, path, MaxBytes, lenient: false);
        if (problem is not null)
            return new(path, null, new($"The lock file cannot be read: {problem.Message}.", problem.Location));
        try
        {
            return new(path, Build(tree!), null);
        }
        catch (LockException e)
        {
            return new(path, null, new($"The lock file cannot be used: {e.Message}.", e.At.Location));
        }
    }

    private static LockFile Build(JsonValue tree)
    {
        Require(tree, JsonKind.Object, "the file must hold an object");
        var version = tree["version"] ?? throw new LockException("it has no \"version\"", tree);
        Require(version, JsonKind.Number, "\"version\" must be a number");
        if (version.Text != "1")
            throw new LockException($"its format version is {Printable.Of(version.Text, 20)}, and this BuildGuard reads version {LockFile.FormatVersion}", version);
        foreach (var member in tree.Members.Where(m => !RootKeys.Contains(m.Name)))
            throw new LockException($"\"{Printable.Of(member.Name, 60)}\" is not a key of the lock", member.Value);

        var projects = tree["projects"] ?? throw new LockException("it has no \"projects\"", tree);
        Require(projects, JsonKind.List, "\"projects\" must be a list");
        return new()
        {
            Projects = [.. projects.Items.Select(p => Text(p, "\"projects\" must hold paths"))],
            Packages = ReadPackages(tree["packages"] ?? throw new LockException("it has no \"packages\"", tree), "packages"),
            Packs = ReadPacks(tree["frameworkPacks"]),
            Sdks = tree["sdks"] is { } sdks ? ReadPackages(sdks, "sdks") : [],
            Tools = tree["tools"] is { } tools ? ReadPackages(tools, "tools") : [],
            Toolchains = ReadToolchains(tree["toolchain"]),
        };
    }

    private static ImmutableArray<LockedPackage> ReadPacks(JsonValue? runtimes)
    {
        if (runtimes is null)
            return [];
        Require(runtimes, JsonKind.Object, "\"frameworkPacks\" must be an object");
        var packs = ImmutableArray.CreateBuilder<LockedPackage>();
        foreach (var runtime in runtimes.Members)
        {
            foreach (var pack in ReadPackages(runtime.Value, Printable.Of(runtime.Name, 60)))
            {
                // Under another name it would be neither found nor replaced.
                if (PackNames.RuntimeOf(pack.Id) != runtime.Name)
                    throw new LockException($"\"{pack.Key}\" stands under \"{Printable.Of(runtime.Name, 60)}\" and belongs under \"{PackNames.RuntimeOf(pack.Id)}\"", runtime.Value);
                packs.Add(pack);
            }
        }
        return packs.ToImmutable();
    }

    private static ImmutableArray<LockedToolchain> ReadToolchains(JsonValue? toolchains)
    {
        if (toolchains is null)
            return [];
        Require(toolchains, JsonKind.Object, "\"toolchain\" must be an object");
        return [.. toolchains.Members.Select(member =>
        {
            var shown = Printable.Of(member.Name, 60);
            Require(member.Value, JsonKind.Object, $"\"{shown}\" must be an object");
            foreach (var key in member.Value.Members.Where(m => m.Name is not ("sdk" or "parts")))
                throw new LockException($"\"{Printable.Of(key.Name, 60)}\" is not a key of a toolchain", key.Value);
            var sdk = Text(member.Value["sdk"] ?? throw new LockException($"\"{shown}\" has no \"sdk\"", member.Value), $"the \"sdk\" of \"{shown}\" must be a version");
            var parts = member.Value["parts"] ?? throw new LockException($"\"{shown}\" has no \"parts\"", member.Value);
            Require(parts, JsonKind.Object, $"the \"parts\" of \"{shown}\" must be an object");
            if (parts.Members.FirstOrDefault(p => !IsSha256(p.Value)) is { } bad)
                throw new LockException($"\"{Printable.Of(bad.Name, 60)}\" of \"{shown}\" is not {Sha256Form}", bad.Value);
            return new LockedToolchain(member.Name, sdk, parts.Members.ToImmutableSortedDictionary(m => m.Name, m => m.Value.Text, StringComparer.Ordinal)) { Location = member.NameLocation };
        })];
    }

    private static ImmutableArray<LockedPackage> ReadPackages(JsonValue packages, string name)
    {
        Require(packages, JsonKind.Object, $"\"{name}\" must be an object");
        var entries = ImmutableArray.CreateBuilder<LockedPackage>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in packages.Members)
        {
            var entry = ReadPackage(member);
            if (!seen.Add(entry.Key))
                throw new LockException($"\"{entry.Key}\" stands twice", member.Value);
            entries.Add(entry);
        }
        return entries.ToImmutable();
    }

    private static LockedPackage ReadPackage(JsonMember member)
    {
        var slash = member.Name.IndexOf('/', StringComparison.Ordinal);
        var shown = Printable.Of(member.Name, 120);
        if (slash <= 0 || !NuGetVersion.TryParse(member.Name[(slash + 1)..], out var version) || !IdPattern.IsValid(member.Name[..slash]) || member.Name.Contains('*', StringComparison.Ordinal))
            throw new LockException($"\"{shown}\" is not an id and a version as \"Id/1.2.3\"", member.Value);
        var value = member.Value;
        Require(value, JsonKind.Object, $"\"{shown}\" must be an object");
        foreach (var key in value.Members.Where(m => !PackageKeys.Contains(m.Name)))
            throw new LockException($"\"{Printable.Of(key.Name, 60)}\" is not a key of a package", key.Value);

        var hash = value["contentHash"] ?? throw new LockException($"\"{shown}\" has no \"contentHash\"", value);
        if (hash.Kind != JsonKind.Text || !IsContentHash(hash.Text))
            throw new LockException($"the \"contentHash\" of \"{shown}\" is not \"sha512-\" and the base64 of 64 bytes", hash);
        var signed = value["signedHash"];
        if (signed is not null && !IsSha256(signed))
            throw new LockException($"the \"signedHash\" of \"{shown}\" is not {Sha256Form}", signed);
        var files = value["files"];
        if (files is not null && !IsSha256(files))
            throw new LockException($"the \"files\" of \"{shown}\" is not {Sha256Form}", files);
        var signer = value["signer"];
        if (signer is not null && (signer.Kind != JsonKind.Text || !IsFingerprint(signer.Text)))
            throw new LockException($"the \"signer\" of \"{shown}\" is not \"sha256:\" and 64 hexadecimal digits", signer);
        DateOnly? Day(string name) => value[name] is not { } day ? null
            : (day.Kind == JsonKind.Text ? PolicyShape.ParseDate(day.Text) : null) ?? throw new LockException($"\"{name}\" of \"{shown}\" is not a day as YYYY-MM-DD", day);
        if (value["owners"] is { } o)
            Require(o, JsonKind.List, $"\"owners\" of \"{shown}\" must be a list");
        if (value["advisories"] is { } a)
            Require(a, JsonKind.List, $"\"advisories\" of \"{shown}\" must be a list");
        return new(member.Name[..slash], version, hash.Text)
        {
            SignedHash = signed?.Text,
            Signer = signer?.Text.ToLower(CultureInfo.InvariantCulture),
            Source = value["source"] is { } source ? Text(source, $"the \"source\" of \"{shown}\" must be a name") : null,
            Owners = [.. (value["owners"]?.Items ?? []).Select(i => Text(i, "\"owners\" must hold names"))],
            Published = Day("published"),
            FeedDate = Day("feedDate"),
            Advisories = [.. (value["advisories"]?.Items ?? []).Select(i => Text(i, "\"advisories\" must hold ids"))],
            Files = files?.Text,
            BuildScripts = ReadApprovals(value["buildScripts"], shown),
            Location = member.NameLocation,
        };
    }

    private static ImmutableSortedDictionary<string, string> ReadApprovals(JsonValue? value, string shown)
    {
        if (value is null)
            return ImmutableSortedDictionary<string, string>.Empty;
        Require(value, JsonKind.Object, $"\"buildScripts\" of \"{shown}\" must be an object");
        foreach (var kind in value.Members)
        {
            if (!BuildScripts.Kinds.Contains(kind.Name))
                throw new LockException($"\"{Printable.Of(kind.Name, 60)}\" is not a kind of build script", kind.Value);
            if (!IsSha256(kind.Value))
                throw new LockException($"the \"buildScripts.{kind.Name}\" of \"{shown}\" is not {Sha256Form}", kind.Value);
        }
        return value.Members.ToImmutableSortedDictionary(m => m.Name, m => m.Value.Text, StringComparer.Ordinal);
    }

    private static bool IsSha256(JsonValue value)
    {
        Span<byte> bytes = stackalloc byte[32];
        return value is { Kind: JsonKind.Text, Text.Length: 51 } && value.Text.StartsWith("sha256-", StringComparison.Ordinal)
            && Convert.TryFromBase64String(value.Text[7..], bytes, out var n) && n == 32;
    }

    private static bool IsContentHash(string text)
    {
        Span<byte> bytes = stackalloc byte[64];
        return text.Length == 95 && text.StartsWith("sha512-", StringComparison.Ordinal) && Convert.TryFromBase64String(text[7..], bytes, out var n) && n == 64;
    }

    private static bool IsFingerprint(string text) =>
        text.Length == 71 && text.StartsWith("sha256:", StringComparison.Ordinal) && text[7..].All(char.IsAsciiHexDigit);

    private static string Text(JsonValue value, string message)
    {
        Require(value, JsonKind.Text, message);
        return value.Text;
    }

    private static void Require(JsonValue value, JsonKind kind, string message)
    {
        if (value.Kind != kind)
            throw new LockException(message, value);
    }

    private sealed class LockException(string message, JsonValue at) : Exception(message)
    {
        public JsonValue At { get; } = at;
    }
}
