using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Checking;

/// <summary>
/// Finds what takes part in a build although no package brought it and no review saw it: variables of the environment, response files, files of the user
/// beside a project, folders of user extensions, and build files outside of the repo. Reads texts and names; evaluates nothing.
/// </summary>
internal static class EnvironmentReading
{
    private const int MaxExtensions = 10;

    private static readonly string[] Inherited = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

    private static readonly string[] OfSolutions = ["Directory.Solution.props", "Directory.Solution.targets"];

    /// <summary>Reads.</summary>
    /// <param name="root">The policy's folder.</param>
    /// <param name="projects">Full paths of the projects.</param>
    /// <param name="subject">Full path of what is checked: a solution, a project or a folder.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="texts">The build files that were read already.</param>
    public static ImmutableArray<EnvironmentTrouble> Read(string root, IReadOnlyCollection<string> projects, string subject, Machine machine, BuildFiles texts)
    {
        var start = Disk.IsFolder(subject) ? subject : Path.GetDirectoryName(subject) ?? root;
        string[] folders = [start, .. projects.Select(p => Path.GetDirectoryName(p)!).Distinct()];
        return
        [
            .. EnvironmentVariables.Read(machine, new(subject)),
            .. ResponseFiles.Read(folders),
            .. projects.SelectMany(p => PersonalFiles.Read(texts.Of(p + ".user"))),
            .. PersonalFiles.BesideSolutions(start).SelectMany(p => PersonalFiles.Read(texts.Of(p))),
            .. Extensions(machine),
            .. Outside(RepoOf(root), folders, projects, start, texts),
        ];
    }

    /// <summary>The folder of the repo that a policy belongs to: the nearest with a .git entry, else the policy's own.</summary>
    public static string RepoOf(string root)
    {
        return Disk.Up(root).FirstOrDefault(f => Disk.Exists(Path.Combine(f, ".git"))) ?? root;
    }

    private static IEnumerable<EnvironmentTrouble> Extensions(Machine machine)
    {
        if (machine.UserExtensions is not { } folder || !Disk.IsFolder(folder))
            return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        return Disk.Files(folder, "*", options)
            .Where(f => f.Split(Path.DirectorySeparatorChar).Any(part => part.Equals("ImportBefore", StringComparison.OrdinalIgnoreCase) || part.Equals("ImportAfter", StringComparison.OrdinalIgnoreCase)))
            .Order(StringComparer.Ordinal).Take(MaxExtensions)
            .Select(f => new EnvironmentTrouble($"{Printable.Of(f, 300)} is imported into every project that this user builds.",
                "MSBuild imports whatever lies in its folders for user extensions, in restores too: a package's code can leave a file there for the next build of any repo.",
                $"Delete it, unless you know who put it there: rm '{Printable.Of(f, 300)}'", new(f)));
    }

    /// <summary>Build files outside of the repo that a project takes up, because the repo has none of that name on the way or imports what lies above its own.</summary>
    private static IEnumerable<EnvironmentTrouble> Outside(string repo, string[] folders, IReadOnlyCollection<string> projects, string start, BuildFiles texts)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var project in projects.Where(p => BuildFiles.IsBelow(p, repo)))
        {
            foreach (var name in Inherited)
            {
                foreach (var text in Chain(texts.Nearest(Path.GetDirectoryName(project)!, name), project, texts).Where(t => !BuildFiles.IsBelow(t.Path, repo)))
                    found.TryAdd(text.Path, project);
            }
        }
        if (BuildFiles.IsBelow(Path.Combine(start, "_"), repo) && Disk.Files(start).Any(f => Path.GetExtension(f) is ".sln" or ".slnx" or ".slnf"))
        {
            foreach (var text in OfSolutions.SelectMany(n => Chain(texts.Nearest(start, n), start, texts)).Where(t => !BuildFiles.IsBelow(t.Path, repo)))
                found.TryAdd(text.Path, start);
        }
        foreach (var (path, user) in found)
        {
            yield return new($"{path} lies outside of the repo, and {Path.GetFileName(user)} takes it up.",
                "Whoever can write to that folder decides what the repo's builds run, and no review of the repo sees it.",
                $"Remove it, or give the repo a {Path.GetFileName(path)} of its own (<Project /> is enough) that does not import the one above.", new(path));
        }
        foreach (var global in folders.Where(f => BuildFiles.IsBelow(Path.Combine(f, "_"), repo)).Select(GlobalJson.Nearest).Distinct().OfType<string>().Where(p => !BuildFiles.IsBelow(p, repo)))
        {
            if (GlobalJson.Read(global) is { DecidesWhatRuns: true })
            {
                yield return new($"{global} lies outside of the repo and decides which SDK its builds run.",
                    "It can name a folder to take the .NET SDK from, or MSBuild SDKs to download, and both run before any guard.",
                    "Remove it, or give the repo a global.json of its own.", new(global));
            }
        }
    }

    /// <summary>What a project's evaluation takes in of the repo's own files, as far as the text tells; the project first.</summary>
    public static IEnumerable<BuildFileText> TakenIn(BuildFileText project, string repo, BuildFiles texts) => texts.WithImports(
        Inherited.SelectMany(n => Chain(texts.Nearest(project.Folder, n), project.Path, texts)).Where(t => BuildFiles.IsBelow(t.Path, repo)).Prepend(project), project.Path, repo);

    /// <summary>A file and those above it that it imports in turn.</summary>
    public static IEnumerable<BuildFileText> Chain(BuildFileText? first, string project, BuildFiles texts)
    {
        for (var text = first; text is not null; text = texts.Parent(text, project).File)
            yield return text;
    }
}
