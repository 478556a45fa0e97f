using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG3002: No package is known to be malicious.</summary>
/// <remarks>No severity, no threshold and no exception changes it: whoever is sure that a record is wrong has it withdrawn, or removes the record from the database.</remarks>
public sealed class PackagesMustNotBeMalicious : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG3002";

    /// <inheritdoc/>
    public override string Sentence => "No package is known to be malicious.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from match in AdvisoryMatching.Of(input)
        where match.IsMalicious
        let package = match.Package
        select About(package,
            $"{package.Id} {package.Version} is malicious, says {AdvisoryText.Names(match)}{AdvisoryText.Summary(match)}.",
            "It was made to do harm: where its code ran (a build, a test, an app), take what that account could reach for known to others.",
            package.IsDirect ? $"Remove the reference, delete {package.Folder ?? "the package's folder"}, and look at what ran since it came in."
                : $"It comes in through {package.DependencyPath.ElementAtOrDefault(1) ?? "another package"}: remove or replace that, delete {package.Folder ?? "the package's folder"}, and look at what ran since it came in.");
}
