using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.Core.Sources;
using NuGet.Versioning;

namespace BuildGuard.Core.Policy;

/// <summary>Turns the text of a policy into its values. Text in, values out: the caller finds and opens the files.</summary>
public static class PolicyReader
{
    /// <summary>Largest policy that is read, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Reads and validates one policy file, without the policies it extends.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="path">Its path, for locations.</param>
    public static (JsonValue? Tree, ImmutableArray<PolicyProblem> Problems) ReadFile(ReadOnlyMemory<byte> utf8, string path)
    {
        var (tree, problem) = JsonReading.Read(utf8, path, MaxBytes, lenient: true);
        if (problem is not null)
            return (null, [new(PolicyTrouble.Unreadable, $"The policy cannot be read: {problem.Message}.", "Correct the file; BuildGuard checks nothing until it can read it.", problem.Location)]);
        var problems = new List<PolicyProblem>();
        PolicyValidation.Validate(tree!, PolicyShape.Root, "", problems);
        return (tree, [.. problems]);
    }

    /// <summary>The paths that a policy extends, as it writes them.</summary>
    public static ImmutableArray<JsonValue> Extends(JsonValue tree) => tree["extends"]?.Items ?? [];

    /// <summary>
    /// Lays a nearer policy over the ones it extends, given furthest first. Objects are joined key by key; a list or a value of the
    /// nearer file replaces the one below it and is never merged with it.
    /// </summary>
    public static JsonValue Overlay(IEnumerable<JsonValue> furthestFirst) => furthestFirst.Aggregate(Overlay);

    /// <summary>Makes the policy from a valid tree.</summary>
    /// <param name="tree">A tree without problems, after <see cref="Overlay(IEnumerable{JsonValue})"/>.</param>
    /// <param name="problems">Problems that only the whole policy shows.</param>
    public static GuardPolicy Build(JsonValue tree, out ImmutableArray<PolicyProblem> problems)
    {
        var found = new List<PolicyProblem>();
        var strict = tree["strictExceptions"]?.IsTrue ?? false;
        Exemption Tolerated(JsonValue entry, string key)
        {
            // An entry about an advisory has that one's id in "id".
            var id = Pattern((entry["package"] ?? entry["id"])!);
            var expires = entry["expires"] is { } e ? PolicyShape.ParseDate(e.Text) : null;
            if (entry["reason"] is null)
                found.Add(new(PolicyTrouble.Value, $"The exception for \"{id}\" in \"{key}\" has no reason.", "Add \"reason\": \"why this is tolerated\"; a reviewer reads it.", entry.Location));
            if (strict && expires is null)
                found.Add(new(PolicyTrouble.Value, $"The exception for \"{id}\" in \"{key}\" has no end, and \"strictExceptions\" asks for one.", "Add \"expires\": \"YYYY-MM-DD\".", entry.Location));
            return new(key, id, entry["reason"]?.Text ?? "", expires, entry.Location);
        }

        var scripts = tree["buildScripts"];
        var policy = new GuardPolicy
        {
            Mode = tree["mode"]?.Text == "audit" ? GuardMode.Audit : GuardMode.Enforce,
            GateRequired = tree["gate"]?.Text == "required",
            StrictExceptions = strict,
            LockFile = tree["hashes"]?["lock"]?.Text ?? "buildguard.lock.json",
            Signatures = SignaturePolicyReader.Read(tree["signatures"], Tolerated, found),
            Sources = tree["sources"] is { } feeds ? ReadSources(feeds, found) : null,
            Block = [.. Items(tree["block"]).Select(b => new BlockEntry(Pattern(b["id"]!), Range(b["versions"]), b["reason"]!.Text, b["use"]?.Text, b.Location))],
            Allow = tree["allow"] is { Kind: JsonKind.List } allow ? [.. allow.Items.Select(a => new AllowEntry(Pattern(a["id"]!), Range(a["versions"]), a.Location))] : null,
            Advisories = AdvisoryPolicyReader.Read(tree["advisories"], Tolerated, found),
            PinToolchain = tree["toolchain"]?.Text == "pinned",
            MinimumAge = tree["minimumAge"] is { } age ? ReadAge(age, found) : null,
            Lookalikes = new() { Protect = [.. Items(tree["lookalikes"]?["protect"]).Select(Pattern)], Except = Patterns(tree["lookalikes"]?["except"], "lookalikes.except") },
            HashEveryFile = tree["hashes"]?["extracted"]?.Text == "full",
            BuildScriptsNeedApproval = scripts?["default"]?.Text != "allow",
            ExcludeDeniedBuildScripts = scripts?["whenDenied"]?.Text == "exclude",
            BuildScripts = [.. Items(scripts?["allow"]).Select(b =>
                new BuildScriptApproval(Pattern(b["id"]!), [.. b["kinds"]!.Items.Select(k => k.Text)], Tolerated(b, "buildScripts.allow")))],
            ToolFiles = [.. Items(scripts?["toolFiles"]).Select(f => new ToolFileApproval(f["name"]!.Text, [.. f["sha256"]!.Items.Select(h => h.Text.ToLowerInvariant())]))],
            Network = new()
            {
                Build = tree["network"]?["build"]?.Text switch { "report" => BuildNetwork.Report, "allow" => BuildNetwork.Allow, _ => BuildNetwork.Deny },
                Location = tree["network"]?["build"]?.Location,
                WarnWhenUnavailable = tree["network"]?["whenUnavailable"]?.Text == "warn",
            },
            Rules = (tree["rules"]?.Members ?? []).ToImmutableDictionary(m => m.Name, m => new SeveritySetting(SeverityOf(m.Value.Text), m.Value.Location)),
        };
        foreach (var (code, setting) in policy.Rules)
        {
            if (!Evaluation.Knows(code))
                found.Add(new(PolicyTrouble.Key, $"\"rules\" names {code}, which is not a rule of this version of BuildGuard.", "Remove the line, or correct the code.", setting.Location));
            else if (Severities.IsLowered(code, setting.Value))
                found.Add(new(PolicyTrouble.Value, $"\"rules\" lowers {code}, which cannot be lowered.", $"Remove the line; if {code} is in the way, resolve its findings (buildguard explain {code}).", setting.Location));
        }
        problems = [.. found];
        return policy;
    }

