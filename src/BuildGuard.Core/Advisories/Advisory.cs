using System.Collections.Immutable;
using NuGet.Versioning;

namespace BuildGuard.Core.Advisories;

/// <summary>One record of an advisory database, as far as it speaks of NuGet packages.</summary>
/// <param name="Id">The record's id, such as GHSA-5crp-9r3c-p9vr. A record without one goes by its first alias, else by its file's name.</param>
public sealed record Advisory(string Id)
{
    /// <summary>Other ids of the same matter, in other databases.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>What it is about, in one line; may be empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Whether the package was made to do harm, as opposed to having a flaw.</summary>
    public bool IsMalicious { get; init; }

    /// <summary>How bad it is.</summary>
    public AdvisorySeverity Severity { get; init; } = AdvisorySeverity.Unknown;

    /// <summary>When the record was published, UTC; null where it does not say.</summary>
    public DateOnly? Published { get; init; }

    /// <summary>When the record last changed, UTC; null where it does not say.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>From which day on the record is taken back, UTC; null where it stands.</summary>
    public DateOnly? Withdrawn { get; init; }

    /// <summary>The packages it speaks of, each id once.</summary>
    public ImmutableArray<AffectedPackage> Affected { get; init; } = [];

    /// <summary>Every name of the matter: the id, then the aliases.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Id);
}

/// <summary>The versions of one package that an advisory speaks of.</summary>
/// <param name="Id">The package's id as the record writes it; it may differ in case from the real one.</param>
/// <param name="Spans">Affected ranges of versions.</param>
/// <param name="Versions">Affected versions that the record lists one by one.</param>
public sealed record AffectedPackage(string Id, ImmutableArray<VersionSpan> Spans, ImmutableArray<NuGetVersion> Versions)
{
    /// <summary>Whether a version is affected.</summary>
    public bool Includes(NuGetVersion version)
    {
        foreach (var span in Spans)
        {
            if (span.Includes(version))
                return true;
        }
        return Versions.Contains(version);
    }
}

/// <summary>A range of versions, from the first affected one. Unlike NuGet's ranges it can begin before every version: OSV's "0" is older than 0.0.0-alpha.</summary>
/// <param name="From">The first version in it; null for the very first of all.</param>
/// <param name="To">The version that ends it; null where nothing does.</param>
/// <param name="IncludesTo">Whether <paramref name="To"/> itself is affected: it is the last affected version, not the first fixed one.</param>
public sealed record VersionSpan(NuGetVersion? From, NuGetVersion? To, bool IncludesTo)
{
    /// <summary>Every version.</summary>
    public static VersionSpan All { get; } = new(null, null, false);

    /// <summary>Whether a version lies in the range. Prereleases count by their place in the order; build metadata does not count.</summary>
    public bool Includes(NuGetVersion version) =>
        (From is null || version >= From) && (To is null || (IncludesTo ? version <= To : version < To));
}
