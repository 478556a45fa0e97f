using System.Text;
using BuildGuard.Core;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Reports;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Gate;
using BuildGuard.NuGet.Projects;
using BuildGuard.Sandbox.Hosts;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace BuildGuard.Tasks;

/// <summary>Checks the packages of a restore or a build. A thin shell: it turns MSBuild's items into a request and findings into diagnostics.</summary>
public sealed class CheckPackages : Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>The solution or project that is being restored or built.</summary>
    [Required]
    public string Subject { get; set; } = "";

    /// <summary>
    /// The projects, with <c>|</c> between them: <c>path</c> or <c>path&gt;assets file</c>. Empty: those of <see cref="Subject"/>.
    /// It is one text because it arrives as a global property, where a list would need escaping.
    /// </summary>
    public string Projects { get; set; } = "";

    /// <summary>Projects of the restore that do not inherit the guard, with <c>|</c> between them.</summary>
    public string Unguarded { get; set; } = "";

    /// <summary>PackageReference or RestoreHook.</summary>
    [Required]
    public string Level { get; set; } = "";

    /// <summary>Folder of the repo's own guard files.</summary>
    public string HookFolder { get; set; } = "";

    /// <summary>Value of BuildGuardPolicyFile; empty to look for the policy.</summary>
    public string? PolicyFile { get; set; }

    /// <summary>Whether package files were evaluated where the values were read: then only the command line names another policy.</summary>
    public bool PackagesAreImported { get; set; }

    /// <summary>Value of BuildGuardMode in the project.</summary>
    public string? RequestedMode { get; set; }

    /// <summary>Value of BuildGuardStrict.</summary>
    public string? Strict { get; set; }

    /// <summary>Value of BuildGuardReport: where to write SARIF; empty for nowhere.</summary>
    public string? Report { get; set; }

    private bool IsStrict => string.Equals(Strict?.Trim(), "true", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void Cancel() => _cancel.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancel.Dispose();

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            if (Level == nameof(GuardLevel.RestoreHook))
                ProcessMark.Prepare();
            var today = DateOnly.FromDateTime(DateTime.UtcNow);
            // Reports are written by a check that reads, and without a gate nothing is kept.
            var question = Level == nameof(GuardLevel.RestoreHook) && string.IsNullOrWhiteSpace(Report) && !IsGlobal("BuildGuardPolicyFile", PolicyFile) ? Question() : null;
            if (question is not null && StandingPass.Find(question, today) is { } standing)
            {
                foreach (var warning in standing.Warnings)
                    Warn(warning);
                Mark(standing.Gate);
                Log.LogMessage(MessageImportance.High, standing.Summary);
                return true;
            }
            if (question is not null)
                StandingPass.Record();
            var request = Request(today);
            // Whatever stops this check, even a kill, must not leave an older pass behind.
            foreach (var project in request.Projects)
                PassRecord.Remove(project.AssetsFile ?? Path.Combine(Path.GetDirectoryName(project.Path)!, "obj", "project.assets.json"));
            var (result, input) = CheckRun.Execute(request, _cancel.Token);
            // A static graph restore does not say where the assets files are; by now they were found.
            foreach (var project in input.Graph.Projects)
                PassRecord.Remove(project.AssetsFile);
            foreach (var judged in result.Findings)
                Show(judged);
            WriteReport(result, input);
            if (!Log.HasLoggedErrors && result.Errors == 0 && request.Guard.Level == GuardLevel.RestoreHook && input.Document.Policy is { } policy && result.Mode <= policy.Mode)
            {
                if (Open(input) is var (written, gate))
                {
                    Mark(gate);
                    if (question is not null && !input.Policy.HashEveryFile)
                        new StandingPass(Summary.Line(result with { IsUnchanged = true }), [.. result.Findings.Select(f => AsWarning(f.Finding))], gate).Keep(question, today, written);
                }
            }
            else
            {
                Shut(input);
            }
            Log.LogMessage(MessageImportance.High, Summary.Line(result));
        }
        catch (OperationCanceledException)
        {
            Log.LogError(null, "BG0008", null, FindingText.HelpLink("BG0008"), Subject, 0, 0, 0, 0, "The check was cancelled. What was not looked at cannot pass. Fix: build again.");
        }
        // Not where a library of the guard's own does not load, which the runtime says by two of the same kind.
        catch (Exception e) when (e is (IOException and not (FileNotFoundException or FileLoadException)) or UnauthorizedAccessException)
        {
            Log.LogError(null, "BG0008", null, FindingText.HelpLink("BG0008"), Subject, 0, 0, 0, 0,
                "{0}", $"A file that this check has to read or to replace cannot be ({e.Message.TrimEnd('.')}). What cannot be looked at cannot pass. Fix: make it readable, and the project's obj folder writable, for this user, then build again. ({FindingText.HelpLink("BG0008")})");
        }
        catch (Exception e)
        {
            // A task must not let an exception out: MSBuild would print a stack trace. The build fails all the same.
            Log.LogError(null, "BG0009", null, FindingText.HelpLink("BG0009"), Subject, 0, 0, 0, 0,
                $"BuildGuard failed: {e.GetType().Name}: {Printable.Of(e.Message)}. A guard that fails must not let anything pass. Fix: report it with the output of: buildguard check --format json");
        }
        finally
        {
            StandingPass.Forget();
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>
    /// Takes the gate's stamps away once a check failed. Not before it: a stamp counts only while everything that it covers is unchanged, and another build of the same
    /// repo may be reading it.
    /// </summary>
    private static void Shut(CheckInput input)
    {
        foreach (var project in input.Graph.Projects)
            GateFiles.Close(project.AssetsFile, project.MSBuildPath);
    }

    /// <summary>Lets later builds, and the evaluation that follows a restore, go by this pass.</summary>
    /// <returns>Full paths of the files that say so, and what a build has to know of the gate, if there is one; null where it could not be said of every project.</returns>
    private (List<string> Written, OpenGate? Gate)? Open(CheckInput input)
    {
        var written = new List<string>();
        OpenGate? gate = null;
        try
        {
            if (input.Guard.HasGate)
            {
                (var gaps, var files, gate) = GateFiles.Open(input, PassRecord.Basis(input, HookFolder), IsGlobal("BuildGuardPolicyFile", PolicyFile) ? PolicyFile! : "", HookFolder);
                written.AddRange(files);
                foreach (var gap in gaps)
                    Log.LogError(null, "BG0008", null, FindingText.HelpLink("BG0008"), gap.Location.File, 0, 0, 0, 0, "{0}", $"{gap.What}. The gate stays closed for this project. Fix: {gap.Fix} ({FindingText.HelpLink("BG0008")})");
            }
            // This record counts for later builds too, so only a pass by the repo's own policy is written down. The gate's files name the policy that they are for.
            if (!Log.HasLoggedErrors && !IsGlobal("BuildGuardPolicyFile", PolicyFile))
                written.AddRange(PassRecord.Write(input, HookFolder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogError(null, "BG0008", null, FindingText.HelpLink("BG0008"), Subject, 0, 0, 0, 0,
                "{0}", $"The pass of this check cannot be written down ({e.Message.TrimEnd('.')}). Without it the gate stays closed. Fix: make the project's obj folder and this user's folder for application data writable (XDG_DATA_HOME names another).");
        }
        return Log.HasLoggedErrors ? null : (written, gate);
    }

    /// <summary>
    /// Packages, policy, lock, the guard's own text, and of each project its own file and what restore wrote are what this check has just seen, so a build that follows in this process need not compare them. Where
    /// the repo's own files started it, the guard was compared before it was loaded.
    /// </summary>
    private void Mark(OpenGate? gate)
    {
        if (Level != nameof(GuardLevel.RestoreHook) || gate is null)
            return;
        BuildMark.Add(BuildEngine4, HookFolder, gate.PackageList);
        BuildMark.Add(BuildEngine4, gate.Stamps);
        BuildMark.Judge(BuildEngine4, NetworkWords.Of(gate.Network) is { } network ? new(network, IsStrict, gate.PackageList, HookFolder) : null);
    }

    /// <summary>Everything that this task is told, as the name of the question.</summary>
    private string Question() => StandingPass.KeyOf(
        Subject, Projects, Unguarded, Level, HookFolder, PolicyFile, $"{IsGlobal("BuildGuardPolicyFile", PolicyFile)}", $"{PackagesAreImported}", RequestedMode, $"{IsGlobal("BuildGuardMode", RequestedMode)}", Strict);

    private CheckRequest Request(DateOnly today)
    {
        var subject = Path.GetFullPath(Subject);
        var folder = Path.GetDirectoryName(subject)!;
        var guard = new GuardFacts
        {
            Level = Enum.Parse<GuardLevel>(Level),
            HasGate = Level == nameof(GuardLevel.RestoreHook) && Disk.IsFile(Path.Combine(Path.GetFullPath(HookFolder), HookInstaller.GateFile)),
            RequestedMode = RequestedMode,
            ModeIsFromCommandLine = IsGlobal("BuildGuardMode", RequestedMode),
            Strict = IsStrict,
            Unguarded = [.. Split(Unguarded).Select(u => new UnguardedProject(Path.GetFullPath(u), "it does not import the repo's Directory.Build.props or Directory.Build.targets"))],
            Subject = subject,
        };
        var inputs = Split(Projects).Select(p => p.Split('>')).Select(p => new ProjectInput(FileApps.SourceOf(Path.GetFullPath(p[0])) ?? Path.GetFullPath(p[0]), p.Length > 1 ? Path.GetFullPath(p[1]) : null)).ToList();
        var expanded = Solutions.Expand(subject);
        if (inputs.Count == 0 && expanded.Projects is null)
            guard = guard with { Failures = [$"{expanded.Problem}."] };
        if (inputs.Count == 0)
            inputs = [.. (expanded.Projects ?? []).Select(p => new ProjectInput(p))];
        else if (expanded.Projects is { } all)
            guard = guard with { Uncovered = [.. all.Where(p => !inputs.Any(i => i.Path == p))] };
        return new()
        {
            Folder = folder,
            PolicyFile = string.IsNullOrWhiteSpace(PolicyFile) || (PackagesAreImported && !IsGlobal("BuildGuardPolicyFile", PolicyFile)) ? null : PolicyFile,
            Projects = [.. inputs],
            Guard = guard,
            Today = today,
            Progress = Progress(),
        };
    }

    private static string[] Split(string list) => list.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether a property came as a global one. Only the command line makes those; a file or a package cannot.</summary>
    private bool IsGlobal(string name, string? value) =>
        !string.IsNullOrEmpty(value) && BuildEngine is IBuildEngine6 engine
        && engine.GetGlobalProperties().TryGetValue(name, out var global) && string.Equals(global, value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Says how far the reading is, once it takes longer than anyone expects of a build step.</summary>
    private Action<int, int> Progress()
    {
        var last = Environment.TickCount64;
        return (done, all) =>
        {
            var before = Interlocked.Read(ref last);
            var now = Environment.TickCount64;
            if (done < all && now - before > 2000 && Interlocked.CompareExchange(ref last, now, before) == before)
                Log.LogMessage(MessageImportance.High, $"BuildGuard: {done} of {all} packages verified; the next check will be faster");
        };
    }

    private void Show(JudgedFinding judged)
    {
        var (finding, severity) = judged;
        var (file, line, column) = finding.Location;
        if (severity == Severity.Error)
            Log.LogError(null, finding.Code, null, FindingText.HelpLink(finding.Code), file, line, column, 0, 0, "{0}", FindingText.OneLine(finding));
        else
            Warn(AsWarning(finding));
    }

    private static StandingWarning AsWarning(Finding finding)
    {
        var (file, line, column) = finding.Location;
        var text = FindingText.OneLine(finding);
        // What speaks of the guard points at whatever was being built; it is the same all the same.
        return new(finding.Code, text, file, line, column, finding.PackageId is null && line == 0 ? text : $"{finding.Location} {text}");
    }

    /// <summary>Gives a warning, unless this build has given it before: where the mode is given on the command line, each project that is built checks for itself.</summary>
    private void Warn(StandingWarning warning)
    {
        const string Key = "BuildGuard.Said";
        if (BuildEngine4.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is not HashSet<string> said)
            BuildEngine4.RegisterTaskObject(Key, said = [], RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        if (said.Add(warning.Once))
            Log.LogWarning(null, warning.Code, null, FindingText.HelpLink(warning.Code), warning.File, warning.Line, warning.Column, 0, 0, "{0}", warning.Text);
    }

    private void WriteReport(CheckResult result, CheckInput input)
    {
        if (string.IsNullOrWhiteSpace(Report))
            return;
        var root = Path.GetDirectoryName(input.Document.Path) is { Length: > 0 } r ? r : Path.GetDirectoryName(Path.GetFullPath(Subject))!;
        var path = Path.GetFullPath(Report, Path.GetDirectoryName(Path.GetFullPath(Subject))!);
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(SarifReport.Write(result, root, ToolVersion.Text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogError(null, "BG0009", null, FindingText.HelpLink("BG0009"), path, 0, 0, 0, 0,
                "{0}", $"The report cannot be written ({e.Message.TrimEnd('.')}). Whoever reads it would miss this build's findings. Fix: correct BuildGuardReport or the folder's permissions.");
        }
    }
}
