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

    /// <summary>The nodes of MSBuild that this process has a connection to, whoever started them.</summary>
    public static IReadOnlyList<int> Connected() =>
    [
        .. OpenSockets.Peers().Distinct().Where(p => p != Environment.ProcessId && IsNode(p)),
    ];

    /// <summary>Of a node: the process that started it, and the nodes that this one has.</summary>
    public static IReadOnlyList<int> Family()
    {
        var parent = ProcessTable.Of(Environment.ProcessId)?.Parent ?? 0;
        return [parent, .. ProcessTable.All().Where(p => ProcessTable.Of(p)?.Parent == parent && IsNode(p))];
    }

    /// <summary>Whether a process has at least as many filters as this one, which is sealed; true for one that has ended.</summary>
    public static bool IsSealedLikeThis(int process) => ProcessTable.Filters(process) is not { } filters || filters >= ProcessTable.Filters(Environment.ProcessId);

    private static bool IsNode(int process) => ProcessTable.Arguments(process).Contains("/nodemode:1", StringComparer.OrdinalIgnoreCase);
}
