using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Reports;

/// <summary>The words of a finding, the same in every report.</summary>
public static class FindingText
{
    /// <summary>Where the page of a rule is.</summary>
    /// <param name="code">The rule's code.</param>
    /// <remarks>The same page is inside the tool: <c>buildguard explain CODE</c> shows it without a network.</remarks>
    public static string HelpLink(string code) => $"https://buildguard.example/rules/{code}";

    /// <summary>What, path, why and fix in one line: what follows <c>file(line,col): error BG1234:</c> in a build.</summary>
    public static string OneLine(Finding finding)
    {
        var path = PathOf(finding);
        return Clean(string.Join(' ', ((string[])[finding.What, path is null ? "" : $"Path: {path}.", finding.Why, $"Fix: {finding.Fix}", $"({HelpLink(finding.Code)})"]).Where(t => t.Length > 0)));
    }

    /// <summary>The dependency path as people read it; null where the finding has none or a trivial one.</summary>
    public static string? PathOf(Finding finding) =>
        finding.DependencyPath.Length < 2 ? null : Printable.Of(string.Join(" > ", finding.DependencyPath), 400);

    /// <summary>The canonical first line: <c>file(line,col): error BG1234: what</c>.</summary>
    public static string Canonical(JudgedFinding judged) =>
        Clean($"{judged.Finding.Location}: {(judged.Severity == Severity.Error ? "error" : "warning")} {judged.Finding.Code}: {judged.Finding.What}");

    /// <summary>The last line of defence: whatever a rule let through, no control character of a package, a file or a path reaches a terminal or breaks a line.</summary>
    internal static string Clean(string text) => Printable.Of(text, 8000);
}
