using System.Globalization;
using BuildGuard.Core.Policy;

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

    /// <summary>A number with its noun, in the plural where there is not exactly one.</summary>
    public static string Count(int n, string noun) => string.Create(CultureInfo.InvariantCulture, $"{n:N0} {noun}{(n == 1 ? "" : "s")}");
}
