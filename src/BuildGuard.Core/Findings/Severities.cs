using System.Collections.Frozen;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Findings;

/// <summary>Decides how much each finding weighs: the only place that does. A rule never decides.</summary>
public static class Severities
{
    /// <summary>The policy weakened on the command line, which is allowed but loud.</summary>
    public const string CommandLine = "command-line";

    /// <summary>Something that the policy leaves optional is absent.</summary>
    public const string Optional = "optional";

    /// <summary>The gate keeps it out of the build already.</summary>
    public const string LeftOut = "left-out";

    /// <summary>An advisory that came after the package was locked.</summary>
    public const string NewAdvisory = "new-advisory";

    /// <summary>Something that the configuration of the user or the machine adds, and no file of the repo.</summary>
    public const string OfMachine = "of-machine";

    /// <summary>It took place, because the policy only asks to be told.</summary>
    public const string LetThrough = "let-through";

    private static readonly FrozenDictionary<(string Code, string? Variant), Severity> Defaults = new Dictionary<(string, string?), Severity>
    {
        [("BG0004", null)] = Severity.Warning,
        [("BG0007", CommandLine)] = Severity.Warning,
        [("BG0010", Optional)] = Severity.Warning,
        [("BG3003", NewAdvisory)] = Severity.Warning,
        [("BG3007", OfMachine)] = Severity.Warning,
        [("BG4006", Optional)] = Severity.Warning,
        [("BG4007", LetThrough)] = Severity.Warning,
        [("BG4010", LeftOut)] = Severity.Warning,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Fixed = new[] { "BG2002", "BG2003", "BG3002", "BG4006", "BG4008" }.ToFrozenSet();

    /// <summary>Whether a code is one that neither policy nor audit mode can lower: the guard's own rules, malicious packages, hashes.</summary>
    public static bool IsFixed(string code) => code.StartsWith("BG0", StringComparison.Ordinal) || Fixed.Contains(code);

    /// <summary>Whether a setting would lower a code that cannot be lowered.</summary>
    public static bool IsLowered(string code, Severity setting) => IsFixed(code) && setting < Default(code, null);

    /// <summary>The severity of a finding.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="policy">The policy; null where it could not be read, which leaves the defaults.</param>
    /// <param name="mode">The mode in force, after what the command line asked for.</param>
    /// <param name="strict">Whether every warning is an error.</param>
    public static Severity Of(Finding finding, GuardPolicy? policy, GuardMode mode, bool strict)
    {
        var severity = policy is not null && policy.Rules.TryGetValue(finding.Code, out var set) && !IsLowered(finding.Code, set.Value)
            ? set.Value
            : Default(finding.Code, finding.Variant);
        if (strict && severity == Severity.Warning)
            severity = Severity.Error;
        if (mode == GuardMode.Audit && severity == Severity.Error && !IsFixed(finding.Code))
            severity = Severity.Warning;
        return severity;
    }

    /// <summary>The cases of a rule that weigh differently; null for the plain one.</summary>
    internal static IEnumerable<string?> VariantsOf(string code) => Defaults.Keys.Where(k => k.Code == code).Select(k => k.Variant).Append(null).Distinct();

    /// <summary>The severity of a case where the policy says nothing.</summary>
    internal static Severity Default(string code, string? variant) => Defaults.GetValueOrDefault((code, variant), Severity.Error);
}
