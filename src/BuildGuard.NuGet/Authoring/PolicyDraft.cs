using System.Text;
using System.Text.Encodings.Web;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// Writes the first policy of a repo: green on what is there, with each thing that falls short named as an exception of its own.
/// Pure: the same graph gives the same text.
/// </summary>
public static class PolicyDraft
{
    /// <summary>The policy's text: JSON with comments, line feeds.</summary>
    /// <param name="graph">A graph without gaps.</param>
    public static string Write(PackageGraph graph)
    {
        var text = new StringBuilder("""
            {
              "$schema": "./buildguard.schema.json",
              "version": 1,

              // "enforce": violations fail the build. "audit": they are warnings, except hash and guard findings.
              "mode": "enforce",

              // A build where BuildGuard is only a PackageReference fails: the check must run from this repo's own files.
              "gate": "required",

              "signatures": {
                // Every package is signed by someone whose certificate chain holds.
                "default": "signed",
                "packages": [
            """);
        var unsigned = graph.Packages.Where(p => p.Signature.IsKnown && (!p.Signature.Value.IsSigned || SignaturesMustBeValid.IsDoubtful(p))).Select(p => p.Id);
        var unsignedEntries = Distinct(unsigned).Select(id =>
            $"      {{ \"id\": {Quote(id)}, \"unsigned\": true, \"reason\": \"Not signed when BuildGuard was introduced; nobody has reviewed it yet.\" }}").ToList();
        AppendEntries(text, unsignedEntries, "    ]\n  },\n\n");
        text.Append("""
              "hashes": { "lock": "buildguard.lock.json" },

              // Packages that this repo refuses: { "id": "Evil.*", "versions": "[1.0,2.0)", "reason": "…", "use": "Good" }
              "block": [],

              // Scripts that an IDE runs when a package is installed are refused unless they are named here.
              "buildScripts": {
                "allow": [
            """);
        var scripted = graph.Packages.Where(p => p.Entries.IsKnown && PackageScriptsMustNotShip.ScriptsOf(p).Any()).Select(p => p.Id);
        var scriptEntries = Distinct(scripted).Select(id =>
            $"      {{ \"id\": {Quote(id)}, \"kinds\": [ \"scripts\" ], \"reason\": \"Shipped install scripts when BuildGuard was introduced; nobody has reviewed them yet.\" }}").ToList();
        AppendEntries(text, scriptEntries, "    ]\n  }\n}\n");
        return text.ToString();
    }

    private static void AppendEntries(StringBuilder text, List<string> entries, string end)
    {
        text.Append('\n');
        if (entries.Count > 0)
            text.AppendJoin(",\n", entries).Append('\n');
        text.Append(end);
    }

    private static IEnumerable<string> Distinct(IEnumerable<string> ids) => ids.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static string Quote(string id) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(id)}\"";
}
