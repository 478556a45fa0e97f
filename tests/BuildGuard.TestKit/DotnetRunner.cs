using System.Diagnostics;
using System.Text;

namespace BuildGuard.TestKit;

/// <summary>
/// Runs <c>dotnet</c> commands. Of the caller's environment only what a process needs to run is passed on, so that neither a test host's nor a developer's
/// MSBuild and NuGet variables change a test. Every command and its output goes to the temp folder's log.
/// </summary>
public sealed class DotnetRunner(TempFolder temp)
{
    private static readonly string[] Inherited =
    [
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP", "LANG", "DOTNET_ROOT", "XDG_RUNTIME_DIR",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "USERNAME", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
        "ProgramData", "ProgramFiles", "ProgramFiles(x86)", "CommonProgramFiles", "PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS",
    ];

    /// <summary>
    /// Variables that are set for each command; null removes one. The defaults keep a test quiet, offline and without processes that outlive it:
    /// to test with the compiler server, node reuse or online revocation, remove <c>UseSharedCompilation</c>, <c>MSBUILDDISABLENODEREUSE</c> or <c>NUGET_CERT_REVOCATION_MODE</c>.
    /// </summary>
    public IDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE"] = "true",
        ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        // A build is over before what the runtime learns of it pays: without, the same builds take three quarters of the time.
        ["DOTNET_TieredPGO"] = "0",
        // Nor is code compiled a second time, to run faster: between a sixteenth and a seventh of the processor time.
        ["DOTNET_TC_CallCounting"] = "0",
        // Collecting less often, and on no thread of its own, saves some more; and what the SDK finds wrong with the style of a test's code is of no interest.
        ["DOTNET_GCgen0size"] = "4000000",
        ["DOTNET_gcConcurrent"] = "0",
        // Nor does waiting for work in a loop pay, where two tests share two processors.
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["EnableNETAnalyzers"] = "false",
        ["MSBUILDTERMINALLOGGER"] = "off",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
        ["NUGET_CERT_REVOCATION_MODE"] = "offline",
    };

    /// <summary>Full path of the <c>dotnet</c> that is run; null for that of this process.</summary>
    public string? Program { get; set; }

    /// <summary>How long a command may take; ten minutes unless set, which only one that hangs takes: a slow machine needs more than three for thirty projects.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Runs <c>dotnet</c> with the arguments in a folder, and waits for it.</summary>
    /// <exception cref="TimeoutException">It took longer than <see cref="Timeout"/>; it and its children were killed. The message holds the output.</exception>
    public DotnetResult Run(string folder, params string[] arguments)
    {
        var command = $"{folder}$ dotnet {string.Join(' ', arguments)}";
        var clock = Stopwatch.StartNew();
        var output = new StringBuilder();
        using var process = Prepare(folder, arguments);
        Task[] ended = [Collect(h => process.OutputDataReceived += h, output), Collect(h => process.ErrorDataReceived += h, output)];
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var exited = process.WaitForExit(Timeout);
        if (!exited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(10));
        }
        // A process that outlives the command (a reused node, a detached child) may hold the pipes open for ever.
        Task.WaitAll(ended, TimeSpan.FromSeconds(exited ? 5 : 1));
        process.CancelOutputRead();
        process.CancelErrorRead();

        string text;
        lock (output) text = output.ToString();
        temp.Log($"{command}\n{text}-- {(exited ? $"exit {process.ExitCode}" : "timeout")} after {clock.Elapsed.TotalSeconds:0.0} s\n");
        if (!exited) throw new TimeoutException($"{command}\ntook longer than {Timeout}.\n{text}");
        return new DotnetResult(process.ExitCode, text, clock.Elapsed);
    }

    /// <summary>Starts <c>dotnet</c> with the arguments in a folder, and does not wait for it: a server, a watch.</summary>
    /// <returns>What runs; disposing of it ends it with all that it started and did not detach.</returns>
    public RunningDotnet Start(string folder, params string[] arguments)
    {
        var process = Prepare(folder, arguments);
        var running = new RunningDotnet(process, $"{folder}$ dotnet {string.Join(' ', arguments)}", temp);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    private Process Prepare(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(Program ?? DotnetPath, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        SetEnvironment(start.Environment);
        return new() { StartInfo = start };
    }

    private static Task Collect(Action<DataReceivedEventHandler> subscribe, StringBuilder output)
    {
        var ended = new TaskCompletionSource();
        subscribe((_, e) =>
        {
            if (e.Data is null) ended.TrySetResult();
            else lock (output) output.Append(e.Data).Append('\n');
        });
        return ended.Task;
    }

    /// <summary>The <c>dotnet</c> of this process.</summary>
    public static string DotnetPath => System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        environment.Clear();
        foreach (var name in Inherited)
            if (System.Environment.GetEnvironmentVariable(name) is { } value) environment[name] = value;
        foreach (var (name, value) in Environment)
        {
            if (value is null) environment.Remove(name);
            else environment[name] = value;
        }
    }
}
