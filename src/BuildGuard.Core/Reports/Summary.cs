using System.Globalization;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Reports;

/// <summary>The line that says what a check was worth: how much it looked at, and what came of it.</summary>
public static class Summary
{
    /// <summary>One line, counted from the evidence of this run.</summary>
    public static string Line(CheckResult result)
    {
        var scope = string.Create(CultureInfo.InvariantCulture,
            $"{Count(result.Projects, "project")}, {Count(result.Packages, "package")}, {(result.Packs > 0 ? Count(result.Packs, "pack") + ", " : "")}{(result.Sdks > 0 ? Count(result.Sdks, "MSBuild SDK") + ", " : "")}{(result.Tools > 0 ? Count(result.Tools, "tool") + ", " : "")}{(result.ToolchainFiles > 0 ? Count(result.ToolchainFiles, "toolchain file") + ", " : "")}{Count(result.Files, "file")}, {Count(result.Rules, "rule")}");
        var downloaded = result.Packages + result.Packs + result.Sdks + result.Tools;
        var evidence = result.IsUnchanged
            ? "nothing has changed since the last check"
            : downloaded == 0
            ? "no package was read"
            : result.PackagesFromCache == 0
            ? "all evidence read in this run"
            : result.PackagesFromCache == downloaded
                ? "package evidence from the cache, files unchanged since"
                : string.Create(CultureInfo.InvariantCulture, $"evidence of {Count(result.PackagesFromCache, "package")} from the cache, files unchanged since; {downloaded - result.PackagesFromCache} read in this run");
        if (result is { AdvisoryDay: { } day, AdvisoryAge: var age })
            evidence += string.Create(CultureInfo.InvariantCulture, $"; advisories of {day:yyyy-MM-dd}, {Count(Math.Max(age ?? 0, 0), "day")} old");
        var verdict = (result.Errors, result.Warnings) switch
        {
            (0, 0) => "passed",
            (0, var w) => $"passed with {Count(w, "warning")}",
            (var e, 0) => $"FAILED with {Count(e, "error")}",
            var (e, w) => $"FAILED with {Count(e, "error")} and {Count(w, "warning")}",
        };
        var mode = result.Mode switch
        {
            GuardMode.Audit => " AUDIT MODE: most violations are only warnings.",
            GuardMode.Off => " OFF: nothing was checked.",
            _ => "",
        };
        return $"BuildGuard {verdict}: {scope} ({evidence}).{mode}";
    }

    /// <summary>What was downloaded, by kinds: "8 packages, 1 pack and 2 tools". Packages are named always, the others where there are some.</summary>
    public static string Downloads(int packages, int packs, int sdks, int tools)
    {
        (int Count, string Noun)[] others = [(packs, "pack"), (sdks, "MSBuild SDK"), (tools, "tool")];
        return ApprovalText.And([Count(packages, "package"), .. others.Where(o => o.Count > 0).Select(o => Count(o.Count, o.Noun))]);
    }

    /// <summary>What a repo holds that is introduced to BuildGuard, as a sentence.</summary>
    /// <param name="graph">A graph in which every signature was read.</param>
    public static string Found(PackageGraph graph)
    {
        var signed = graph.Downloaded.Count(p => p.Signature.Value.Holds);
        var scripted = graph.Packages.Count(p => PackageScriptsMustNotShip.ScriptsOf(p).Any());
        return string.Create(CultureInfo.InvariantCulture,
            $"Found {Downloads(graph.Packages.Length, graph.Packs.Length, graph.Sdks.Length, graph.Tools.Length)} in {Count(graph.Projects.Length, "project")}: {signed:N0} with a signature that holds, {graph.Downloaded.Count() - signed:N0} without, {scripted:N0} with install scripts.");
    }

    /// <summary>A number with its noun, in the plural where there is not exactly one.</summary>
    public static string Count(int n, string noun) => string.Create(CultureInfo.InvariantCulture, $"{n:N0} {noun}{(n == 1 ? "" : "s")}");
}
