using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Gate;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace BuildGuard.Tasks;

/// <summary>Compares the packages folders with what the last check saw, before a build runs anything of a package. Runs once in a build.</summary>
public sealed class VerifyFiles : Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>The list that the check wrote; the gate's stamp vouches for its name, and its name for its content. Empty where something that was evaluated after the gate took the name away.</summary>
    public string Manifest { get; set; } = "";

    /// <inheritdoc/>
    public void Cancel() => _cancel.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancel.Dispose();

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            if (Manifest.Length == 0)
            {
                Error("BG0008", BuildEngine.ProjectFileOfTaskNode, "The property _BuildGuardManifest, which names the list of packages that this build may use, was emptied by a project or a package. Without the list nothing of a package may run. Fix: look for _BuildGuardManifest in the build files of this repo and of its packages.");
                return false;
            }
            var (changed, problem) = PackageList.Compare(Manifest, _cancel.Token);
            if (problem is not null)
                Error("BG0008", Manifest, $"The list of packages that this build may use cannot be read: {problem}. Without it nothing of a package may run. Fix: dotnet restore");
            foreach (var (folder, difference) in changed)
                Error("BG2003", folder, $"{folder} is not what the last check saw: {difference}. What changed could run in this build or end up in what it makes. Fix: delete that folder and run: dotnet restore --force (for a .NET tool: dotnet tool restore; for an MSBuild SDK, buildguard check names the command)");
        }
        catch (OperationCanceledException)
        {
            Error("BG0008", Manifest, "The comparison of the packages was cancelled. What was not looked at cannot run. Fix: build again.");
        }
        catch (Exception e)
        {
            // A task must not let an exception out: MSBuild would print a stack trace. The build fails all the same.
            Error("BG0009", Manifest, $"BuildGuard failed: {e.GetType().Name}: {Core.Printable.Of(e.Message)}. A guard that fails must not let anything pass. Fix: dotnet restore; if it fails again, report it.");
        }
        return !Log.HasLoggedErrors;
    }

    private void Error(string code, string file, string text) =>
        Log.LogError(null, code, null, FindingText.HelpLink(code), file, 0, 0, 0, 0, "{0}", $"{text} ({FindingText.HelpLink(code)})");
}
