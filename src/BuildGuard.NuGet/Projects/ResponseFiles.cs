using System.Text;
using BuildGuard.Core;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>
/// Finds the response files that MSBuild reads without being told: the nearest Directory.Build.rsp at or above what is built, and an MSBuild.rsp beside it.
/// Their switches count as if they stood on the command line. What is not known to be harmless is reported.
/// </summary>
internal static class ResponseFiles
{
    private const int MaxBytes = 1024 * 1024;

    private const string Why = "MSBuild takes such a switch as if it had been typed: a property from there beats every project file, and nobody sees it in the command.";

    // Numbers, output and order of work. Not: properties, loggers, targets, further response files, switching response files or the restore off.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "m", "maxcpucount", "v", "verbosity", "nologo", "nr", "nodereuse", "clp", "consoleloggerparameters", "tl", "terminallogger", "ll", "livelogger", "tlp", "terminalloggerparameters",
        "ds", "detailedsummary", "low", "lowpriority", "err", "warnaserror", "noerr", "warnnotaserror", "nowarn", "warnasmessage", "fl", "filelogger", "flp", "fileloggerparameters",
        "bl", "binarylogger", "graph", "graphbuild", "isolate", "isolateprojects", "interactive", "profileevaluation", "mt", "multithreaded", "check", "noconlog", "noconsolelogger", "dfl", "distributedfilelogger",
    };

    /// <summary>The troubles of every response file that a build in these folders takes up.</summary>
    public static IEnumerable<EnvironmentTrouble> Read(IEnumerable<string> folders) =>
        folders.Distinct().SelectMany(FilesFor).Distinct().Order(StringComparer.Ordinal).SelectMany(ReadFile);

    private static IEnumerable<string> FilesFor(string folder)
    {
        if (Disk.Up(folder).Select(f => Path.Combine(f, "Directory.Build.rsp")).FirstOrDefault(Disk.IsFile) is { } nearest)
            yield return nearest;
        if (Disk.IsFile(Path.Combine(folder, "MSBuild.rsp")))
            yield return Path.Combine(folder, "MSBuild.rsp");
    }

    private static IEnumerable<EnvironmentTrouble> ReadFile(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
        {
            yield return new($"{path} cannot be read: {problem}.", Why, "Correct or remove the file.", new(path));
            yield break;
        }
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            var bad = text.TrimStart().StartsWith('#') ? [] : Arguments(text).Where(a => !IsHarmless(a)).Select(a => Printable.Of(a, 100)).ToList();
            if (bad.Count > 0)
            {
                yield return new($"{Path.GetFileName(path)} passes {string.Join(' ', bad)} to every build in its folder and below.", Why,
                    "Remove it from the file. A property that the repo needs belongs into Directory.Build.props, where a review sees it.", new(path, line, 1));
            }
        }
    }

    private static bool IsHarmless(string argument)
    {
        if (argument[0] is not ('-' or '/'))
            return false;
        var text = argument.TrimStart('-', '/');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        name = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (name.ToUpperInvariant() is "P" or "PROPERTY" or "RP" or "RESTOREPROPERTY")
            return value.Split(';', ',').All(p => p.Length == 0 || (p.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && BuildSwitches.IsSetting(p[..at].Trim())));
        if (name.ToUpperInvariant() is "R" or "RESTORE")
            return value.Length == 0 || value.Equals("true", StringComparison.OrdinalIgnoreCase);
        return Harmless.Contains(name);
    }

    /// <summary>The arguments of a line, split at white space outside of quotes, without the quotes: as MSBuild does it.</summary>
    private static IEnumerable<string> Arguments(string line)
    {
        var current = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
                quoted = !quoted;
            else if (quoted || !char.IsWhiteSpace(c))
                current.Append(c);
            else if (current.Length > 0)
            {
                yield return current.ToString();
                current.Clear();
            }
        }
        if (current.Length > 0)
            yield return current.ToString();
    }
}
