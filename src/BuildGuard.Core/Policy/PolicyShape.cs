using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;
using BuildGuard.Core.Sources;
using NuGet.Versioning;

namespace BuildGuard.Core.Policy;

/// <summary>
/// The shape of buildguard.json, said once: which keys there are, what they hold, what they mean, and whether this version enforces them.
/// Validation and the JSON Schema are both made from it.
/// </summary>
public abstract record Shape(string Meaning)
{
    /// <summary>Whether this version enforces the key. A key that it cannot enforce is refused, so that nobody relies on it.</summary>
    public bool Enforced { get; init; } = true;

    /// <summary>Whether the key must be present in its object.</summary>
    public bool Required { get; init; }

    /// <summary>Whether <c>null</c> is accepted, meaning the same as an absent key.</summary>
    public bool Nullable { get; init; }
}

/// <summary>A string, number or literal with a format of its own.</summary>
/// <param name="Meaning">What the key means, for the schema.</param>
/// <param name="Kind">The JSON kind.</param>
/// <param name="Expected">What is expected, for the message: "a date as YYYY-MM-DD".</param>
/// <param name="IsValid">Whether a text fits.</param>
public sealed record ScalarShape(string Meaning, JsonKind Kind, string Expected, Func<string, bool> IsValid) : Shape(Meaning)
{
    /// <summary>The only values accepted; empty for any that fits.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>A regular expression for the schema; null for none.</summary>
    public string? SchemaPattern { get; init; }
}

/// <summary>A list of values of one shape.</summary>
public sealed record ListShape(string Meaning, Shape Item) : Shape(Meaning);

/// <summary>An object whose keys are fixed.</summary>
public sealed record ObjectShape(string Meaning, ImmutableArray<(string Name, Shape Shape)> Keys) : Shape(Meaning)
{
    /// <summary>The shape of a key; null where there is none of that name.</summary>
    public Shape? this[string name] => Keys.FirstOrDefault(k => k.Name == name).Shape;
}

/// <summary>An object whose keys are chosen by the user and whose values are of one shape.</summary>
public sealed record MapShape(string Meaning, string KeyExpected, Func<string, bool> KeyIsValid, Shape Value) : Shape(Meaning);

/// <summary>The shape of the whole policy.</summary>
public static class PolicyShape
{
    /// <summary>Kinds of build script that an approval can name.</summary>
    public static ImmutableArray<string> BuildScriptKinds { get; } = [.. BuildScripts.Kinds, "scripts"];

    private static readonly ImmutableArray<string> CapabilityNames = ["network", "process", "files", "native", "reflection", "unsafe"];

