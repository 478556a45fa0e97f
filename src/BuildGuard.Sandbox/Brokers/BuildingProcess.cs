namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// A process that builds: the one that was sealed, or one below it that builds as well. It says itself when its build begins and ends. Code that runs inside it could say so in its place; the programs that it starts
/// cannot.
/// </summary>
/// <param name="process">The process.</param>
/// <param name="after">Who below it gets the network back.</param>
/// <remarks>A class, not a record: what was tried is kept by it, also when it no longer builds.</remarks>
internal sealed class BuildingProcess(ProcessLink process, NetworkAfterBuild after)
{
    private const int MostPauses = 1000;

    // From the end of a build to the beginning of the next, in ticks; the last one may be open.
    private readonly List<(ulong From, ulong To)> _pauses = [];

    /// <summary>The process.</summary>
    public ProcessLink Process { get; } = process;

    /// <summary>Who below it gets the network back.</summary>
    public NetworkAfterBuild After { get; } = after;

    /// <summary>By which it sees that somebody tried; null where it has none.</summary>
    public Bell? Bell { get; init; }

    /// <summary>Whether it builds at the moment.</summary>
    public bool IsBuilding { get; private set; } = true;

    /// <summary>A build begins.</summary>
    public void Begin(ulong now)
    {
        if (!IsBuilding)
            _pauses[^1] = (_pauses[^1].From, now);
        IsBuilding = true;
    }

    /// <summary>The build is over.</summary>
    public void End(ulong now)
    {
        if (!IsBuilding)
            return;
        IsBuilding = false;
        _pauses.Add((now, ulong.MaxValue));
        // A watch goes on for days. Its oldest programs are forgotten then, which only takes the network from them.
        if (_pauses.Count > MostPauses)
            _pauses.RemoveAt(0);
    }

    /// <summary>Whether a process below this one was started while nothing was built.</summary>
    public bool StartedInPause(ProcessLink other) => _pauses.Exists(p => other.Started >= p.From && other.Started < p.To);
}
