using System.Globalization;
using System.Text.RegularExpressions;

namespace BuildGuard.TestKit;

/// <summary>One error or warning in MSBuild's canonical form.</summary>
/// <param name="File">File, project or tool that it points at; null when it names none.</param>
/// <param name="Line">1-based; 0 when it names none.</param>
/// <param name="Column">1-based; 0 when it names none.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Code">For instance <c>BG2002</c>; empty when it has none.</param>
/// <param name="Message">The text, without the project's name at the end. Each line of a text over several lines is a diagnostic of its own.</param>
/// <param name="Project">The project in brackets at the end, with its global properties if any; null when there is none.</param>
public sealed record Diagnostic(string? File, int Line, int Column, string Severity, string Code, string Message, string? Project)
{
    /// <summary>Whether it is an error.</summary>
    public bool IsError => Severity == "error";
}

/// <summary>What a command did.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Output">Standard output and standard error, interleaved line by line.</param>
/// <param name="Elapsed">Wall-clock time.</param>
public sealed partial record DotnetResult(int ExitCode, string Output, TimeSpan Elapsed)
{
    private IReadOnlyList<Diagnostic>? _diagnostics;

    /// <summary>Whether the exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>The distinct errors and warnings in the output, in order.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics ??= [.. Parse(Output).Distinct()];

    /// <summary>The errors with a code (case-insensitive); all errors when <paramref name="code"/> is null.</summary>
    public IReadOnlyList<Diagnostic> Errors(string? code = null) => [.. Diagnostics.Where(d => d.IsError && Matches(d, code))];

    /// <summary>The warnings with a code (case-insensitive); all warnings when <paramref name="code"/> is null.</summary>
    public IReadOnlyList<Diagnostic> Warnings(string? code = null) => [.. Diagnostics.Where(d => !d.IsError && Matches(d, code))];

    /// <summary>Whether there is an error with the code.</summary>
    public bool HasError(string code) => Errors(code).Count > 0;

    /// <summary>Whether there is a warning with the code.</summary>
    public bool HasWarning(string code) => Warnings(code).Count > 0;

    /// <summary>Returns itself when the command succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message holds the output.</exception>
    public DotnetResult EnsureSuccess() =>
        Succeeded ? this : throw new InvalidOperationException($"The command failed with exit code {ExitCode}.\n{Output}");

    /// <summary>Reads the diagnostics out of any console output.</summary>
    public static IEnumerable<Diagnostic> Parse(string output)
    {
        foreach (var line in output.Split('\n'))
        {
            var match = Canonical().Match(line.TrimEnd('\r'));
            if (!match.Success) continue;
            yield return new Diagnostic(
                Text(match, "file"), Number(match, "line"), Number(match, "column"),
                match.Groups["severity"].Value.ToLowerInvariant(), match.Groups["code"].Value, match.Groups["message"].Value, Text(match, "project"));
        }
    }

    private static bool Matches(Diagnostic diagnostic, string? code) => code is null || string.Equals(diagnostic.Code, code, StringComparison.OrdinalIgnoreCase);

    private static string? Text(Match match, string group) => match.Groups[group] is { Success: true, Length: > 0 } found ? found.Value : null;

    private static int Number(Match match, string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    // origin : [subcategory] severity code : text [project]; the origin is "file(line,column)", "file", a tool's name, or absent.
    [GeneratedRegex(
        @"^\s*(?:\d+(?::\d+)?>)?\s*(?:(?<file>(?!(?:error|warning)\b)[^\s:](?:[^:(]|:(?=[\\/])|\((?!\d+(?:[,-]\d+)*\)\s*:))*?)(?:\((?<line>\d+)(?:-\d+)?(?:,(?<column>\d+)(?:-\d+)?(?:,\d+,\d+)?)?\))?\s*:\s+(?:[a-z]+\s+)?)?(?<severity>error|warning)(?:\s+(?<code>[A-Za-z]+\d+))?\s*:\s*(?<message>.*?)(?:\s+\[(?<project>[^\[\]]+\.\w*proj(?:::[^\[\]]*)?|[^\[\]]+\.(?:slnx?|slnf|metaproj))\])?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Canonical();
}
