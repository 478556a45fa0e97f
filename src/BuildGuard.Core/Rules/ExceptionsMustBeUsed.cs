using System.Collections.Immutable;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG0004: Every exception of the policy is still needed.</summary>
/// <remarks>
/// Only exceptions of the repo's own file count: a policy shared by many repos holds entries that one repo does not need.
/// Only a check over the whole repo can tell: a part of it uses a part of the exceptions. A package that could not be read may need its exception.
/// </remarks>
public sealed class ExceptionsMustBeUsed : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0004";

    /// <inheritdoc/>
    public override string Sentence => "Every exception of the policy is still needed.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (!input.IsWholeRepo)
            return [];
        var matters = new Lazy<ImmutableArray<AdvisoryMatch>>(() => [.. AdvisoryMatching.Of(input).Where(m => AdvisoryMatching.Counts(m, input.Policy))]);
        return from exception in input.Policy.Exceptions
               where exception.Location.File == input.Document.Path && !IsUsed(exception, input, matters)
               select At(exception.Location,
                   $"The exception for {exception.Name} in \"{exception.Key}\" matches nothing that needs it.",
                   "An exception that outlives its cause hides the next violation.",
                   exception.Reason.Length == 0 ? "Remove the entry." : $"Remove the entry (its reason was: {Printable.Of(exception.Reason, 100)}).");
    }

    private static bool IsUsed(Exemption exception, CheckInput input, Lazy<ImmutableArray<AdvisoryMatch>> matters)
    {
        var packages = input.Graph.Downloaded.Where(p => exception.Id.Matches(p.Id));
        return exception.Key switch
        {
            "signatures.packages" => packages.Any(p => Uses(p, exception, input.Policy.Signatures)),
            "buildScripts.allow" => input.Policy.BuildScripts.FirstOrDefault(b => b.Exemption == exception) is { } approval && packages.Any(p => Uses(p, approval)),
            "lookalikes.except" => PackageIdsMustNotImitate.Needs(exception, input, packages),
            "advisories.ignore" => !input.Advisories.IsComplete
                || input.Policy.Advisories?.Ignore.FirstOrDefault(i => i.Exemption == exception) is not { } ignore
                || matters.Value.Any(m => AdvisoryMatching.Covers(ignore, m)),
            _ => packages.Any(),
        };
    }

    private static bool Uses(PackageFacts package, Exemption exception, SignaturePolicy policy) =>
        new SignatureDemand(policy, package.Id).Entry is { } entry && entry.Unsigned == exception
        && (package.Signature is not { IsKnown: true, Value.Holds: true } || !new SignatureDemand(policy with { Packages = policy.Packages.Remove(entry) }, package.Id).IsMetBy(package.Signature.Value));

    private static bool Uses(PackageFacts package, BuildScriptApproval approval) =>
        !package.Entries.IsKnown || !package.Files.IsKnown || !package.Traits.IsKnown
        || (approval.Kinds.Contains("scripts") && PackageScriptsMustNotShip.ScriptsOf(package).Any())
        || BuildScripts.Of(package).Any(s => approval.Kinds.Contains(s.Kind));
}
