using System.Collections.Immutable;

namespace BuildGuard.Core.Findings;

/// <summary>How much a finding weighs.</summary>
public enum Severity
{
    /// <summary>Not shown.</summary>
    Off,

    /// <summary>Shown, does not fail.</summary>
    Warning,

    /// <summary>Fails the build.</summary>
    Error,
}

/// <summary>Something a rule found. It carries no severity: that is decided in one place, <see cref="Severities"/>.</summary>
/// <param name="Code">The rule's code, such as BG1001.</param>
/// <param name="What">What was found, one sentence with a full stop.</param>
/// <param name="Why">Why it matters, one sentence.</param>
/// <param name="Fix">What resolves it, a sentence with the exact command or JSON.</param>
/// <param name="Location">The line it points at.</param>
public sealed record Finding(string Code, string What, string Why, string Fix, SourceLocation Location)
{
    /// <summary>The id of the package it speaks of; null where it speaks of none.</summary>
    public string? PackageId { get; init; }

    /// <summary>The version of that package.</summary>
    public string? PackageVersion { get; init; }

    /// <summary>The way from a project to the package.</summary>
    public ImmutableArray<string> DependencyPath { get; init; } = [];

    /// <summary>The package's folder on this machine, where the texts name it; reports that leave the machine replace it.</summary>
    public string? PackageFolder { get; init; }

    /// <summary>A milder or stricter case of the same rule that has a default severity of its own; null for the plain case.</summary>
    public string? Variant { get; init; }
}

/// <summary>A finding with the severity that policy and defaults give it.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Severity">Error or warning.</param>
public sealed record JudgedFinding(Finding Finding, Severity Severity);
