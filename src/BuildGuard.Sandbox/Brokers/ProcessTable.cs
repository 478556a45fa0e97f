using System.Globalization;
using System.Text;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>A process, told apart from later ones of the same number by its start.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Started">When it started, in clock ticks since the machine did.</param>
/// <param name="Parent">The number of its parent.</param>
/// <remarks>A class, because collections of classes are compiled with the framework, and those of structures in every process that is sealed.</remarks>
internal sealed record ProcessLink(int Id, ulong Started, int Parent);

/// <summary>What <c>/proc</c> says of processes (man 5 proc). A process can end at any moment: then there is no answer.</summary>
internal static class ProcessTable
{
    private const int Deepest = 100;
    private const int MaxBytes = 4096;
    private const int MostMaps = 20_000;

    /// <summary>The process that a thread belongs to.</summary>
    public static ProcessLink? OfThread(int thread) => Status(thread, "Tgid:") is { } process ? Of(process) : null;

    /// <summary>How many seccomp filters a process has (Linux 5.9); null where that is not known.</summary>
    public static int? Filters(int process) => Status(process, "Seccomp_filters:");

    /// <summary>How many file numbers the kernel has room for in a process: that of each open file is less; null where that is not known.</summary>
    public static int? FileNumbers(int process) => Status(process, "FDSize:");

    private static int? Status(int thread, string name)
    {
        foreach (var line in (Read($"/proc/{thread.ToString(CultureInfo.InvariantCulture)}/status") ?? "").Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return int.TryParse(line.AsSpan(name.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        return null;
    }

    /// <summary>A process, or a thread, by its number.</summary>
    public static ProcessLink? Of(int id)
    {
        if (Read($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat") is not { } stat)
            return null;
        // "number (name) state parent …"; the name may hold anything, parentheses too.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            && ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            ? new(id, started, parent)
            : null;
    }

    /// <summary>A process and its ancestors, nearest first, up to one of them; up to the first process of the machine where that one is not among them.</summary>
    public static List<ProcessLink> Chain(ProcessLink process, int end)
    {
        List<ProcessLink> chain = [process];
        while (chain[^1].Id != end && chain.Count < Deepest && Of(chain[^1].Parent) is { } parent)
            chain.Add(parent);
        return chain;
    }

    /// <summary>The command line of a process, as far as it fits into a page; empty where it has none.</summary>
    public static string[] Arguments(int process) =>
        (Read($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/cmdline") ?? "").TrimEnd('\0').Split('\0');

    /// <summary>The current folder of a process; "" where there is no answer.</summary>
    public static string Folder(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/cwd").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Whether a process is gone, or has ended and only waits for its parent to take notice.</summary>
    public static bool HasEnded(int process) =>
        Read($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat") is not { } stat || stat[(stat.LastIndexOf(')') + 1)..].TrimStart() is ['Z' or 'X' or 'x', ..];

    /// <summary>Whether a process has the .NET runtime's own library loaded.</summary>
    public static bool RunsDotnet(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/maps").Take(MostMaps).Any(l => l.EndsWith("/libSystem.Native.so", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The numbers of all processes that can be seen.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);

    private static string? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> buffer = stackalloc byte[MaxBytes];
            return Encoding.UTF8.GetString(buffer[..RandomAccess.Read(file, buffer, 0)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
