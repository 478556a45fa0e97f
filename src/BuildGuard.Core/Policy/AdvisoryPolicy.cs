using System.Collections.Immutable;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Policy;

/// <summary>What the policy asks of advisories.</summary>
public sealed record AdvisoryPolicy
{
    /// <summary>The databases.</summary>
    public ImmutableArray<AdvisorySource> Databases { get; init; } = [];

    /// <summary>The mildest vulnerability that fails. Malicious packages always do.</summary>
    public AdvisorySeverity Fail { get; init; } = AdvisorySeverity.Moderate;

    /// <summary>Whether an advisory that was not known when the package was locked fails as well, instead of warning.</summary>
    public bool NewFails { get; init; }

    /// <summary>How old the data of a database may be, in days.</summary>
    public int MaxAgeDays { get; init; } = 14;

    /// <summary>Advisories that are tolerated.</summary>
    public ImmutableArray<AdvisoryIgnore> Ignore { get; init; } = [];
}

/// <summary>An advisory database that the policy names.</summary>
/// <param name="Path">Path relative to the policy's folder, as the policy writes it.</param>
/// <param name="Location">Where it stands.</param>
public sealed record AdvisorySource(string Path, SourceLocation Location);

/// <summary>An entry of <c>advisories.ignore</c>.</summary>
/// <param name="AdvisoryId">Id of the advisory, or one of its aliases.</param>
/// <param name="Exemption">The packages, reason, expiry and place.</param>
public sealed record AdvisoryIgnore(string AdvisoryId, Exemption Exemption);
