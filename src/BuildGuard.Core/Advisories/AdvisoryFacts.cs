using System.Collections.Immutable;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Advisories;

/// <summary>What a check knows from the advisory databases of the policy.</summary>
/// <param name="Databases">The databases, in the order of the policy.</param>
public sealed record AdvisoryFacts(ImmutableArray<AdvisoryDatabase> Databases)
{
    /// <summary>No databases.</summary>
    public static AdvisoryFacts None { get; } = new([]);

    /// <summary>Whether every database was read, to the last record.</summary>
    public bool IsComplete => Databases.All(d => d.Data is { UnreadCount: 0 });

    /// <summary>The day of the oldest database; null where there is none, or one that does not say.</summary>
    public DateOnly? Oldest => Databases.IsEmpty || Databases.Any(d => d.Data?.Day is null) ? null : Databases.Min(d => d.Data!.Day);

    /// <summary>The records that stand on a day. Of one that several databases have, the newest: it may take back what an older one says.</summary>
    public IEnumerable<Advisory> Standing(DateOnly today) =>
        Databases.Where(d => d.Data is not null).SelectMany(d => d.Data!.Advisories)
            .GroupBy(a => a.Id, StringComparer.OrdinalIgnoreCase).Select(g => g.MaxBy(a => a.Modified ?? DateTimeOffset.MinValue)!)
            .Where(a => a.Withdrawn is null || a.Withdrawn > today);
}

/// <summary>A database of the policy, as it was read.</summary>
/// <param name="Source">What the policy names.</param>
/// <param name="Data">Its records about packages of the graph; null where it cannot be read.</param>
/// <param name="Problem">Why it cannot be read, as a clause; null where it was.</param>
public sealed record AdvisoryDatabase(AdvisorySource Source, AdvisoryData? Data, string? Problem)
{
    /// <summary>Whether it is a folder of records, which no command updates.</summary>
    public bool IsFolder { get; init; }
}
