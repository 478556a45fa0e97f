using BuildGuard.Core;
using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Checking;

namespace BuildGuard.Cli;

/// <summary><c>buildguard check</c></summary>
internal static class CheckCommand
{
    public static int Run(string? path, string? policy, string format, bool strict, bool noCache, bool verbose, string? level, CancellationToken cancel)
    {
        if (Shell.Find(path, policy, onlyLockedApps: true) is not { } scope)
            return Shell.Undecided;
        var (result, input) = Shell.Work("Checking", progress => CheckRun.Execute(new()
        {
            Folder = scope.Folder,
            PolicyFile = policy is null ? null : Path.GetFullPath(policy),
            Projects = scope.Projects,
            Guard = new() { Level = Enum.Parse<GuardLevel>(level ?? nameof(GuardLevel.CommandLine)), Strict = strict, Subject = scope.Target },
            Today = Shell.Today,
            UseCache = !noCache,
            Progress = progress,
        }, cancel));
        Console.Out.Write(format switch
        {
            "json" => JsonReport.Write(result),
            "sarif" => SarifReport.Write(result, Path.GetDirectoryName(input.Document.Path)!, ToolVersion.Text),
            _ => TextReport.Write(result),
        });
        if (verbose)
        {
            var (read, deferred) = (input.Graph.ArchivesRead, input.Graph.SignaturesDeferred);
            Shell.Say($"{read} of {input.Graph.Downloaded.Count()} archives read in this run: {read - deferred} signatures by the fast way, {deferred} by NuGet's verifier.");
        }
        return result.ExitCode;
    }
}
