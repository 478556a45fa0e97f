using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core;

/// <summary>Runs the rules over facts. Pure: the same input gives the same result, in the same order.</summary>
public static class Evaluation
{
    private const int Many = 8;

    /// <summary>What is judged even when the mode is off: whether the policy can be read, whether it lets anyone switch it off, and the guard itself.</summary>
    private static readonly ImmutableHashSet<string> JudgedWhenOff = ["BG0001", "BG0002", "BG0003", "BG0007", "BG0009"];

    /// <summary>Whether a code is one of this version's rules.</summary>
    public static bool Knows(string code) => AllRules.List.Any(r => r.Code == code);

    /// <summary>Judges.</summary>
    public static CheckResult Run(CheckInput input) => Run(input, AllRules.List);

    /// <summary>Judges by some of the rules; tests take one out to see that its absence shows.</summary>
    public static CheckResult Run(CheckInput input, ImmutableArray<Rule> rules)
    {
        var policy = input.Document.Policy;
        var mode = ModeInForce(input);
        var applicable = rules.Where(r => (policy is not null || !r.NeedsPolicy) && (mode != GuardMode.Off || JudgedWhenOff.Contains(r.Code))).ToList();
        var findings = Findings(applicable, input)
            .Select(f => new JudgedFinding(f, Severities.Of(f, policy, mode, input.Guard.Strict)))
            .Where(f => f.Severity != Severity.Off)
            .OrderByDescending(f => f.Finding.Code.StartsWith("BG0", StringComparison.Ordinal) && f.Severity == Severity.Error)
            .ThenByDescending(f => f.Severity)
            .ThenBy(f => f.Finding.Code, StringComparer.Ordinal)
            .ThenBy(f => f.Finding.PackageId, StringComparer.OrdinalIgnoreCase)
            .ThenBy(f => f.Finding.PackageVersion, StringComparer.Ordinal)
            .ThenBy(f => f.Finding.Location.File, StringComparer.Ordinal)
            .ThenBy(f => f.Finding.Location.Line)
            .ToImmutableArray();
        return new(findings, input.Graph.Projects.Length, input.Graph.Packages.Length, input.Graph.FilesRead, input.Graph.PackagesFromCache, applicable.Count, mode)
        {
            Packs = input.Graph.Packs.Length,
            Sdks = input.Graph.Sdks.Length,
            Tools = input.Graph.Tools.Length,
            ToolchainFiles = input.Document.Policy is { PinToolchain: true } ? input.Graph.Toolchain?.Files ?? 0 : 0,
            AdvisoryDay = input.Advisories.Oldest,
            AdvisoryAge = input.Advisories.Oldest is { } day ? input.Today.DayNumber - day.DayNumber : null,
        };
    }

    /// <summary>What the rules find, in their order. They know nothing of each other, so they run at the same time.</summary>
    private static IEnumerable<Finding> Findings(List<Rule> rules, CheckInput input)
    {
        if (rules.Count < Many)
            return rules.SelectMany(r => r.Check(input));
        var found = new List<Finding>[rules.Count];
        try
        {
            Parallel.For(0, rules.Count, i => found[i] = [.. rules[i].Check(input)]);
        }
        catch (AggregateException e)
        {
            // Whoever reports it names the rule by the stack.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return found.SelectMany(f => f);
    }

    /// <summary>The mode that counts: what the command line asks for where it asks, else the policy's. A file can only strengthen.</summary>
    public static GuardMode ModeInForce(CheckInput input)
    {
        var policy = input.Document.Policy?.Mode ?? GuardMode.Enforce;
        if (!TryParseMode(input.Guard.RequestedMode, out var requested))
            return policy;
        return input.Guard.ModeIsFromCommandLine || requested < policy ? requested : policy;
    }

    /// <summary>Reads the value of BuildGuardMode.</summary>
    public static bool TryParseMode(string? text, out GuardMode mode)
    {
        (mode, var known) = text?.Trim().ToUpperInvariant() switch
        {
            "ENFORCE" => (GuardMode.Enforce, true),
            "AUDIT" => (GuardMode.Audit, true),
            "OFF" => (GuardMode.Off, true),
            _ => (GuardMode.Enforce, false),
        };
        return known;
    }
}

/// <summary>What a check found, and over how much.</summary>
/// <param name="Findings">The findings: errors of the guard first, then by severity, code and package.</param>
/// <param name="Projects">Projects looked at.</param>
/// <param name="Packages">Packages looked at.</param>
/// <param name="Files">Files read or compared.</param>
/// <param name="PackagesFromCache">Packages and packs whose facts came from the evidence cache.</param>
/// <param name="Rules">Rules run.</param>
/// <param name="Mode">The mode in force.</param>
public sealed record CheckResult(ImmutableArray<JudgedFinding> Findings, int Projects, int Packages, int Files, int PackagesFromCache, int Rules, GuardMode Mode)
{
    private static readonly ImmutableHashSet<string> Undecided = ["BG0001", "BG0002", "BG0003", "BG0006", "BG0008", "BG0009"];

    /// <summary>Packs looked at.</summary>
    public int Packs { get; init; }

    /// <summary>Packages of MSBuild SDKs looked at.</summary>
    public int Sdks { get; init; }

    /// <summary>How many packages of .NET tools.</summary>
    public int Tools { get; init; }

    /// <summary>How many files of the .NET SDK were compared; 0 where the policy does not pin it.</summary>
    public int ToolchainFiles { get; init; }

    /// <summary>The day of the oldest advisory database that was looked into; null where there was none, or it does not say.</summary>
    public DateOnly? AdvisoryDay { get; init; }

    /// <summary>How many days before the check that was.</summary>
    public int? AdvisoryAge { get; init; }

    /// <summary>Whether it is the answer of an earlier check, because all that it rests on is unchanged.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Number of errors.</summary>
    public int Errors => Findings.Count(f => f.Severity == Severity.Error);

    /// <summary>Number of warnings.</summary>
    public int Warnings => Findings.Count(f => f.Severity == Severity.Warning);

    /// <summary>0: passed. 1: violations. 2: could not decide (bad policy, missing evidence, the guard itself failed).</summary>
    public int ExitCode => Errors == 0 ? 0 : Findings.Any(f => f.Severity == Severity.Error && Undecided.Contains(f.Finding.Code)) ? 2 : 1;
}
