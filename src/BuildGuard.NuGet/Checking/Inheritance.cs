using System.Collections.Immutable;
using System.Xml.Linq;
using BuildGuard.Core;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Checking;

/// <summary>
/// Says, by text alone, which projects do not inherit the guard and why. MSBuild is the judge of it in a restore; this is for a check that evaluates nothing,
/// and for the reason that MSBuild does not give.
/// </summary>
internal static class Inheritance
{
    private const string Unhide = "Run: buildguard init, which adds the import to nested files, or import the parent's file at the top of this one.";
    private const string Reinstall = "Run: buildguard init, which puts the import back.";

    private static readonly (string File, string Import, string Switch, string Moved)[] Hooks =
    [
        ("Directory.Build.props", "BuildGuard.props", "ImportDirectoryBuildProps", "DirectoryBuildPropsPath"),
        ("Directory.Build.targets", "BuildGuard.targets", "ImportDirectoryBuildTargets", "DirectoryBuildTargetsPath"),
    ];

    // By these the gate gets its place in an evaluation, and by these NuGet's own imports would come back beside it.
    private static readonly string[] Places = ["CustomAfterDirectoryBuildProps", "CustomBeforeDirectoryBuildTargets"];
    private static readonly string[] Reopeners = ["ImportProjectExtensionProps", "ImportProjectExtensionTargets"];

    /// <summary>The projects that do not inherit the guard, of a repo into whose build files it was installed; none in another.</summary>
    /// <param name="guard">How the guard stands. What MSBuild found is kept, with a better reason where the text shows one.</param>
    /// <param name="root">The policy's folder.</param>
    /// <param name="projects">Full paths of the projects.</param>
    /// <param name="texts">The build files that were read already.</param>
    public static ImmutableArray<UnguardedProject> Read(GuardFacts guard, string root, IEnumerable<string> projects, BuildFiles texts)
    {
        if (!Disk.IsFile(Path.Combine(root, HookInstaller.FolderName, "BuildGuard.targets")))
            return guard.Unguarded;
        var told = guard.Unguarded.ToDictionary(u => FileApps.SourceOf(u.Path) ?? u.Path);
        var repo = EnvironmentReading.RepoOf(root);
        var found = ImmutableArray.CreateBuilder<UnguardedProject>();
        foreach (var project in projects.Where(Disk.IsFile).Union(told.Keys))
        {
            List<BuildFileText> files = texts.Of(project) is { } own ? [.. EnvironmentReading.TakenIn(own, repo, texts).Where(t => Path.GetFileName(t.Folder) != HookInstaller.FolderName)] : [];
            // A restore has asked MSBuild, which knows better what an import leads to.
            var reasons = guard.Level == GuardLevel.RestoreHook && !told.ContainsKey(project) ? [] : Missing(project, files, root, texts).ToList();
            if (guard.HasGate)
                reasons.AddRange(Reopened(project, files));
            if (reasons.Count == 0 && told.TryGetValue(project, out var unexplained))
                reasons.Add(unexplained);
            found.AddRange(reasons);
        }
        return found.ToImmutable();
    }

    private static IEnumerable<UnguardedProject> Missing(string project, List<BuildFileText> files, string root, BuildFiles texts)
    {
        foreach (var (name, import, switchName, moved) in Hooks)
        {
            var off = Set(files, switchName).FirstOrDefault(p => !p.Element.Value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase));
            if (off.Text is not null)
            {
                yield return Because(project, $"{switchName} is {Printable.Of(off.Element.Value.Trim(), 60)}{In(off, project)}", $"Remove {switchName}.", off);
                continue;
            }
            // Whoever moves the file may still import the guard from there; only the text of the new place could tell.
            var elsewhere = Set(files, moved).FirstOrDefault(p => p.Element.Value.Trim().Length > 0);
            if (elsewhere.Text is not null)
            {
                yield return Because(project, $"{moved} takes another file than the nearest {name}{In(elsewhere, project)}", $"Remove {moved}.", elsewhere);
                continue;
            }
            if (files.Exists(f => Imports(f, import)))
                continue;
            var last = EnvironmentReading.Chain(texts.Nearest(Path.GetDirectoryName(project)!, name), project, texts).LastOrDefault();
            if (last is null || last.Path == Path.Combine(root, name))
            {
                yield return new(project, last is null ? $"there is no {name} in the repo's folder that imports {HookInstaller.FolderName}/{import}" : $"{last.Path} does not import {HookInstaller.FolderName}/{import}")
                {
                    Fix = Reinstall,
                };
            }
            else
            {
                yield return new(project, $"{last.Path} hides the repo's own {name} and does not import it") { Fix = Unhide };
            }
        }
    }

    private static IEnumerable<UnguardedProject> Reopened(string project, List<BuildFileText> files)
    {
        foreach (var set in Places.SelectMany(p => Set(files, p)).Where(s => !s.Element.Value.Contains($"$({s.Element.Name.LocalName})", StringComparison.OrdinalIgnoreCase)))
            yield return Because(project, $"{set.Element.Name.LocalName} is set without its old value, which is how the gate gets its place{In(set, project)}",
                $"Keep the old value: <{set.Element.Name.LocalName}>$({set.Element.Name.LocalName});…</{set.Element.Name.LocalName}>", set);
        foreach (var set in Reopeners.SelectMany(p => Set(files, p)).Where(s => !s.Element.Value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase)))
            yield return Because(project, $"{set.Element.Name.LocalName} lets MSBuild import the files of packages beside the gate{In(set, project)}", $"Remove {set.Element.Name.LocalName}.", set);
    }

    /// <summary>Where files set a property in an evaluation; what a target sets comes too late to matter.</summary>
    private static IEnumerable<(BuildFileText Text, XElement Element)> Set(List<BuildFileText> files, string property) =>
        files.SelectMany(f => f.Properties.Where(e => e.Name.LocalName.Equals(property, StringComparison.OrdinalIgnoreCase) && !e.Ancestors().Any(a => a.Name.LocalName == "Target")).Select(e => (f, e)));

    private static bool Imports(BuildFileText text, string import) => text.Elements.Any(e => e.Name.LocalName == "Import"
        && (e.Attribute("Project")?.Value ?? "").Replace('\\', '/').EndsWith($"{HookInstaller.FolderName}/{import}", StringComparison.Ordinal));

    private static string In((BuildFileText Text, XElement Element) set, string project) => set.Text.Path == project ? "" : $", in {set.Text.Path}";

    private static UnguardedProject Because(string project, string reason, string fix, (BuildFileText Text, XElement Element) set) =>
        new(project, reason) { Fix = fix, Location = set.Text.At(set.Element) };
}
