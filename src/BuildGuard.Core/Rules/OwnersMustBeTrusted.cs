using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG1005: Every package belongs to an owner whom the policy accepts.</summary>
/// <remarks>Owners stand in the repository signature. Whether that is the right repository's is BG1002's question.</remarks>
public sealed class OwnersMustBeTrusted : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1005";

    /// <inheritdoc/>
    public override string Sentence => "Every package belongs to an owner whom the policy accepts.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Signature is { IsKnown: true, Value.IsIntact: true }
        let facts = package.Signature.Value
        let demand = new SignatureDemand(input.Policy.Signatures, package.Id)
        where !demand.AcceptsOwnersOf(facts)
        let entry = demand.Entry!
        select About(package,
            $"{package.Id} {package.Version} belongs to {SignatureText.Owners(facts.Owners)}, and not to {SignatureText.Names(entry.Owners)} as {entry.Location with { File = Path.GetFileName(entry.Location.File) }} asks.",
            "A gallery signs what any of its accounts uploads; only the owners say whose package it is.",
            facts.Owners.IsEmpty
            ? $"Use a version whose repository signature names an owner, or remove \"owners\" from the entry for \"{entry.Id}\" in {Path.GetFileName(input.Document.Path)}."
            : $"Find out whether the package changed hands. Only if you accept the new owners, write in the entry for \"{entry.Id}\" in {Path.GetFileName(input.Document.Path)}: \"owners\": {Printable.Of(JsonFragment.List(entry.Owners.Concat(facts.Owners)), 2000)}");
}
