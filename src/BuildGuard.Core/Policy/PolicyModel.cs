using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Policy;

/// <summary>Whether violations fail the build.</summary>
public enum GuardMode
{
    /// <summary>Violations are errors.</summary>
    Enforce,

    /// <summary>Violations are warnings, except malicious, hash and guard findings.</summary>
    Audit,

    /// <summary>Nothing is checked. Only a global property on the command line can ask for it, and BG0007 says so.</summary>
    Off,
}

/// <summary>What people decided: the content of buildguard.json, complete with defaults.</summary>
public sealed record GuardPolicy
{
    /// <summary>Enforce or audit.</summary>
    public GuardMode Mode { get; init; } = GuardMode.Enforce;

    /// <summary>Whether a check without the gate is an error (BG0010).</summary>
    public bool GateRequired { get; init; }

    /// <summary>Whether every exception needs an expiry date.</summary>
    public bool StrictExceptions { get; init; }

    /// <summary>What is asked of signatures.</summary>
    public SignaturePolicy Signatures { get; init; } = new();

    /// <summary>Path of the lock file, relative to the policy's folder.</summary>
    public string LockFile { get; init; } = "buildguard.lock.json";

    /// <summary>The only sources that packages may come from; null where the policy names none.</summary>
    public ImmutableArray<PolicySource>? Sources { get; init; }

    /// <summary>Packages that are refused.</summary>
    public ImmutableArray<BlockEntry> Block { get; init; } = [];

    /// <summary>The only packages that are accepted; null where the allow-list mode is off.</summary>
    public ImmutableArray<AllowEntry>? Allow { get; init; }

    /// <summary>What is asked of advisories; null where the policy names no database.</summary>
    public AdvisoryPolicy? Advisories { get; init; }

    /// <summary>How long a version must have been public; null where that does not matter.</summary>
    public MinimumAge? MinimumAge { get; init; }

    /// <summary>What is asked of ids that look like others.</summary>
    public LookalikePolicy Lookalikes { get; init; } = new();

    /// <summary>Approvals for what packages run in a build.</summary>
    public ImmutableArray<BuildScriptApproval> BuildScripts { get; init; } = [];

    /// <summary>Files of tools in obj that are imported, by the hash of their text.</summary>
    public ImmutableArray<ToolFileApproval> ToolFiles { get; init; } = [];

    /// <summary>Whether packages run in a build without an approval (<c>"buildScripts.default": "allow"</c>).</summary>
    public bool BuildScriptsNeedApproval { get; init; } = true;

    /// <summary>Whether a package without approval keeps its libraries and loses what it would run, instead of failing the build.</summary>
    public bool ExcludeDeniedBuildScripts { get; init; }

    /// <summary>Whether every extracted file is hashed in every check, instead of only those whose strong stat changed.</summary>
    public bool HashEveryFile { get; init; }

    /// <summary>Whether the .NET SDK must be the locked one (<c>"toolchain": "pinned"</c>).</summary>
    public bool PinToolchain { get; init; }

    /// <summary>What builds may do on the network.</summary>
    public NetworkPolicy Network { get; init; } = new();

    /// <summary>Severities that the policy sets, by rule code.</summary>
    public ImmutableDictionary<string, SeveritySetting> Rules { get; init; } = ImmutableDictionary<string, SeveritySetting>.Empty;

    /// <summary>Whether a build goes on, with a warning, where it cannot be sealed: what <see cref="Network"/> says, unless the policy makes an error of BG4006.</summary>
    public bool BuildsUnsealed => Network.WarnWhenUnavailable && !(Rules.TryGetValue("BG4006", out var set) && set.Value == Severity.Error);

    /// <summary>Every exception of the policy, for BG0004 and BG0005.</summary>
    public IEnumerable<Exemption> Exceptions =>
        Signatures.Packages.Select(p => p.Unsigned).OfType<Exemption>()
            .Concat(BuildScripts.Select(b => b.Exemption))
            .Concat((Advisories?.Ignore ?? []).Select(i => i.Exemption))
            .Concat(MinimumAge?.Except ?? [])
            .Concat(Lookalikes.Except);
}

/// <summary>An entry of <c>buildScripts.toolFiles</c>.</summary>
/// <param name="Name">What follows the project's file name: "EntityFrameworkCore.targets".</param>
/// <param name="Hashes">SHA-256 of the texts that are approved, lower-case hex.</param>
public sealed record ToolFileApproval(string Name, ImmutableArray<string> Hashes);

/// <summary>A pattern with a reason: something the policy tolerates.</summary>
/// <param name="Key">Where it stands in the policy: "signatures.packages".</param>
/// <param name="Id">Pattern over package ids.</param>
/// <param name="Reason">Why it is tolerated.</param>
/// <param name="Expires">Last day on which it holds; null for no end.</param>
/// <param name="Location">Where it stands.</param>
public sealed record Exemption(string Key, IdPattern Id, string Reason, DateOnly? Expires, SourceLocation Location)
{
    /// <summary>What it tolerates of the packages, where it is not everything: an advisory's id. Null where the key says it all.</summary>
    public string? Detail { get; init; }

    /// <summary>The entry in a sentence: its pattern, and what it tolerates.</summary>
    public string Name => Detail is null ? $"\"{Id}\"" : $"\"{Id}\" ({Printable.Of(Detail, 60)})";
}

/// <summary>A package that is refused.</summary>
/// <param name="Id">Pattern over package ids.</param>
/// <param name="Versions">Versions refused; all of them where null.</param>
/// <param name="Reason">Why.</param>
/// <param name="Use">The replacement to suggest; null for none.</param>
/// <param name="Location">Where it stands.</param>
public sealed record BlockEntry(IdPattern Id, VersionRange? Versions, string Reason, string? Use, SourceLocation Location);

/// <summary>A package that allow-list mode accepts.</summary>
/// <param name="Id">Pattern over package ids.</param>
/// <param name="Versions">Versions accepted; all of them where null.</param>
/// <param name="Location">Where it stands.</param>
public sealed record AllowEntry(IdPattern Id, VersionRange? Versions, SourceLocation Location);

/// <summary>An approval for what a package runs in a build.</summary>
/// <param name="Id">Pattern over package ids.</param>
/// <param name="Kinds">Kinds approved: props, targets, tasks, tools, analyzers, content, scripts.</param>
/// <param name="Exemption">Reason, expiry and place.</param>
public sealed record BuildScriptApproval(IdPattern Id, ImmutableArray<string> Kinds, Exemption Exemption);

/// <summary>A severity as the policy writes it.</summary>
/// <param name="Value">Error, warning or off.</param>
/// <param name="Location">Where it stands.</param>
public sealed record SeveritySetting(Severity Value, SourceLocation Location);
