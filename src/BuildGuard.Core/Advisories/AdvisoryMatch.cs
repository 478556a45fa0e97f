using System.Collections.Immutable;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Advisories;

/// <summary>A matter that some advisories raise about a package of the graph. Records that are aliases of each other are one matter.</summary>
/// <param name="Package">The package.</param>
/// <param name="Advisories">The records, the one that names the matter first.</param>
public sealed record AdvisoryMatch(PackageFacts Package, ImmutableArray<Advisory> Advisories)
{
    /// <summary>The id under which the matter is reported.</summary>
    public string Id => Advisories[0].Id;

    /// <summary>All names of the matter, in any database, the reported one first.</summary>
    public IEnumerable<string> Names => Advisories.SelectMany(a => a.Names).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether one of the records calls the package malicious.</summary>
    public bool IsMalicious => Advisories.Any(a => a.IsMalicious);

    /// <summary>The worst severity that a record gives. One that gives none does not hide what another gives.</summary>
    public AdvisorySeverity Severity => Advisories.Select(a => a.Severity).Where(s => s != AdvisorySeverity.Unknown).DefaultIfEmpty(AdvisorySeverity.Unknown).Max();

    /// <summary>Whether the lock was made in the knowledge of this matter: then a change brought it in, and not a newer advisory.</summary>
    public bool IsKnownToLock { get; init; }

    /// <summary>Whether the matter goes by a name.</summary>
    public bool IsNamed(string id) => Names.Contains(id, StringComparer.OrdinalIgnoreCase);
}
