using System.Collections.Immutable;

namespace BuildGuard.Core.Policy;

/// <summary>How long a version must have been public.</summary>
/// <param name="Days">Days between publication and check, UTC.</param>
/// <param name="Except">Packages for which it does not count.</param>
public sealed record MinimumAge(int Days, ImmutableArray<Exemption> Except)
{
    /// <summary>Whether the age of a package counts.</summary>
    public bool AppliesTo(string id) => !Except.Any(e => e.Id.Matches(id));
}
