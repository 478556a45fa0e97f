using System.Collections.Immutable;

namespace BuildGuard.Core.Policy;

/// <summary>What the policy says of ids that imitate others.</summary>
public sealed record LookalikePolicy
{
    /// <summary>Ids and prefixes that nobody may imitate.</summary>
    public ImmutableArray<IdPattern> Protect { get; init; } = [];

    /// <summary>Ids that may look like others.</summary>
    public ImmutableArray<Exemption> Except { get; init; } = [];
}
