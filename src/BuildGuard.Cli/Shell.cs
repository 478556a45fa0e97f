using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Policies;
using BuildGuard.NuGet.Projects;
using Spectre.Console;

namespace BuildGuard.Cli;

/// <summary>What the commands share: where things are, how progress is shown, how people are asked.</summary>
internal static class Shell
{
    public const int Passed = 0;
    public const int Violations = 1;
    public const int Undecided = 2;

    /// <summary>The terminal that people look at. Reports go to standard output, everything else goes here, so that a report can be piped.</summary>
    private static readonly Lazy<IAnsiConsole> Terminal = new(() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <summary>The repo that a path stands for.</summary>
    /// <param name="Target">Full path as given, or the current folder.</param>
    /// <param name="Folder">The folder of the target.</param>
    /// <param name="Projects">The projects.</param>
    public sealed record Scope(string Target, string Folder, ImmutableArray<ProjectInput> Projects);

    /// <summary>Finds the projects of a path; null where they cannot be told, which was said then.</summary>
    /// <param name="path">The path as given; null for the whole repo: the policy's folder, else the current one.</param>
    public static Scope? Find(string? path, string? policyFile)
    {
        var target = path is not null ? Path.GetFullPath(path)
            : (policyFile is not null ? Path.GetDirectoryName(Path.GetFullPath(policyFile)) : Path.GetDirectoryName(PolicyFiles.Find(Environment.CurrentDirectory))) ?? Environment.CurrentDirectory;
        // A traversal project: where it leads is known to the assets file of its restore.
        var (projects, problem) = File.Exists(target) && Path.GetExtension(target) == ".proj" ? ([target], null) : Solutions.Expand(target);
        if (projects is null)
        {
            Error("BG0008", $"{problem}.", "Name a solution, a project or a folder that holds them.");
            return null;
        }
        // Below a folder count file-based apps as well, as far as they were restored on this machine: no solution names them.
        var apps = Directory.Exists(target) ? FileApps.Below(target, projects.Value).Where(a => FileApps.AssetsOf(a) is not null) : [];
        return new(target, Directory.Exists(target) ? target : Path.GetDirectoryName(target)!, [.. projects.Value.Concat(apps).Select(p => new ProjectInput(p))]);
    }

    /// <summary>The projects of a scope and those that the lock names already: a lock of part of a repo must not forget the rest of it.</summary>
    public static ImmutableArray<ProjectInput> WithLocked(Scope scope, string? policyFile)
    {
        var document = PolicyFiles.Load(scope.Folder, policyFile is null ? null : Path.GetFullPath(policyFile));
        var root = Path.GetDirectoryName(document.Path)!;
        var locked = (LockFiles.Load(document).Lock?.Projects ?? []).Select(p => Path.GetFullPath(p, root)).Where(File.Exists).Select(p => new ProjectInput(p));
        return [.. scope.Projects.Concat(locked).DistinctBy(p => p.Path)];
    }

    /// <summary>Runs work that may take seconds, with a line on a terminal that says how far it is.</summary>
    public static T Work<T>(string what, Func<Action<int, int>, T> work)
    {
        if (Console.IsErrorRedirected || !Terminal.Value.Profile.Capabilities.Interactive)
            return work((_, _) => { });
        return Terminal.Value.Status().Start(Markup.Escape(what), status => work((done, all) => status.Status(Markup.Escape($"{what} ({done} of {all} packages)"))));
    }

    /// <summary>Whether somebody is there to answer a question.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Asks; no is the default.</summary>
    public static bool Ask(string question) => Terminal.Value.Confirm(Markup.Escape(question), defaultValue: false);

    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>An error of a rule, with its page; or one of the command itself, which has no code.</summary>
    public static void Error(string? code, string what, string fix) =>
        Console.Error.WriteLine(code is null ? $"error: {what} Fix: {fix}" : $"error {code}: {what} Fix: {fix} ({FindingText.HelpLink(code)})");

    /// <summary>Findings that stand in the way of writing a lock or a policy: missing evidence, a broken package, a bad policy.</summary>
    public static bool Refuses(CheckInput input, params string[] codes) => Refuses(input, f => codes.Contains(f.Code));

    /// <summary>Errors that stand in the way of what a command is asked for.</summary>
    public static bool Refuses(CheckInput input, Func<Finding, bool> stops)
    {
        var result = Evaluation.Run(input);
        var blocking = result.Findings.Where(f => f.Severity == Severity.Error && stops(f.Finding)).ToImmutableArray();
        if (blocking.IsEmpty)
            return false;
        Console.Error.Write(TextReport.Write(result with { Findings = blocking }));
        return true;
    }

    public static DateOnly Today => DateOnly.FromDateTime(DateTime.UtcNow);
}