    /// <summary>The root object.</summary>
    public static ObjectShape Root { get; } = new("BuildGuard's policy: what people decide about the packages of this repo.",
    [
        ("$schema", Text("Where the JSON Schema is, for editors.")),
        ("version", Choice("Format of this file.", JsonKind.Number, "1") with { Required = true }),
        ("mode", Choice("enforce: violations are errors. audit: they are warnings, except malicious, hash and guard findings.", "enforce", "audit")),
        ("gate", Choice("Whether a check without the gate is an error (BG0010).", "required", "optional")),
        ("strictExceptions", Bool("Whether every exception needs an expiry date.")),
        ("extends", List("Policies that this one builds on. The nearer file replaces a list, it never merges it.", Path("Path of a policy, relative to this file."))),
        ("sources", new MapShape("The only sources that packages may come from, by a name for policy and lock.", "a name", IsName, new ObjectShape("A source.",
        [
            ("url", Scalar("Address of a feed, or path of a folder, relative to this file.", "an http or https address without user name and password, or the path of a folder", SourceAddress.IsValid) with { Required = true }),
            ("packages", List("Ids that come from here; any where the list is absent.", Pattern())),
            ("exclusive", Bool("Whether those ids come from nowhere else.")),
        ]))),
        ("signatures", new ObjectShape("What is asked of package signatures.",
        [
            ("default", Choice("signed: by anyone whose chain holds. trusted: by a signer named here. off: no signature is asked for.", "signed", "trusted", "off")),
            ("signers", new MapShape("Signers by name. The public gallery is known as \"gallery\" without being listed; \"default\": \"trusted\" accepts only those that are listed.", "a name", IsName, new ObjectShape("A signer.",
            [
                ("kind", Choice("Which of a package's signatures counts.", "author", "repository") with { Required = true }),
                ("certificates", List("SHA-256 fingerprints of signing certificates; \"gallery\" stands for those that the public gallery has used.", Fingerprint()) with { Required = true }),
                ("serviceIndex", Scalar("V3 service index that a repository signature must name.", "an absolute http or https address", IsAddress) with { SchemaPattern = "^https?://" }),
            ]))),
            ("packages", List("Entries by package; the longest matching pattern wins.", new ObjectShape("An entry.",
            [
                ("id", Pattern() with { Required = true }),
                ("signer", Text("Name of the signer: one of signers, or gallery.")),
                ("owners", List("Owners of which the repository signature must name at least one. Case does not count.", Text("An owner."))),
                ("unsigned", Bool("Whether the package may be unsigned. Needs a reason.")),
                ("reason", Reason()),
                ("expires", Date("Last day on which the exception holds.")),
            ]))),
        ])),
        ("hashes", new ObjectShape("What is pinned by hash.",
        [
            ("lock", Path("Path of the lock file, relative to this file.")),
            ("extracted", Choice("How extracted files are compared with their package. fast: those whose strong stat changed are hashed again. full: every file, in every check.", "fast", "full")),
        ])),
        ("block", List("Packages that are refused.", new ObjectShape("A refused package.",
        [
            ("id", Pattern() with { Required = true }),
            ("versions", Range()),
            ("reason", Reason() with { Required = true }),
            ("use", Text("What to use instead.")),
        ]))),
        ("allow", List("Turns on allow-list mode: any package that no entry names is refused.", new ObjectShape("An accepted package.",
        [
            ("id", Pattern() with { Required = true }),
            ("versions", Range()),
            ("reason", Reason()),
        ])) with { Nullable = true }),
        ("advisories", new ObjectShape("Known vulnerabilities and malicious packages.",
        [
            ("databases", List("Databases of OSV records: a folder, a zip, one record, or what \"buildguard advisories update\" writes.",
                Scalar("Path inside the policy's folder.", "a relative path of 1 to 1,000 characters that stays in the policy's folder", IsInside))),
            ("fail", Choice("Lowest severity that fails.", "low", "moderate", "high", "critical")),
            ("whenNew", Choice("What an advisory newer than the lock does.", "warn", "fail")),
            ("maxAge", Scalar("How old the data may be.", "a number of days such as \"14d\"", IsDuration)),
            ("ignore", List("Advisories that are tolerated.", new ObjectShape("A tolerated advisory.",
            [
                ("id", Text("The advisory's id, or one of its aliases.") with { Required = true }),
                ("package", Pattern() with { Required = true }),
                ("reason", Reason() with { Required = true }),
                ("expires", Date("Last day on which it is tolerated.")),
            ]))),
        ])),
        ("minimumAge", new ObjectShape("How long a version must have been public.",
        [
            ("days", Scalar("Days.", "a whole number from 0 to 3650", t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= 3650, JsonKind.Number)),
            ("except", List("Ids for which it does not count.", Pattern())),
        ])),
        ("lookalikes", new ObjectShape("Ids that imitate others.",
        [
            ("protect", List("Ids to protect.", Pattern())),
            ("except", List("Ids that may look alike.", Pattern())),
        ])),
        ("buildScripts", new ObjectShape("What packages run in a build.",
        [
            ("default", Choice("What happens without an approval.", "deny", "allow")),
            ("whenDenied", Choice("fail: the build fails. exclude: the gate keeps the library and leaves out what it would run.", "fail", "exclude")),
            ("allow", List("Approvals.", new ObjectShape("An approval.",
            [
                ("id", Pattern() with { Required = true }),
                ("kinds", List("What is approved.", Choice("A kind of build script.", [.. BuildScriptKinds])) with { Required = true }),
                ("reason", Reason() with { Required = true }),
                ("expires", Date("Last day on which the approval holds.")),
            ]))),
            ("toolFiles", List("Files that tools leave in obj and MSBuild imports because of their name.", new ObjectShape("A file of a tool.",
            [
                ("name", Scalar("What follows the project's file name.", "a file name such as \"EntityFrameworkCore.targets\"", IsToolFile) with { Required = true, SchemaPattern = @"^[A-Za-z0-9_.-]{1,100}\.(props|targets)$" }),
                ("sha256", List("Hashes of the texts that are approved.", Scalar("SHA-256 of a text.", "64 hexadecimal digits", t => t.Length == 64 && t.All(char.IsAsciiHexDigit)) with { SchemaPattern = "^[0-9A-Fa-f]{64}$" }) with { Required = true }),
                ("reason", Reason() with { Required = true }),
            ]))),
        ])),
        ("network", new ObjectShape("Network of build code.",
        [
            ("build", Choice("What a build may do. deny: attempts are refused and reported. report: they are let through and reported. allow: nobody looks.", "deny", "report", "allow")),
            ("whenUnavailable", Choice("What happens where a build cannot be sealed. fail: it fails. warn: it goes on, with a warning.", "fail", "warn")),
            ("exec", Later(new ObjectShape("What `buildguard exec` allows.",
            [
                ("hosts", List("Hosts with port.", Text("host:port"))),
                ("write", List("Folders that may be written.", Path("Path, relative to this file."))),
            ]))),
        ])),
        ("capabilities", Later(new ObjectShape("What the code of packages can do.",
        [
            ("default", Choice("What happens with a capability that nothing names.", "report", "deny", "allow")),
            ("deny", List("Capabilities that are refused.", Choice("A capability.", [.. CapabilityNames]))),
            ("allow", List("Capabilities that are approved.", new ObjectShape("An approval.",
            [
                ("id", Pattern() with { Required = true }),
                ("capabilities", List("What is approved.", Choice("A capability.", [.. CapabilityNames])) with { Required = true }),
                ("reason", Reason() with { Required = true }),
                ("expires", Date("Last day on which the approval holds.")),
            ]))),
        ]))),
        ("toolchain", Choice("Whether the .NET SDK must be the locked one, file by file.", "pinned", "off")),
        ("rules", new MapShape("Severity by rule code. The rules of the guard itself, malicious packages and hashes cannot be lowered.",
            "a rule code such as \"BG2004\"", IsCode, Choice("The severity.", "error", "warning", "off"))),
    ]);

