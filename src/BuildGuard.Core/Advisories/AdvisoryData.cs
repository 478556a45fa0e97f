using System.Collections.Immutable;

namespace BuildGuard.Core.Advisories;

/// <summary>What was read of one advisory database.</summary>
public sealed record AdvisoryData
{
    /// <summary>The records that were asked for, sorted by id.</summary>
    public ImmutableArray<Advisory> Advisories { get; init; } = [];

    /// <summary>How many records of the database speak of NuGet packages.</summary>
    public int Records { get; init; }

    /// <summary>When the newest of all its records changed, UTC: the data is at least as new as that. Null where no record says.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>When <c>buildguard advisories update</c> fetched it, UTC; null for data that came otherwise.</summary>
    public DateTimeOffset? Fetched { get; init; }

    /// <summary>Where it was fetched from; null for data that came otherwise.</summary>
    public string? Source { get; init; }

    /// <summary>Records that could not be read, each with the reason: "GHSA-x.json: it is not JSON (line 1)". The first few, and how many there are in all.</summary>
    public ImmutableArray<string> Unread { get; init; } = [];

    /// <summary>How many records could not be read.</summary>
    public int UnreadCount { get; init; }

    /// <summary>The day that the data stands for: when it was fetched, else when its newest record changed; null where nothing says.</summary>
    public DateOnly? Day => (Fetched ?? Newest) is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : null;
}
