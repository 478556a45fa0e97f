using System.Text;

namespace BuildGuard.Core.Reports;

/// <summary>The report for people: one block a finding, canonical first line, then path, why, fix and help.</summary>
public static class TextReport
{
    /// <summary>The report, ending with the summary line and a line feed.</summary>
    public static string Write(CheckResult result)
    {
        var text = new StringBuilder();
        foreach (var judged in result.Findings)
        {
            text.Append(FindingText.Canonical(judged)).Append('\n');
            if (FindingText.PathOf(judged.Finding) is { } path)
                text.Append("    path: ").Append(path).Append('\n');
            text.Append("    why:  ").Append(FindingText.Clean(judged.Finding.Why)).Append('\n');
            text.Append("    fix:  ").Append(FindingText.Clean(judged.Finding.Fix)).Append('\n');
            text.Append("    help: buildguard explain ").Append(judged.Finding.Code).Append(" or ").Append(FindingText.HelpLink(judged.Finding.Code)).Append("\n\n");
        }
        return text.Append(Summary.Line(result)).Append('\n').ToString();
    }
}
