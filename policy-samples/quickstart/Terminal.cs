using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BuildGuard.Quickstart;

/// <summary>What a command printed.</summary>
internal sealed record Output(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>The codes of all lines of one severity, sorted.</summary>
    public IEnumerable<string> Codes(string severity) => Lines
        .Select(l => Regex.Match(l, $@"\b{severity} ((?:BG|MSB|NU|CS|NETSDK)\d+)\b")).Where(m => m.Success)
        .Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

    public bool Has(string text) => Lines.Any(l => l.Contains(text, StringComparison.Ordinal));
}

/// <summary>Runs commands and shows them, with the seconds counting on a terminal.</summary>
internal sealed class Terminal(string root)
{
    private const int Width = 108;
    private const string Indent = "     ";

    private readonly bool _colors = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private int _step;

    public void Heading(string text)
    {
        Console.WriteLine();
        Console.WriteLine(Color("1", $"{++_step,3}  {text}"));
    }

    public void Say(string text) => Wrapped(text, Indent, null);

    public void Change(string text) => Wrapped($"> {text}", Indent, "36");

    public void Good(string text) => Wrapped(text, Indent, "32");

    /// <summary>Lines of a command, as they came, without the temporary folder's name.</summary>
    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Wrapped(Neutral(line), Indent + "  ", Regex.IsMatch(line, @"\berror |FAILED") ? "31" : Regex.IsMatch(line, @"\bwarning ") ? "33" : null);
    }

    /// <summary>Runs a command to its end.</summary>
    public Output Run(string folder, string shown, params string[] arguments)
    {
        Wrapped($"$ {shown}", Indent, "1");
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(Start(folder, arguments)) ?? throw new StepFailedException("dotnet could not be started.");
        var lines = new List<string>();
        void Add(object sender, DataReceivedEventArgs e)
        {
            lock (lines)
            {
                if (e.Data is { } line)
                    lines.Add(line);
            }
        }
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        while (!process.WaitForExit(500))
        {
            if (!Console.IsOutputRedirected)
                Console.Write($"\r{Indent}  … {clock.Elapsed.TotalSeconds:0} s ");
        }
        process.WaitForExit();
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{new string(' ', 30)}\r");
        return new(process.ExitCode, lines);
    }

    private ProcessStartInfo Start(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // "dotnet run" leaves its own MSBuild's settings in the environment; a person's shell has none of them.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["NO_COLOR"] = "1";
        // Nothing of this run stays behind in the user's own folders, and nothing there answers for it.
        start.Environment.Remove("NUGET_PACKAGES");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(root, "cache");
        return start;
    }

    private string Neutral(string line)
    {
        var text = Regex.Replace(line.Trim(), @" \[[^\[\]]*proj\]$", "");
        foreach (var folder in (string[])[Path.Combine(root, "Shop") + Path.DirectorySeparatorChar, root + Path.DirectorySeparatorChar])
            text = text.Replace(folder, "", StringComparison.Ordinal);
        return text;
    }

    private void Wrapped(string text, string indent, string? color)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && indent.Length + line.Length + 1 + word.Length > Width)
            {
                Console.WriteLine(indent + Color(color, line));
                line = "  " + word;
                continue;
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        Console.WriteLine(indent + Color(color, line));
    }

    private string Color(string? code, string text) => _colors && code is not null ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
