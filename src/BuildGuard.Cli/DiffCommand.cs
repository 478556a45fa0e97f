using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.Cli;

/// <summary><c>buildguard diff</c></summary>
internal static class DiffCommand
{
    public static int Run(string revision, string? policy, string format)
    {
        var file = policy is null ? PolicyFiles.Find(Environment.CurrentDirectory) : Path.GetFullPath(policy);
        var folder = policy is null ? Environment.CurrentDirectory : Path.GetDirectoryName(file)!;
        if (!Directory.Exists(folder))
        {
            Shell.Error("BG0001", $"There is no folder {folder}.", "Name a policy in a folder that exists.");
            return Shell.Undecided;
        }
        var (result, problem) = Comparison.With(folder, policy is null ? null : file, revision);
        if (result is null)
        {
            Shell.Error(problem!.Value.Code, problem.Value.What, problem.Value.Fix);
            return Shell.Undecided;
        }
        var report = new WeakeningReport(revision, result.Commit, result.Policy, result.Lock, result.Changes);
        Console.Out.Write(format == "json" ? report.Json() : report.Text());
        return report.Count == 0 ? Shell.Passed : Shell.Violations;
    }
}
