using System.Globalization;
using BuildGuard.TestKit;

namespace BuildGuard.Sandbox.Tests;

/// <summary>A seal with a broker: who gets the network back, who is listed, and what happens to whoever turns against the broker.</summary>
public abstract class BrokerTests
{
    private const string Connect = "command=exec 3<>/dev/tcp/127.0.0.1/{0} && echo through";

    /// <summary>Where the probe is, and the dll that decides which broker it gets.</summary>
    protected abstract string Folder { get; }

    /// <summary>File name of the program that the broker must be.</summary>
    protected abstract string Program { get; }

    [TestMethod]
    public void Is_the_broker_that_is_tested()
    {
        var run = Run("refuse", "broker");
        Assert.AreEqual(Program, Path.GetFileName(Line(run, "after broker: ").Split(' ')[^2]), run.Output);
    }

    [TestMethod]
    public void Refuses_and_lists()
    {
        using var there = new Loopback();
        var run = Run("refuse", Filled(Connect, there), $"older-thread={there.Port}", $"udp={there.UdpPort}", "netlink", "io_uring", "unix", "attempts");
        Assert.AreEqual(3, there.Reached, run.Output);
        Assert.Contains("after command: refused", run.Output);
        Assert.Contains("after older-thread: refused", run.Output);
        Assert.Contains("after udp: refused", run.Output);
        Assert.Contains("after netlink: refused (13)", run.Output);
        Assert.Contains("after io_uring: refused (1)", run.Output);
        Assert.Contains("after unix: done", run.Output);
        var list = Line(run, "after attempts: ");
        Assert.Contains($"1 TCP: /bin/bash -c exec 3<>/dev/tcp/127.0.0.1/{there.Port} && echo through < ", list);
        Assert.Contains("BuildGuard.Sandbox.Probe.dll refuse", list);
        // In this process: one by TCP and one by UDP. What no network is, is not listed.
        Assert.AreEqual(1, list.Split(" UDP: ").Length - 1, list);
        Assert.AreEqual(2, list.Split(" TCP: ").Length - 1, list);
    }

    [TestMethod]
    public void Reports_and_lets_through()
    {
        using var there = new Loopback();
        var run = Run("report", Filled(Connect, there), "attempts");
        Assert.AreEqual("done through", run.After, run.Output);
        Assert.AreEqual(2, there.Reached, run.Output);
        Assert.Contains("1 TCP: /bin/bash", Line(run, "after attempts: "));
    }

    /// <summary>The user's program, in a command that starts it after the build. What the build started before it ended, and left behind, gets nothing.</summary>
    [TestMethod]
    [DataRow("programs", true)]
    [DataRow("refuse", false)]
    public void Programs_after_the_build(string seal, bool allowed)
    {
        using var there = new Loopback();
        using var left = new Loopback();
        // Detached twice over; it waits, and tries from processes that are younger than the end of the build.
        var leave = $"command=(setsid bash -c 'for i in 1 2 3 4 5 6 7 8; do sleep 0.2; bash -c \"exec 3<>/dev/tcp/127.0.0.1/{left.Port}\" 2>/dev/null; done' >/dev/null 2>&1 &) ; echo left";
        var program = Filled(Connect, there);
        var run = Run(seal, leave, program, "end", program, "begin", program, "command=sleep 2");
        Assert.AreEqual(8, left.Reached, $"Only the one from before the seal.\n{run.Output}");
        var after = run.Output.Split('\n').Where(l => l.StartsWith("after command", StringComparison.Ordinal)).ToList();
        Assert.StartsWith("after command: refused", after[1], run.Output);
        Assert.StartsWith(allowed ? "after command: done through" : "after command: refused", after[2], run.Output);
        Assert.StartsWith("after command: refused", after[3], run.Output);
        Assert.AreEqual(allowed ? 4 : 3, there.Reached, run.Output);
    }

