using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Probe;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

// Tries things, seals itself, and tries them again: probe SEAL ATTEMPT...
// Prints one line for each attempt, before and after: "after NAME: OUTCOME".
// SEAL: none; sealed; untsynced (without the flag that takes the other threads in); or a seal with a broker: refuse, report (what it does) or programs, tests (who gets the network back).
// Or: probe forbidden COMMAND..., which runs a command where the kernel knows no seccomp. Or: probe timing, for bench/seal.sh.
if (args[0] == "forbidden")
    return Raw.Forbidden(args[1..]);
if (args[0] == "timing")
{
    // One seal on top of the other; the first includes loading and compiling code.
    for (var i = 0; i < 21; i++)
    {
        var one = System.Diagnostics.Stopwatch.StartNew();
        if (Seal.Apply().State != SealState.Sealed)
            return 3;
        Console.WriteLine(one.Elapsed.TotalMilliseconds.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture));
    }
    return 0;
}
var attempts = args[1..].Select(a => a.Split('=', 2)).Select(a => new Attempt(a[0], a.Length > 1 ? a[1] : "")).ToList();
foreach (var attempt in attempts)
    attempt.Prepare();
foreach (var attempt in attempts.Where(a => !a.IsOfSession))
    Console.WriteLine($"before {attempt.Name}: {attempt.Try()}");
SealSession? session = null;
var clock = System.Diagnostics.Stopwatch.StartNew();
var outcome = args[0] switch
{
    "none" => new SealOutcome(SealState.Unavailable, "not asked for"),
    "sealed" => Seal.Apply(),
    "untsynced" => Seal.Apply(asks: false, allThreads: false, out _),
    _ => Start(),
};
Console.WriteLine($"seal: {outcome}");
Console.WriteLine($"took: {clock.Elapsed.TotalMilliseconds} ms");
foreach (var attempt in attempts)
    Console.WriteLine($"after {attempt.Name}: {(attempt.IsOfSession ? attempt.Say(session!) : attempt.Try())}");
return 0;

SealOutcome Start()
{
    var after = args[0] switch { "programs" => NetworkAfterBuild.Programs, "tests" => NetworkAfterBuild.ProgramsAndTests, _ => NetworkAfterBuild.Nobody };
    var runtimeConfig = Path.ChangeExtension(typeof(Attempt).Assembly.Location, ".runtimeconfig.json");
    return SealSession.Start(new(args[0] == "report", after, args[0] == "tests" ? Path.Combine(AppContext.BaseDirectory, "vstest.console.dll") : ""), Environment.ProcessPath!, runtimeConfig, out session);
}
