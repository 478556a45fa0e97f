using System.Collections.Immutable;
using System.Globalization;

namespace BuildGuard.Sandbox;

/// <summary>Somebody asked for a network socket.</summary>
/// <param name="Process">Number of the process.</param>
/// <param name="Times">How often, by a process with this command line.</param>
/// <param name="What">What for: "TCP".</param>
/// <param name="Program">Its command line.</param>
/// <param name="StartedBy">The command line of its parent; "" where that is the sealed process itself, or was not found.</param>
/// <param name="Folder">The current folder of what the building process started for it, or of the building process where that asked itself; MSBuild sets it to the project's. "" where it was not found.</param>
public sealed record NetworkAttempt(int Process, int Times, string What, string Program, string StartedBy, string Folder);

/// <summary>Who tried.</summary>
/// <param name="Described">The first fifty that differ.</param>
/// <param name="Others">How many more there were.</param>
public sealed record AttemptList(ImmutableArray<NetworkAttempt> Described, int Others)
{
    internal static AttemptList Parse(string text)
    {
        var lines = text.Split('\n');
        return new(
            [.. lines[..^1].Select(l => l.Split('\t')).Where(f => f.Length == 6).Select(f => new NetworkAttempt(Number(f[0]), Number(f[1]), f[2], f[3], f[4], f[5]))],
            Number(lines[^1]));
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
