using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Policy;

/// <summary>What a build may do on the network.</summary>
public enum BuildNetwork
{
    /// <summary>Nothing: attempts are refused, and reported.</summary>
    Deny,

    /// <summary>Attempts are let through, and reported.</summary>
    Report,

    /// <summary>Everything; nobody looks.</summary>
    Allow,
}

/// <summary>What builds may do on the network.</summary>
public sealed record NetworkPolicy
{
    /// <summary>What build code may do. It is sealed off where the gate is installed.</summary>
    public BuildNetwork Build { get; init; } = BuildNetwork.Deny;

    /// <summary>Where the policy says so; null where it leaves it at the default.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>Whether a build goes on, with a warning, where it cannot be sealed.</summary>
    public bool WarnWhenUnavailable { get; init; }
}
