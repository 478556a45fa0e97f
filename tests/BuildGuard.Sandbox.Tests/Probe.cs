using System.Diagnostics;

namespace BuildGuard.Sandbox.Tests;

/// <summary>Runs the probe, which seals itself.</summary>
internal static class Probe
{
    /// <summary>What the probe said.</summary>
    /// <param name="Before">Outcome of the first attempt before the seal.</param>
    /// <param name="After">Outcome of the first attempt after it.</param>
    /// <param name="Output">Everything.</param>
    public sealed record Said(string Before, string After, string Output);

    /// <summary>Runs it, in the folder of the tests.</summary>
    public static Said Run(string seal, params string[] attempts) => RunIn(AppContext.BaseDirectory, seal, attempts);

    /// <summary>Runs it where a process may have no more than some files open.</summary>
    public static Said RunWithFiles(int limit, string seal, params string[] attempts) =>
        Run(["bash", "-c", $"ulimit -n {limit} && exec \"$0\" \"$@\"", .. Command(AppContext.BaseDirectory, seal, attempts)], attempts);

    /// <summary>Runs it.</summary>
    public static Said RunIn(string folder, string seal, params string[] attempts) => Run(Command(folder, seal, attempts), attempts);

    private static string[] Command(string folder, string seal, string[] attempts) =>
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec", Path.Combine(folder, "BuildGuard.Sandbox.Probe.dll"), seal, .. attempts];

    private static Said Run(string[] command, string[] attempts)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        Assert.AreEqual(attempts.Contains("die") ? 137 : 0, process.ExitCode, output);
        string Outcome(string when) => output.Split('\n').FirstOrDefault(l => l.StartsWith(when, StringComparison.Ordinal))?.Split(": ", 2)[1] ?? "";
        return new(Outcome("before"), Outcome("after"), output);
    }
}
