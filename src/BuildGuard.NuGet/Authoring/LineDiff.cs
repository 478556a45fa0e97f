namespace BuildGuard.NuGet.Authoring;

/// <summary>Differences between two texts, line by line, for people. Bounded: what is too long to compare is told as replaced.</summary>
internal static class LineDiff
{
    private const int MaxCells = 4_000_000;
    private const int Context = 2;

    /// <summary>The lines that differ, with "-", "+" or " " before each, two equal ones around them, and "…" for what was left out.</summary>
    public static List<string> Between(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var start = 0;
        while (start < before.Count && start < after.Count && before[start] == after[start])
            start++;
        var end = 0;
        while (end < before.Count - start && end < after.Count - start && before[before.Count - 1 - end] == after[after.Count - 1 - end])
            end++;

        var lines = new List<string>();
        lines.AddRange(before.Take(start).Select(l => " " + l));
        Middle([.. before.Skip(start).Take(before.Count - start - end)], [.. after.Skip(start).Take(after.Count - start - end)], lines);
        lines.AddRange(before.Skip(before.Count - end).Select(l => " " + l));
        return Shorten(lines);
    }

    private static void Middle(string[] before, string[] after, List<string> lines)
    {
        if ((long)before.Length * after.Length > MaxCells)
        {
            lines.AddRange(before.Select(l => "-" + l));
            lines.AddRange(after.Select(l => "+" + l));
            return;
        }
        // The longest common subsequence of what follows each pair of places.
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        for (int i = 0, j = 0; i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                lines.Add(" " + before[i++]);
                j++;
            }
            else if (j >= after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add("-" + before[i++]);
            }
            else
            {
                lines.Add("+" + after[j++]);
            }
        }
    }

    private static List<string> Shorten(List<string> lines)
    {
        var near = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            for (var k = Math.Max(0, i - Context); lines[i][0] != ' ' && k <= Math.Min(lines.Count - 1, i + Context); k++)
                near[k] = true;
        }
        var shown = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (near[i])
                shown.Add(lines[i]);
            else if (shown.Count > 0 && shown[^1] != "…")
                shown.Add("…");
        }
        if (shown.Count > 0 && shown[^1] == "…")
            shown.RemoveAt(shown.Count - 1);
        return shown;
    }
}
