using BuildGuard.Core;
using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Checking;

namespace BuildGuard.Cli;

/// <summary><c>buildguard check</c></summary>
internal static class CheckCommand
{
    public static int Run(string? path, string? policy, string format, bool strict, bool noCache, string? level, CancellationToken cancel)
    {
        if (Shell.Find(path, policy) is not { } scope)
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
        return result.ExitCode;
    }
}
