using BuildGuard.Core.Advisories;

namespace BuildGuard.Core.Rules;

/// <summary>Words that the rules about advisories share.</summary>
internal static class AdvisoryText
{
    public const string Update = "buildguard advisories update";

    /// <summary>The id, and the best known other name: "GHSA-8g4q-xg66-9fp4 (CVE-2024-43485)".</summary>
    public static string Names(AdvisoryMatch match) =>
        Printable.Of(match.Id, 60) + (match.Names.Skip(1).OrderByDescending(n => n.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase)).FirstOrDefault() is { } other ? $" ({Printable.Of(other, 60)})" : "");

    /// <summary>The record's own summary, as the end of a sentence; empty where it has none.</summary>
    public static string Summary(AdvisoryMatch match) =>
        match.Advisories.Select(a => a.Summary.Trim().TrimEnd('.')).FirstOrDefault(s => s.Length > 0) is { } summary ? $": {Printable.Of(summary)}" : "";

    /// <summary>A severity in a sentence.</summary>
    public static string Word(AdvisorySeverity severity) => severity == AdvisorySeverity.Unknown ? "unknown" : severity.ToString().ToLowerInvariant();
}
