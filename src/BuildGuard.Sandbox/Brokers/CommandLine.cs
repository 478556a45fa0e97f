namespace BuildGuard.Sandbox.Brokers;

/// <summary>A command line as a report shows it.</summary>
internal static class CommandLine
{
    private const int MostCharacters = 300;
    private const int MostBytes = 64 * 1024;

    /// <summary>One line of text. Of the script that MSBuild writes for an Exec, the line that the target's author wrote.</summary>
    public static string Of(string[] arguments)
    {
        var text = arguments is [var shell, "-c", var script, ..] && LastLine(script) is { } line ? $"{shell} -c {line}" : string.Join(' ', arguments);
        return OneLine(text.Length > MostCharacters ? text[..MostCharacters] + "…" : text);
    }

    /// <summary>A text without anything that would end a line or a field.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string? LastLine(string script)
    {
        // ". /tmp/MSBuildTemp…/….exec.cmd"
        var path = script.StartsWith(". ", StringComparison.Ordinal) && script.EndsWith(".exec.cmd", StringComparison.Ordinal) ? script[2..] : null;
        try
        {
            return path is not null && new FileInfo(path) is { Exists: true, LinkTarget: null, Length: < MostBytes }
                ? File.ReadLines(path).LastOrDefault(l => !string.IsNullOrWhiteSpace(l))?.Trim()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