    /// <summary>Whoever ends or stops the broker gets no network, and leaves no process behind.</summary>
    [TestMethod]
    [DataRow("-KILL")]
    [DataRow("-STOP")]
    public void Killed_or_stopped(string signal)
    {
        using var there = new Loopback();
        var run = Run("programs", "command=timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + there.Port + "'", "broker", "end", $"signal={signal}", "command=timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + there.Port + "'", "unix");
        Assert.AreEqual(2, there.Reached, run.Output);
        Assert.Contains("after unix: done", run.Output);
        Assert.StartsWith("after command: refused", run.Output.Split('\n').Last(l => l.StartsWith("after command", StringComparison.Ordinal)), run.Output);
        Gone(run);
    }

    [TestMethod]
    public void Stopped_it_does_not_answer_for_long_and_is_then_given_up()
    {
        var run = Run("refuse", "broker", "signal=-STOP", "attempts");
        Assert.Contains("after attempts: no answer", run.Output);
        Gone(run);
        run = Run("refuse", "broker", "signal=-KILL", "attempts");
        Assert.Contains("after attempts: no answer", run.Output);
    }

    /// <summary>Who tried is announced before whoever it was can go on, so a process that hears nothing need not ask; and a broker that is gone is no quiet one.</summary>
    [TestMethod]
    [DataRow("tcp={0}")]
    [DataRow(Connect)]
    public void Quiet_until_somebody_tries(string attempt)
    {
        using var there = new Loopback();
        var tried = Filled(attempt, there);
        var run = Run("refuse", "begin", "quiet", "unix", "netlink", "quiet", tried, "quiet", "quiet", "attempts", "quiet", tried, tried, "quiet", "attempts", "quiet", "broker", "signal=-KILL", "command=sleep 1", "quiet", "attempts", "quiet");
        Assert.AreEqual("yes yes no no yes no yes no yes", string.Join(' ', run.Output.Split('\n').Where(l => l.StartsWith("after quiet: ", StringComparison.Ordinal)).Select(l => l["after quiet: ".Length..])), run.Output);
    }

    /// <summary>The same as a condition of MSBuild sees it. No program of the build can take it back, though it can open the file; and a broker that is gone is no quiet one.</summary>
    [TestMethod]
    [DataRow("tcp={0}")]
    [DataRow(Connect)]
    public void Still_until_somebody_tries(string attempt)
    {
        using var there = new Loopback();
        var tried = Filled(attempt, there);
        const string Write = "command=for w in 'printf quiet >' 'printf quiet >>' 'printf quiet 1<>' 'truncate -s 0'; do eval \"$w /proc/$PPID/fd/2018\" && echo written; done; true";
        string[] end = ["broker", "signal=-KILL", "command=sleep 1", "bell"];
        Assert.AreEqual("rings still still rings rings still still rings rings", Bells(Run("refuse", ["bell", "begin", "attempts", "bell", Write, "bell", tried, "bell", Write, "bell", "attempts", "bell", "begin", "bell", tried, tried, "bell", .. end])));
        Assert.AreEqual("still rings", Bells(Run("refuse", ["begin", "attempts", "bell", .. end])));

        static string Bells(Probe.Said run)
        {
            Assert.DoesNotContain("done written", run.Output);
            return string.Join(' ', run.Output.Split('\n').Where(l => l.StartsWith("after bell: ", StringComparison.Ordinal)).Select(l => l["after bell: ".Length..]));
        }
    }

    /// <summary>
    /// Whoever runs a build waits for its nodes where one may have something to tell: it took what was tried in it. What a process tried that says nothing more is the first one's to tell; and of a process that no
    /// broker knows nothing is known.
    /// </summary>
    [TestMethod]
    public void Silent_unless_somebody_else_has_something_to_tell()
    {
        using var there = new Loopback();
        var tries = $"command=dotnet exec {Path.Combine(Folder, "BuildGuard.Sandbox.Probe.dll")} refuse tcp={there.Port}";
        var run = Run("refuse", "begin", "silent", "silent=1", $"tcp={there.Port}", tries, "silent", "attempts", "silent", tries + " attempts", "silent", "begin", "silent", "broker", "signal=-KILL", "command=sleep 1", "silent");
        Assert.AreEqual("yes no yes yes no yes no", string.Join(' ', run.Output.Split('\n').Where(l => l.StartsWith("after silent: ", StringComparison.Ordinal)).Select(l => l["after silent: ".Length..])), run.Output);
        // Its own, and what the first of the two that it started left untaken, before and under its seal.
        Assert.MatchesRegex("after attempts: 1 TCP: .* \\| 2 TCP: dotnet exec ", run.Output);
    }

    /// <summary>A broker that finds the question of the first process and the end of another one at once answers what holds after that end: the other one was gone before it was asked. And whoever asks goes on waiting when a signal comes first, here that its broker goes on.</summary>
    [TestMethod]
    [DataRow("silent", "after silent: yes")]
    [DataRow("attempts", "after attempts: 2 TCP: dotnet exec ")]
    public void Asked_right_after_the_end_of_another_process(string question, string answer)
    {
        using var there = new Loopback();
        var tries = $"command=dotnet exec {Path.Combine(Folder, "BuildGuard.Sandbox.Probe.dll")} refuse tcp={there.Port} signal-soon=-CONT signal=-STOP";
        var run = Run("refuse", "begin", tries, question);
        Assert.Contains("after signal: sent", run.Output);
        Assert.Contains(answer, run.Output);
    }

    /// <summary>The end of a build does not lose what was tried in it.</summary>
    [TestMethod]
    public void Asked_after_the_build()
    {
        using var there = new Loopback();
        var run = Run("refuse", $"tcp={there.Port}", "end", "attempts");
        Assert.StartsWith("after attempts: 1 TCP", Line(run, "after attempts: "), run.Output);
    }

    /// <summary>Thousands of attempts: all refused, all counted, and the broker ends as always.</summary>
    [TestMethod]
    public void Flooded()
    {
        using var there = new Loopback();
        var run = Run("refuse", $"command=true", "broker", $"flood={there.Port}", "attempts");
        Assert.AreEqual(0, there.Reached, run.Output);
        Assert.Contains("after flood: 5000 refused", run.Output);
        Assert.Contains("5000 TCP: ", Line(run, "after attempts: "));
        Gone(run);
    }

    [TestMethod]
    public void Ends_with_the_process_that_it_serves()
    {
        var run = Run("refuse", "broker");
        Gone(run);
        run = Run("refuse", "broker", "die");
        Gone(run);
    }

    /// <summary>A sealed process that starts another one which seals itself: both are under the first one's broker, and the second cannot free itself.</summary>
    [TestMethod]
    public void A_seal_below_a_seal()
    {
        using var there = new Loopback();
        var inner = $"command=dotnet exec {Path.Combine(Folder, "BuildGuard.Sandbox.Probe.dll")} programs tcp={there.Port} end tcp={there.Port} begin tcp={there.Port} attempts";
        // In the first build it gets nothing. In the pause it has the network until it seals itself, and again after its own build.
        var run = Run("programs", inner, "end", inner, "attempts");
        var outcomes = run.Output[run.Output.IndexOf("\nafter command", StringComparison.Ordinal)..].Split('\n').Where(l => l.Contains(" tcp: ", StringComparison.Ordinal))
            .Select(l => l[(l.LastIndexOf("tcp: ", StringComparison.Ordinal) + 5)..].Split(' ')[0]);
        Assert.AreSequenceEqual(
        [
            "refused", "refused", "refused", "refused", "refused", "refused",
            "done", "done", "done", "refused", "done", "refused",
        ], outcomes, run.Output);
    }

    private Probe.Said Run(string seal, params string[] attempts) => Probe.RunIn(Folder, seal, attempts);

    private static string Filled(string attempt, Loopback there) => attempt.Replace("{0}", there.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Line(Probe.Said run, string start) =>
        run.Output.Split('\n').FirstOrDefault(l => l.StartsWith(start, StringComparison.Ordinal)) ?? throw new AssertFailedException(run.Output);

    /// <summary>Asserts that the broker that a run named is no more.</summary>
    private static void Gone(Probe.Said run)
    {
        var broker = int.Parse(Line(run, "after broker: ").Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.IsTrue(SpinWait.SpinUntil(() => Brokers.ProcessTable.Of(broker) is null, TimeSpan.FromSeconds(10)), $"Broker {broker} is still there.\n{run.Output}");
    }
}

/// <summary>The broker that x64 Linux gets.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class NativeBrokerTests : BrokerTests
{
    protected override string Folder => File.Exists(Path.Combine(AppContext.BaseDirectory, Program)) ? AppContext.BaseDirectory
        : throw new AssertInconclusiveException("The broker was not compiled to machine code, which takes x64 Linux with clang or gcc.");

    protected override string Program => "buildguard-broker";
}

/// <summary>The broker of every other machine, and where the file of the first cannot be run.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class DotnetBrokerTests : BrokerTests
{
    private static TempFolder? _temp;

    protected override string Folder => _temp!.Root;

    protected override string Program => "dotnet";

    [ClassInitialize]
    public static void CopyProbe(TestContext context)
    {
        _temp = new();
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "BuildGuard.Sandbox.*"))
            File.Copy(file, _temp.Path(Path.GetFileName(file)));
        // Without the right to run it, as in a packages folder of somebody else.
        File.WriteAllText(_temp.Path("buildguard-broker"), "");
    }

    [ClassCleanup]
    public static void RemoveProbe() => _temp!.Dispose();
}
