using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>BG0008: Everything that the rules judge by was read.</summary>
public sealed class EvidenceMustBeComplete : Rule
{
    private const string Why = "Nothing passes because evidence is missing.";

    /// <inheritdoc/>
    public override string Code => "BG0008";

    /// <inheritdoc/>
    public override string Sentence => "Everything that the rules judge by was read.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        foreach (var gap in input.Graph.Gaps)
            yield return At(gap.Location, gap.What + ".", Why, gap.Fix);
        if (input.Lock.Problem is { } problem)
        {
            yield return At(problem.Location, problem.What, Why,
                "Take the last good version from version control (git checkout -- buildguard.lock.json), then run: buildguard lock");
        }
        foreach (var database in input.Advisories.Databases)
        {
            if (GapOf(database) is { } missing)
                yield return At(database.Source.Location, $"The advisories of {Printable.Of(database.Source.Path)} cannot be used: {missing}.", Why, AdvisoryText.Mend(database));
        }
        foreach (var package in input.Graph.Downloaded)
        {
            if (GapOf(package) is { } missing)
            {
                yield return About(package, $"{package.Id} {package.Version} cannot be judged: {missing}.", Why,
                    $"{Refetch.Sentence(input, package)}; if it comes back the same, the feed serves a broken package.");
            }
        }
    }

    private static string? GapOf(AdvisoryDatabase database) => database.Data switch
    {
        null => database.Problem,
        { UnreadCount: > 0 and var n, Unread: var some } => $"{(n == 1 ? "a record" : $"{n:N0} records")} cannot be read ({string.Join("; ", some)}{(n > some.Length ? "; …" : "")})",
        { Records: 0 } => "no record in it speaks of NuGet packages",
        _ => null,
    };

    private static string? GapOf(PackageFacts package) =>
        !package.Entries.IsKnown ? package.Entries.Gap
        : !package.ContentHash.IsKnown ? package.ContentHash.Gap
        : !package.Nuspec.IsKnown ? package.Nuspec.Gap
        : !package.Signature.IsKnown ? package.Signature.Gap
        : !package.RestoredHash.IsKnown && !package.HasNoRestoredHash ? package.RestoredHash.Gap
        : !package.Files.IsKnown ? package.Files.Gap
        : !package.Traits.IsKnown ? package.Traits.Gap
        : !package.Extracted.IsKnown ? package.Extracted.Gap
        : null;
}
