namespace BuildGuard.Core.Advisories;

/// <summary>Gathers records one by one, keeping those that are asked for and counting the rest, so that a large database needs little memory.</summary>
/// <param name="isWanted">Whether a package id is asked for.</param>
/// <param name="today">The day of the check, UTC. A record dated after tomorrow says nothing about how new the data is.</param>
public sealed class AdvisoryCollector(Func<string, bool> isWanted, DateOnly today)
{
    /// <summary>How many unreadable records are named one by one.</summary>
    public const int MaxUnread = 10;

    private readonly List<Advisory> _kept = [];
    private readonly List<string> _unread = [];
    private int _records;
    private int _unreadCount;
    private DateTimeOffset? _newest;

    /// <summary>Takes one record.</summary>
    /// <param name="utf8">Its bytes.</param>
    /// <param name="name">Its name in the database.</param>
    public void Add(ReadOnlyMemory<byte> utf8, string name)
    {
        var (advisory, problem) = OsvReader.Read(utf8, name, isWanted);
        if (advisory is null)
            Refuse(name, problem!);
        else
            Add(advisory);
    }

    /// <summary>Notes a record that could not even be opened.</summary>
    /// <param name="name">Its name in the database.</param>
    /// <param name="problem">Why, as a clause.</param>
    public void Refuse(string name, string problem)
    {
        _unreadCount++;
        if (_unread.Count < MaxUnread)
            _unread.Add($"{Printable.Of(name, 80)}: {problem}");
    }

    /// <summary>Takes a record that was read elsewhere.</summary>
    public void Add(Advisory advisory)
    {
        if (advisory.Modified is { } time && DateOnly.FromDateTime(time.UtcDateTime) <= today.AddDays(1) && (_newest is null || time > _newest))
            _newest = time;
        if (advisory.Affected.IsEmpty)
            return;
        _records++;
        if (advisory.Affected.Any(a => isWanted(a.Id)))
            _kept.Add(advisory with { Affected = [.. advisory.Affected.Where(a => isWanted(a.Id))] });
    }

    /// <summary>Everything that two collectors took.</summary>
    public AdvisoryCollector Join(AdvisoryCollector other)
    {
        _kept.AddRange(other._kept);
        _unread.AddRange(other._unread.Take(MaxUnread - _unread.Count));
        _records += other._records;
        _unreadCount += other._unreadCount;
        _newest = _newest is null || other._newest > _newest ? other._newest : _newest;
        return this;
    }

    /// <summary>The result, in an order that does not depend on that of the records.</summary>
    public AdvisoryData ToData() => new()
    {
        Advisories = [.. _kept.OrderBy(a => a.Id, StringComparer.Ordinal)],
        Records = _records,
        Newest = _newest,
        Unread = [.. _unread.Order(StringComparer.Ordinal)],
        UnreadCount = _unreadCount,
    };
}
