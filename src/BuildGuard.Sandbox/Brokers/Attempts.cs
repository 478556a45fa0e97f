using System.Globalization;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// The attempts of one building process and of what it started, without a bound in time and with one in memory: an attempt that is like an earlier one only counts, and of different ones the first fifty are
/// described.
/// </summary>
internal sealed class Attempts
{
    /// <summary>How many different attempts are described.</summary>
    public const int Most = 50;

    private readonly Dictionary<(string Program, string What, string Folder), (int Process, string By, int Times)> _described = [];
    private int _others;

    /// <summary>Whether the process was told that there are some, since they were last taken.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>Whether there are none since they were last taken.</summary>
    public bool IsEmpty => _described.Count == 0 && _others == 0;

    /// <summary>Notes an attempt, or several alike.</summary>
    public void Add(int process, string what, string program, string startedBy, string folder, int times = 1)
    {
        if (_described.TryGetValue((program, what, folder), out var before))
            _described[(program, what, folder)] = before with { Times = before.Times + times };
        else if (_described.Count < Most)
            _described.Add((program, what, folder), (process, startedBy, times));
        else
            _others += times;
    }

    /// <summary>All since the last time, one a line; the last line counts those that are not described.</summary>
    public string Take()
    {
        var lines = _described.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Value.Process}\t{a.Value.Times}\t{a.Key.What}\t{a.Key.Program}\t{a.Value.By}\t{a.Key.Folder}"));
        var text = string.Join('\n', lines.Append(_others.ToString(CultureInfo.InvariantCulture)));
        _described.Clear();
        _others = 0;
        IsAnnounced = false;
        return text;
    }

    /// <summary>Takes over those of another.</summary>
    public void TakeOver(Attempts other)
    {
        foreach (var ((program, what, folder), (process, by, times)) in other._described)
            Add(process, what, program, by, folder, times);
        _others += other._others;
        other._described.Clear();
        other._others = 0;
    }
}
