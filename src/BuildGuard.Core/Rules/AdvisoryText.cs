using BuildGuard.Core.Advisories;

namespace BuildGuard.Core.Rules;

/// <summary>Words that the rules about advisories share.</summary>
internal static class AdvisoryText
{
    public const string Update = "buildguard advisories update";

    private const string File = $"a file in \"advisories\".\"databases\", which {Update} writes";

    /// <summary>How a database that cannot be used is mended, as a sentence.</summary>
    public static string Mend(AdvisoryDatabase database) => database switch
    {
        { IsFolder: false } => $"Run: {Update}, or take the last good file from version control.",
        { Data.UnreadCount: > 0 } => "Mend what it names or remove it from the folder, or take the folder's last good state from version control.",
        _ => $"Let the folder hold readable OSV records of NuGet packages (.json), or name {File}.",
    };

    /// <summary>How a database gets newer records, as a sentence.</summary>
    /// <param name="database">The database.</param>
    /// <param name="file">What is said after the command where it is a file.</param>
    public static string Renew(AdvisoryDatabase database, string file = "") =>
        database.IsFolder ? $"Put the newest records into the folder, as no command does, or name {File}." : $"Run: {Update}{file}";

    /// <summary>The id, and the best known other name: "GHSA-8g4q-xg66-9fp4 (CVE-2024-43485)".</summary>
    public static string Names(AdvisoryMatch match) =>
        Printable.Of(match.Id, 60) + (match.Names.Skip(1).OrderByDescending(n => n.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase)).FirstOrDefault() is { } other ? $" ({Printable.Of(other, 60)})" : "");

    /// <summary>The record's own summary, as the end of a sentence; empty where it has none.</summary>
    public static string Summary(AdvisoryMatch match) =>
        match.Advisories.Select(a => a.Summary.Trim().TrimEnd('.')).FirstOrDefault(s => s.Length > 0) is { } summary ? $": {Printable.Of(summary)}" : "";

    /// <summary>A severity in a sentence.</summary>
    public static string Word(AdvisorySeverity severity) => severity == AdvisorySeverity.Unknown ? "unknown" : severity.ToString().ToLowerInvariant();
}