    /// <summary>Whether a text has the form of a rule code.</summary>
    public static bool IsCode(string text) => text.Length == 6 && text.StartsWith("BG", StringComparison.Ordinal) && text[2..].All(char.IsAsciiDigit);

    private static bool IsToolFile(string name) =>
        name.Length <= 100 && (name.EndsWith(".props", StringComparison.Ordinal) || name.EndsWith(".targets", StringComparison.Ordinal))
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') && char.IsAsciiLetterOrDigit(name[0])
        && !name.Contains("..", StringComparison.Ordinal) && !name.StartsWith("nuget.g.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a day. Only <c>YYYY-MM-DD</c> from 2000 to 2199 is one.</summary>
    public static DateOnly? ParseDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is >= 2000 and < 2200 ? date : null;

    private static T Later<T>(T shape)
        where T : Shape => shape with { Enforced = false };

    private static ScalarShape Scalar(string meaning, string expected, Func<string, bool> valid, JsonKind kind = JsonKind.Text) => new(meaning, kind, expected, valid);

    private static ScalarShape Text(string meaning) => Scalar(meaning, "a text of 1 to 2,000 characters", t => t.Length is > 0 and <= 2000);

    private static ScalarShape Reason() => Scalar("Why. People read it in a review.", "a reason of 1 to 2,000 characters", t => !string.IsNullOrWhiteSpace(t) && t.Length <= 2000);

    private static ScalarShape Path(string meaning) =>
        Scalar(meaning, "a path of 1 to 1,000 characters without control characters", t => t.Length is > 0 and <= 1000 && !t.Any(char.IsControl));

    private static ScalarShape Bool(string meaning) => Scalar(meaning, "true or false", _ => true, JsonKind.Bool);

    private static ScalarShape Pattern() =>
        Scalar("Package id, with * for any run of characters.", "a package id, with * for any run of characters", IdPattern.IsValid) with { SchemaPattern = @"^[\p{L}\p{Nd}._*-]{1,128}$" };

    private static ScalarShape Range() =>
        Scalar("NuGet version range, such as [1.0,2.0).", "a NuGet version range such as \"[1.0,2.0)\"", t => t.Length <= 200 && VersionRange.TryParse(t, allowFloating: false, out var range) && !IsEmptyRange(range));

    /// <summary>A range that holds no version, such as [2.0,1.0], blocks nothing and must not look as if it did.</summary>
    private static bool IsEmptyRange(VersionRange range) =>
        range is { HasLowerBound: true, HasUpperBound: true }
        && (range.MinVersion! > range.MaxVersion! || (range.MinVersion == range.MaxVersion && !(range.IsMinInclusive && range.IsMaxInclusive)));

    private static ScalarShape Date(string meaning) =>
        Scalar(meaning, "a day as YYYY-MM-DD", t => ParseDate(t) is not null) with { SchemaPattern = @"^\d{4}-\d{2}-\d{2}$" };

    private static ScalarShape Fingerprint() =>
        Scalar("SHA-256 of a certificate, or gallery.", "\"sha256:\" and 64 hexadecimal digits, or \"gallery\"",
            t => t == TrustedSigner.GalleryName || (t.Length == 71 && t.StartsWith("sha256:", StringComparison.Ordinal) && t[7..].All(char.IsAsciiHexDigit))) with
        { SchemaPattern = "^(gallery|sha256:[0-9A-Fa-f]{64})$" };

    private static ScalarShape Choice(string meaning, params string[] choices) => Choice(meaning, JsonKind.Text, choices);

    private static ScalarShape Choice(string meaning, JsonKind kind, params string[] choices) =>
        new(meaning, kind, choices.Length == 1 ? choices[0] : "one of " + string.Join(", ", choices), choices.Contains) { Choices = [.. choices] };

    private static ListShape List(string meaning, Shape item) => new(meaning, item);

    private static bool IsName(string text) => text.Length is > 0 and <= 100 && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-');

    private static bool IsAddress(string text) =>
        text.Length <= 2000 && !text.Any(char.IsControl) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    private static bool IsInside(string path) => path.Length is > 0 and <= 1000 && !path.Any(char.IsControl) && !path.Contains('\\', StringComparison.Ordinal)
        && !path.StartsWith('/') && !(path.Length > 1 && path[1] == ':') && !path.Split('/').Contains("..");

    private static bool IsDuration(string text) => text.Length is >= 2 and <= 5 && text[^1] == 'd' && text[..^1].All(char.IsAsciiDigit);
}
