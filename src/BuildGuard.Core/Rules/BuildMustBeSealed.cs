using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG4006: The build is sealed off from the network.</summary>
public sealed class BuildMustBeSealed : Rule
{
    private const string Why = "Without the seal everything that packages run in the build has the network.";

    /// <inheritdoc/>
    public override string Code => "BG4006";

    /// <inheritdoc/>
    public override string Sentence => "The build is sealed off from the network.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var network = input.Policy.Network;
        var variant = network.WarnWhenUnavailable ? Severities.Optional : null;
        foreach (var trouble in input.Guard.SealTroubles)
        {
            // No policy lets a build go on whose seal has a hole.
            var goOn = trouble.Leaks ? "" : " To let builds go on where they cannot be sealed, with a warning, write \"network\": { \"whenUnavailable\": \"warn\" } in the policy, and no \"error\" for BG4006 under \"rules\".";
            yield return At(new(input.Guard.Subject), $"This build is not sealed: {trouble.What}.", Why, trouble.Fix + goOn) with
            { Variant = trouble.Leaks ? null : variant };
        }
        if (network is { Location: { } location, Build: not BuildNetwork.Allow } && !input.Guard.HasGate)
        {
            yield return At(location, "The policy wants builds without network, but only the gate can seal a build, and it is not installed: there is no .buildguard/Gate.props.", Why,
                "Run: buildguard init. Or write \"network\": { \"build\": \"allow\" } in the policy.") with
            { Variant = variant };
        }
    }
}
