using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// What somebody reads before approving: files, what the build files say of themselves, and the difference to what was approved before.
/// All of it is a package's own text, so every line is made printable and every list is bounded.
/// </summary>
public static class ApprovalReview
{
    private const int MaxFiles = 20;
    private const int MaxTraits = 10;
    private const int MaxDiffLines = 200;
    private const int MaxTextBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly ImmutableArray<(BuildTraitKind Kind, string Words)> Words =
    [
        (BuildTraitKind.InitialTargets, "runs first in every build (InitialTargets)"),
        (BuildTraitKind.InlineTask, "carries the source of tasks"),
        (BuildTraitKind.RunsCommand, "runs commands"),
        (BuildTraitKind.Downloads, "downloads"),
        (BuildTraitKind.ImportsSdk, "imports MSBuild SDKs, which MSBuild downloads and evaluates (BG2006 asks for them in the lock)"),
        (BuildTraitKind.ReachesOut, "reaches out of its folder, so that the approval covers the whole package"),
        (BuildTraitKind.RegistersTask, "registers tasks"),
        (BuildTraitKind.DefinesTarget, "defines targets"),
        (BuildTraitKind.Imports, "imports"),
        (BuildTraitKind.OtherText, "is MSBuild text under another name"),
        (BuildTraitKind.TypeProvider, "is a type provider, which the F# compiler runs"),
    ];

    /// <summary>The review as lines.</summary>
    public static IEnumerable<string> Of(ApprovalPlan plan)
    {
        var lines = new List<string>();
        var left = MaxDiffLines;
        foreach (var package in plan.Decisions.Select(d => d.Package).Concat(plan.WithScripts).Distinct())
        {
            lines.Add($"{package.Id} {package.Version.ToNormalizedString()}{(package.DependencyPath.Length > 1 ? $" ({Printable.Of(string.Join(" > ", package.DependencyPath), 300)})" : "")}");
            if (package.Folder is not null)
                lines.Add($"  its files: {Printable.Of(package.Folder, 500)}");
            foreach (var decision in plan.Decisions.Where(d => d.Package == package))
                Describe(decision, lines, ref left);
            if (plan.WithScripts.Contains(package))
                lines.Add($"  scripts, whatever they hold: {Printable.Of(string.Join(", ", PackageScriptsMustNotShip.ScriptsOf(package)), 300)}");
        }
        return lines;
    }

    private static void Describe(BuildScriptDecision decision, List<string> lines, ref int left)
    {
        var (package, script) = (decision.Package, decision.Script);
        lines.Add($"  {script.Kind}, {Core.Reports.Summary.Count(script.Files.Length, "file")}{(decision.ApprovedHash == script.Hash ? ", approved" : decision.ApprovedHash is null ? ", new" : ", changed since somebody approved them")}:");
        Bounded(lines, script.Files, MaxFiles, f => $"    {Printable.Of(f.Path, 200)}{Size(package, f)}");
        var files = script.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var traits = package.Traits.IsKnown ? package.Traits.Value.Where(t => files.Contains(t.Path)).ToList() : [];
        foreach (var (kind, words) in Words)
        {
            var found = traits.Where(t => t.Kind == kind && !(kind == BuildTraitKind.Imports && t.Detail.Length == 0)).ToList();
            if (found.Count == 0)
                continue;
            lines.Add($"    {words}:");
            Bounded(lines, found, MaxTraits, t => $"      {Printable.Of(t.Detail, 200)} ({Printable.Of(t.Path, 120)}{(t.Line > 0 ? $", line {t.Line}" : "")})");
        }
        if (decision.ApprovedHash is { } hash && hash != script.Hash)
            Compare(package, script, hash, lines, ref left);
    }

    private static void Compare(PackageFacts package, BuildScript script, string hash, List<string> lines, ref int left)
    {
        if (ApprovedVersion.Find(package, script.Kind, hash) is not { } old || package.Folder is null)
        {
            lines.Add("    What was approved is not in the packages folder any more, so there is nothing to compare with. Restore the old version to see the difference.");
            return;
        }
        lines.Add($"    Against what was approved ({Printable.Of(Path.GetFileName(old.Folder), 60)}):");
        var before = old.Files.ToDictionary(f => f.Path, f => f.Sha256, StringComparer.Ordinal);
        var after = script.Files.ToDictionary(f => f.Path, f => f.Sha256, StringComparer.Ordinal);
        foreach (var path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Where(p => before.GetValueOrDefault(p) != after.GetValueOrDefault(p)))
        {
            var state = !before.ContainsKey(path) ? "added" : !after.ContainsKey(path) ? "removed" : "changed";
            var diff = LineDiff.Between(Lines(before.ContainsKey(path) ? Path.Combine(old.Folder, path) : null), Lines(after.ContainsKey(path) ? Path.Combine(package.Folder, path) : null));
            lines.Add($"      {Printable.Of(path, 200)}: {state}{(diff.Count == 0 ? " (not text)" : "")}");
            foreach (var line in diff.Take(left))
                lines.Add($"        {Printable.Of(line.TrimEnd('\r'), 200)}");
            if (diff.Count > left)
                lines.Add($"        … {(diff.Count - left).ToString("N0", CultureInfo.InvariantCulture)} lines more; compare the two folders.");
            left = Math.Max(0, left - diff.Count);
        }
    }

    /// <summary>The lines of a text file; none where it is not text, too long, or not there.</summary>
    private static string[] Lines(string? path)
    {
        if (path is null || BoundedFile.Read(path, MaxTextBytes).Bytes is not { } bytes || bytes.Contains((byte)0))
            return [];
        try
        {
            return Strict.GetString(bytes).Split('\n');
        }
        catch (DecoderFallbackException)
        {
            return [];
        }
    }

    private static string Size(PackageFacts package, PackageFile file)
    {
        try
        {
            return package.Folder is not null && new FileInfo(Path.Combine(package.Folder, file.Path)) is { Exists: true } info
                ? string.Create(CultureInfo.InvariantCulture, $" ({info.Length:N0} bytes)")
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }

    private static void Bounded<T>(List<string> lines, IReadOnlyCollection<T> items, int max, Func<T, string> line)
    {
        lines.AddRange(items.Take(max).Select(line));
        if (items.Count > max)
            lines.Add($"{new string(' ', line(items.First()).TakeWhile(c => c == ' ').Count())}and {(items.Count - max).ToString("N0", CultureInfo.InvariantCulture)} more");
    }
}
