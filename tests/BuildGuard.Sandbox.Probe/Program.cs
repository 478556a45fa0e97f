#pragma warning disable CA1416 // Runs on Linux only.
using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Probe;

// Tries things, seals itself, and tries them again: probe SEAL ATTEMPT...
// SEAL: sealed, or untsynced (without the flag that takes the other threads in), or none. Prints one line for each attempt, before and after: "after NAME: OUTCOME".
var attempts = args[1..].Select(a => a.Split('=', 2)).Select(a => new Attempt(a[0], a.Length > 1 ? a[1] : "")).ToList();
foreach (var attempt in attempts)
    attempt.Prepare();
foreach (var attempt in attempts)
    Console.WriteLine($"before {attempt.Name}: {attempt.Try()}");
var outcome = args[0] switch
{
    "sealed" => Seal.Apply(),
    "untsynced" => Seal.Apply(asks: false, allThreads: false, out _),
    _ => new SealOutcome(SealState.Unavailable, "not asked for"),
};
Console.WriteLine($"seal: {outcome}");
foreach (var attempt in attempts)
    Console.WriteLine($"after {attempt.Name}: {attempt.Try()}");
