namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// A process that builds: the one that was sealed, or one below it that builds as well. It says itself when its build begins and ends. Code that runs inside it could say so in its place; the programs that it starts
/// cannot.
/// </summary>
/// <param name="Process">The process.</param>
/// <param name="After">Who below it gets the network back.</param>
internal sealed record BuildingProcess(ProcessLink Process, NetworkAfterBuild After)
{
    private const int MostPauses = 1000;

    // From the end of a build to the beginning of the next, in ticks; the last one may be open.
    private readonly List<(ulong From, ulong To)> _pauses = [];

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
    public bool StartedInPause(ProcessLink process) => _pauses.Exists(p => process.Started >= p.From && process.Started < p.To);
}
