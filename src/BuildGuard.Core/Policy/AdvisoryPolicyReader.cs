using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Json;

namespace BuildGuard.Core.Policy;

/// <summary>Turns the <c>advisories</c> section of a valid policy into its values.</summary>
internal static class AdvisoryPolicyReader
{
    /// <summary>Reads the section; null where there is none.</summary>
    /// <param name="value">The section.</param>
    /// <param name="tolerated">Makes the exemption of an entry under a key.</param>
    /// <param name="found">Gets what only the whole section shows.</param>
    public static AdvisoryPolicy? Read(JsonValue? value, Func<JsonValue, string, Exemption> tolerated, List<PolicyProblem> found)
    {
        if (value is null)
            return null;
        ImmutableArray<JsonValue> databases = value["databases"]?.Items ?? [];
        if (databases.IsEmpty)
            found.Add(new(PolicyTrouble.Value, "\"advisories\" names no database, so nothing could be looked up.", "Add \"databases\": [ \"advisories/osv.index\" ] and run: buildguard advisories update", value.Location));
        return new()
        {
            Databases = [.. databases.Select(d => new AdvisorySource(d.Text, d.Location))],
            Fail = value["fail"] is { } fail ? Enum.Parse<AdvisorySeverity>(fail.Text, ignoreCase: true) : AdvisorySeverity.Moderate,
            NewFails = value["whenNew"]?.Text == "fail",
            MaxAgeDays = value["maxAge"] is { } age ? int.Parse(age.Text[..^1], CultureInfo.InvariantCulture) : new AdvisoryPolicy().MaxAgeDays,
            Ignore = [.. (value["ignore"]?.Items ?? []).Select(i => new AdvisoryIgnore(i["id"]!.Text, tolerated(i, "advisories.ignore") with { Detail = i["id"]!.Text }))],
        };
    }
}