    private static JsonValue Overlay(JsonValue below, JsonValue above)
    {
        if (below.Kind != JsonKind.Object || above.Kind != JsonKind.Object)
            return above;
        var members = below.Members.Where(m => above[m.Name] is null).ToList();
        members.AddRange(above.Members.Select(m => below[m.Name] is { } under ? m with { Value = Overlay(under, m.Value) } : m));
        return above with { Members = [.. members] };
    }

    private static ImmutableArray<PolicySource> ReadSources(JsonValue value, List<PolicyProblem> found)
    {
        var sources = ImmutableArray.CreateBuilder<PolicySource>();
        foreach (var (name, entry) in value.Members.Select(m => (m.Name, m.Value)))
        {
            var url = entry["url"]!;
            // Written by whoever wrote the address: a path is relative to that file, which need not be the repo's own.
            var source = new PolicySource(name, SourceAddress.Identity(url.Text, Path.GetDirectoryName(url.Location.File) is { Length: > 0 } folder ? folder : "/"), entry.Location)
            {
                Packages = [.. Items(entry["packages"]).Select(Pattern)],
                IsExclusive = entry["exclusive"]?.IsTrue ?? false,
            };
            if (sources.FirstOrDefault(s => s.Address == source.Address) is { } twin)
                found.Add(new(PolicyTrouble.Value, $"\"sources\" gives \"{name}\" and \"{twin.Name}\" the same address.", "Keep one of them: a source is its address.", url.Location));
            if (source is { IsExclusive: true, Packages.IsEmpty: true })
                found.Add(new(PolicyTrouble.Value, $"\"sources\".\"{name}\" is exclusive, but names no packages.", "Add \"packages\": [ \"Contoso.*\" ], the ids that come from nowhere else.", entry.Location));
            sources.Add(source);
        }
        if (sources.Count == 0)
            found.Add(new(PolicyTrouble.Value, "\"sources\" names no source.", "Name the feeds that packages come from, or remove the key.", value.Location));
        return sources.ToImmutable();
    }

    private static MinimumAge ReadAge(JsonValue value, List<PolicyProblem> found)
    {
        if (value["days"] is null)
            found.Add(new(PolicyTrouble.Value, "\"minimumAge\" does not say how old.", "Add \"days\": 7", value.Location));
        return new(int.Parse(value["days"]?.Text ?? "0", CultureInfo.InvariantCulture), Patterns(value["except"], "minimumAge.except"));
    }

    /// <summary>Exceptions that are nothing but patterns: which packages a rule leaves alone.</summary>
    private static ImmutableArray<Exemption> Patterns(JsonValue? list, string key) => [.. Items(list).Select(p => new Exemption(key, Pattern(p), "", null, p.Location))];

    private static ImmutableArray<JsonValue> Items(JsonValue? list) => list?.Items ?? [];

    private static IdPattern Pattern(JsonValue value) => new(value.Text);

    private static VersionRange? Range(JsonValue? value) => value is null ? null : VersionRange.Parse(value.Text);

    private static Severity SeverityOf(string text) => text switch { "off" => Severity.Off, "warning" => Severity.Warning, _ => Severity.Error };
}
