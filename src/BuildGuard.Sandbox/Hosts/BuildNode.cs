using System.Globalization;
using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>
/// A node of MSBuild waits for the next build after its own, of whatever repo. A sealed one must not. MSBuild itself has a rule that fits: a node whose priority is not the one that it was started
/// with ends after its build (OutOfProcNode.HandleNodeBuildComplete). It looks at the main thread, which only passes messages on, so one step less makes no difference to the build.
/// </summary>
public static class BuildNode
{
    private const int LowestOfNormal = 1;
    private const int LowestOfLow = 11;

    /// <summary>Keeps this process from being used by another build, if it is a node that would be.</summary>
    /// <returns>False where that is not possible.</returns>
    public static bool EndAfterBuild()
    {
        var arguments = ProcessTable.Arguments(Environment.ProcessId);
        if (!arguments.Contains("/nodeReuse:true", StringComparer.OrdinalIgnoreCase))
            return true;
        // A thread of its own number is the main thread. 1 to 10 is low priority for .NET, more is idle, which MSBuild does not know.
        var priority = Native.getpriority(0, (uint)Environment.ProcessId);
        return Native.setpriority(0, (uint)Environment.ProcessId, priority < LowestOfNormal ? LowestOfNormal : LowestOfLow) == 0;
    }

    /// <summary>
    /// The nodes of MSBuild that work for this process, whoever started them. MSBuild tries every node of the machine on its way to one that is free, and may leave its connection to one of another build
    /// open: that one does not read from it.
    /// </summary>
    /// <param name="listening">Those that have read everything at the moment; a node that is busy may not have.</param>
    public static List<int> Connected(out List<int> listening)
    {
        var peers = OpenSockets.Peers(out var reading);
        peers.RemoveAll(p => !IsNode(p));
        reading.RemoveAll(p => !peers.Contains(p));
        listening = reading;
        return peers;
    }

    /// <summary>Of a node: the process that it works for, or those that it may be.</summary>
    public static IReadOnlyList<int> Runners()
    {
        var peers = OpenSockets.Peers(out _);
        peers.RemoveAll(p => IsNode(p) || !UserCommand.CanBuild(p));
        return peers.Count > 0 ? peers : [ProcessTable.Of(Environment.ProcessId)?.Parent ?? 0];
    }

    /// <summary>The nodes that a process started.</summary>
    public static IEnumerable<int> StartedBy(int process) => ProcessTable.All().Where(p => ProcessTable.Of(p)?.Parent == process && IsNode(p));

    /// <summary>Whether a process has at least as many filters as this one, which is sealed; true for one that has ended.</summary>
    public static bool IsSealedLikeThis(int process) => HasFilters(process, 0);

    /// <summary>Whether a process has more filters than this one, which is to be sealed yet; true for one that has ended.</summary>
    public static bool IsSealedBefore(int process) => HasFilters(process, 1);

    /// <summary>Whether a process is gone.</summary>
    public static bool HasEnded(int process) => ProcessTable.HasEnded(process);

    /// <summary>A process as a message names it: its number and its command line.</summary>
    public static string Describe(int process) => string.Create(CultureInfo.InvariantCulture, $"{process} ({CommandLine.Of(ProcessTable.Arguments(process))})");

    private static bool HasFilters(int process, int more) =>
        ProcessTable.Filters(process) is not { } filters || filters >= ProcessTable.Filters(Environment.ProcessId) + more || ProcessTable.HasEnded(process);

    private static bool IsNode(int process) => ProcessTable.Arguments(process).Contains("/nodemode:1", StringComparer.OrdinalIgnoreCase);
}
