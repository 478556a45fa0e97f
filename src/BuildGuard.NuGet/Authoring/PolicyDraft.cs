using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
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
    /// <param name="withGate">Whether the gate is installed along with it.</param>
    /// <param name="root">Full path of the policy's folder.</param>
    public static string Write(PackageGraph graph, bool withGate, string root)
    {
        var text = new StringBuilder("""
            {
              "$schema": "./buildguard.schema.json",
              "version": 1,

              // "enforce": violations fail the build. "audit": they are warnings, except hash and guard findings.
              "mode": "enforce",

              // "required": a check fails where the gate is not installed in this repo's own build files.
              "gate": "GATE",


            """.Replace("GATE", withGate ? "required" : "optional", StringComparison.Ordinal));
        AppendSources(text, SourceDraft.Of(graph, root));
        text.Append("  \"signatures\": {\n");
        AppendSigners(text, SignersOf(graph));
        text.Append("""
                // Whose packages they must be, by the owners that the repository's signature names: { "id": "Microsoft.*", "signer": "gallery", "owners": [ "Microsoft" ] }
                "packages": [
            """);
        var unsigned = graph.Downloaded.Where(p => p.Signature is { IsKnown: true, Value.Holds: false }).Select(p => p.Id);
        var unsignedEntries = unsigned.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Select(id =>
            $"      {{ \"id\": {JsonFragment.Quote(id)}, \"unsigned\": true, \"reason\": \"Not signed when BuildGuard was introduced; nobody has reviewed it yet.\" }}").ToList();
        AppendEntries(text, unsignedEntries, "    ]\n  },\n\n");
        text.Append("""
              // "extracted": "full" hashes every extracted file in every check, also where nothing seems to have changed.
              "hashes": { "lock": "buildguard.lock.json", "extracted": "fast" },

              // Packages that this repo refuses: { "id": "Evil.*", "versions": "[1.0,2.0)", "reason": "…", "use": "Good" }
              "block": [],

              // What packages run: MSBuild files, tasks, analyzers, scripts of an IDE. Nothing runs without an approval; "buildguard approve ID" writes one.
              "buildScripts": {
                "default": "deny",
                // "fail": a package that would run something without an approval fails the build. "exclude": it keeps its libraries and runs nothing.
                "whenDenied": "fail",
                "allow": [
            """);
        var scriptEntries = RunningKinds(graph).Select(p =>
            $"      {{ \"id\": {JsonFragment.Quote(p.Id)}, \"kinds\": {JsonFragment.List(p.Kinds)}, \"reason\": \"{Reason(p.Kinds)}\" }}").ToList();
        AppendEntries(text, scriptEntries, "    ]\n  }");
        text.Append(withGate ? Network(OperatingSystem.IsLinux()) : "\n}\n");
        return text.ToString();
    }

    /// <summary>What builds may do on the network; written where the gate is, which alone can seal them.</summary>
    /// <param name="canSeal">Whether a build on the machine of the draft can be sealed.</param>
    internal static string Network(bool canSeal) => $$"""
        ,

          // Builds have no network, restores do. "report" lets builds through and lists who used it. Only builds on Linux can be sealed off: "whenUnavailable" says whether others fail or warn.
          "network": { "build": "deny", "whenUnavailable": "{{(canSeal ? "fail" : "warn")}}" }
        }

        """;

    /// <summary>
    /// Signers who between them signed every package whose signature holds: the public gallery, and for the rest the repository, or the author where no repository signed.
    /// </summary>
    public static ImmutableArray<TrustedSigner> SignersOf(PackageGraph graph)
    {
        var signed = graph.Downloaded.Where(p => p.Signature is { IsKnown: true, Value.Holds: true }).Select(p => p.Signature.Value).ToList();
        List<TrustedSigner> signers = signed.Exists(TrustedSigner.Gallery.Signed) ? [TrustedSigner.Gallery] : [];
        foreach (var facts in signed)
        {
            if (!signers.Exists(s => s.Signed(facts)))
                signers.Add(TrustedSigner.From((facts.Repository ?? facts.Author)!, facts, [.. signers.Select(s => s.Name)]));
        }
        return [.. signers];
    }

    private static void AppendSources(StringBuilder text, ImmutableArray<SourceDraft> sources)
    {
        if (sources.IsEmpty)
            return;
        text.Append("""
              // The only sources that packages may come from. A feed of your own that has ids to itself: { "url": "…", "packages": [ "Contoso.*" ], "exclusive": true }
              "sources": {

            """);
        text.AppendJoin(",\n", sources.Select(s => (s.Packages.IsEmpty ? "" : "    // Not in NuGet's configuration: these lay in the packages folder when BuildGuard was introduced; nobody has reviewed where they come from.\n") + $"    {s.ToJson()}"));
        text.Append("\n  },\n\n");
    }

    private static void AppendSigners(StringBuilder text, ImmutableArray<TrustedSigner> signers)
    {
        if (signers.IsEmpty)
        {
            text.Append("    // Every package is signed by someone whose certificate chain holds.\n    \"default\": \"signed\",\n");
            return;
        }
        text.Append("    // \"trusted\": every package is signed by a signer of this list. \"signed\": by anyone whose certificate chain holds.\n    \"default\": \"trusted\",\n    \"signers\": {\n");
        text.AppendJoin(",\n", signers.Select(s => (s == TrustedSigner.Gallery
            ? "      // The public gallery, by the certificates that BuildGuard knows. A new one is one more in the list: [ \"gallery\", \"sha256:…\" ]\n"
            : "      // Signed packages when BuildGuard was introduced; nobody has reviewed it yet.\n") + $"      {s.ToJson()}"));
        text.Append("\n    },\n");
    }

    /// <summary>The packages that run something in a build or in an IDE, by id over all versions, with the kinds in the order of the documentation.</summary>
    public static ImmutableArray<(string Id, ImmutableArray<string> Kinds)> RunningKinds(PackageGraph graph)
    {
        ImmutableArray<string> order = [.. BuildScripts.Kinds, "scripts"];
        return [.. graph.Packages.GroupBy(p => p.Id, StringComparer.OrdinalIgnoreCase)
            .Select(g => (Id: g.Key, Kinds: g.SelectMany(KindsOf).Distinct().OrderBy(k => order.IndexOf(k)).ToImmutableArray()))
            .Where(p => p.Kinds.Length > 0)
            .OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase)];
    }

    private static IEnumerable<string> KindsOf(PackageFacts package) =>
        BuildScripts.Of(package).Select(s => s.Kind).Concat(package.Entries.IsKnown && PackageScriptsMustNotShip.ScriptsOf(package).Any() ? ["scripts"] : []);

    private static string Reason(ImmutableArray<string> kinds) => kinds is ["scripts"]
        ? "Shipped install scripts when BuildGuard was introduced; nobody has reviewed them yet."
        : "Ran when BuildGuard was introduced; nobody has reviewed it yet.";

    private static void AppendEntries(StringBuilder text, List<string> entries, string end)
    {
        text.Append('\n');
        if (entries.Count > 0)
            text.AppendJoin(",\n", entries).Append('\n');
        text.Append(end);
    }
}
