using System.Collections.Immutable;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Policy;

/// <summary>A source that packages may come from: an entry of <c>sources</c>.</summary>
/// <param name="Name">Its name in policy and lock; NuGet's configuration may call it something else.</param>
/// <param name="Address">Its address as <see cref="Sources.SourceAddress.Identity"/> gives it.</param>
/// <param name="Location">Where the entry stands.</param>
public sealed record PolicySource(string Name, string Address, SourceLocation Location)
{
    /// <summary>Ids that come from here; empty for any.</summary>
    public ImmutableArray<IdPattern> Packages { get; init; } = [];

    /// <summary>Whether those ids come from nowhere else.</summary>
    public bool IsExclusive { get; init; }
}
