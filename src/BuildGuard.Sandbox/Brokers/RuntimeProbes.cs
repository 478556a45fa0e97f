namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// The .NET runtime asks once for each family whether the machine has it, even where a program uses Unix sockets only (System.Net.Sockets.SocketProtocolSupportPal): a datagram socket of no protocol,
/// closed at once. These are refused like all others, and nobody is blamed for them.
/// </summary>
internal sealed class RuntimeProbes
{
    private const ulong DatagramsClosedOnExec = 2 | 0x80000;
    private const int Most = 10_000;

    private readonly HashSet<(int Process, ulong Started, ulong Family)> _seen = [];

    /// <summary>Whether a question is such a probe: of a .NET process, and its first of this family.</summary>
    public bool IsProbe(in Question question, ProcessLink process)
    {
        var family = question.Argument & 0xFFFFFFFF;
        if (family is not (2 or 10) || question is not { SecondArgument: DatagramsClosedOnExec, ThirdArgument: 0 } || !ProcessTable.RunsDotnet(process.Id))
            return false;
        if (_seen.Count >= Most)
            _seen.Clear();
        return _seen.Add((process.Id, process.Started, family));
    }
}
