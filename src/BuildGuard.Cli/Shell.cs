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
    /// <param name="policyFile">The policy file as given; null to look for it.</param>
    /// <param name="onlyLockedApps">Whether file-based apps below a folder count only where the lock names them: what somebody merely ran on this machine must not decide what a check says.</param>
    public static Scope? Find(string? path, string? policyFile, bool onlyLockedApps = false)
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
        var folder = Directory.Exists(target) ? target : Path.GetDirectoryName(target)!;
        // No solution names file-based apps.
        var apps = folder == target ? FileApps.Restored(target, projects.Value, onlyLockedApps ? new(() => Locked(folder, policyFile)) : null) : [];
        return new(target, folder, [.. projects.Value.Concat(apps).Select(p => new ProjectInput(p))]);
    }

    /// <summary>The projects of a scope and those that the lock names already: a lock of part of a repo must not forget the rest of it.</summary>
    public static ImmutableArray<ProjectInput> WithLocked(Scope scope, string? policyFile) =>
        [.. scope.Projects.Concat(Locked(scope.Folder, policyFile).Where(File.Exists).Select(p => new ProjectInput(p))).DistinctBy(p => p.Path)];

    /// <summary>Full paths of the projects that the lock names.</summary>
    private static ImmutableArray<string> Locked(string folder, string? policyFile)
    {
        var document = PolicyFiles.Load(folder, policyFile is null ? null : Path.GetFullPath(policyFile));
        return [.. (LockFiles.Load(document).Lock?.Projects ?? []).Select(p => Path.GetFullPath(p, Path.GetDirectoryName(document.Path)!))];
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

    /// <summary>Findings that stand in the way of writing a lock or a policy: missing evidence, a broken package, a bad policy. They are shown.</summary>
    /// <returns>The exit code that they make; null where nothing stands in the way.</returns>
    public static int? Refuses(CheckInput input, params string[] codes) => Refuses(input, f => codes.Contains(f.Code));

    /// <summary>Errors that stand in the way of what a command is asked for.</summary>
    /// <inheritdoc cref="Refuses(CheckInput, string[])"/>
    public static int? Refuses(CheckInput input, Func<Finding, bool> stops)
    {
        var result = Evaluation.Run(input);
        var blocking = result with { Findings = [.. result.Findings.Where(f => f.Severity == Severity.Error && stops(f.Finding))] };
        if (blocking.Findings.IsEmpty)
            return null;
        Console.Error.Write(TextReport.Write(blocking));
        return blocking.ExitCode;
    }

    public static DateOnly Today => DateOnly.FromDateTime(DateTime.UtcNow);
}
