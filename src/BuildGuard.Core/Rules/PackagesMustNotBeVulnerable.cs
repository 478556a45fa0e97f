using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG3003: No package has a known vulnerability that the policy does not tolerate.</summary>
/// <remarks>
/// A gate that turns red overnight, without any change, is switched off sooner or later. So an advisory that the lock did not know of is a case of its own, which
/// warns by default; one that was known when the package was locked, or that a change brings in, fails.
/// </remarks>
public sealed class PackagesMustNotBeVulnerable : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG3003";

    /// <inheritdoc/>
    public override string Sentence => "No package has a known vulnerability that the policy does not tolerate.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var advice = new FixAdvice(input);
        return from match in AdvisoryMatching.Vulnerabilities(input)
               select Judge(match, advice, input);
    }

    private Finding Judge(AdvisoryMatch match, FixAdvice advice, CheckInput input)
    {
        var package = match.Package;
        var isNew = !match.IsKnownToLock;
        return About(package,
            $"{package.Id} {package.Version} has a known vulnerability of {AdvisoryText.Word(match.Severity)} severity, {AdvisoryText.Names(match)}{AdvisoryText.Summary(match)}{(isNew ? " (not known yet when the package was locked)" : "")}.",
            "How it is exploited is public, or soon will be.",
            advice.For(match)) with
        { Variant = isNew && !input.Policy.Advisories!.NewFails ? Severities.NewAdvisory : null };
    }
}
