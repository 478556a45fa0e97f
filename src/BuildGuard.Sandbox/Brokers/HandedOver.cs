using System.Globalization;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// What nodes of MSBuild leave to be told by the process that runs the build: when that is over, they have no voice of their own any more. Anybody of the same user can say something here, which shows; nobody
/// can take anything away. Bounded by process, so that one who says much does not silence the others, and in all.
/// </summary>
internal sealed class HandedOver
{
    /// <summary>How much of it is kept of one process: as much as it can have to tell.</summary>
    public const int MostLines = Attempts.Most + 1;

    private const int MostProcesses = 256;
    private const int MostCharacters = 2000;
    private const int MostTaken = 30_000;

    private readonly Dictionary<int, int> _lines = [];
    private readonly HashSet<int> _ended = [];
    private readonly Queue<string> _told = [];
    private int _others;

    /// <summary>Whether no line was left that nobody has taken yet.</summary>
    public bool IsEmpty => _told.Count == 0 && _others == 0;

    /// <summary>A build begins. What was left of the one before is gone.</summary>
    public void Begin()
    {
        _lines.Clear();
        _ended.Clear();
        _told.Clear();
        _others = 0;
    }

    /// <summary>A process leaves a line.</summary>
    public void Tell(int process, string line)
    {
        var lines = _lines.GetValueOrDefault(process);
        if (lines < MostLines && (lines > 0 || _lines.Count < MostProcesses))
        {
            _lines[process] = lines + 1;
            _told.Enqueue(CommandLine.OneLine(line.Length > MostCharacters ? line[..MostCharacters] + "…" : line));
        }
        else
        {
            _others++;
        }
    }

    /// <summary>A process has left all that it had to.</summary>
    public void End(int process)
    {
        if (_ended.Count < MostProcesses)
            _ended.Add(process);
    }

    /// <summary>First the processes that left all; then how many lines were too many; then some lines, which are not there any more the next time.</summary>
    public string Take()
    {
        List<string> lines = [string.Join(' ', _ended.Select(p => p.ToString(CultureInfo.InvariantCulture))), _others.ToString(CultureInfo.InvariantCulture)];
        _others = 0;
        for (var size = 0; size < MostTaken && _told.TryDequeue(out var line); size += line.Length)
            lines.Add(line);
        return string.Join('\n', lines);
    }
}
