using System.Runtime.InteropServices;
using BuildGuard.TestKit;

namespace BuildGuard.Sandbox.Tests;

/// <summary>The seal in a process of its own. Every attempt is made before the seal as well: what does not succeed without it proves nothing.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class SealTests
{
    /// <summary>Ways to the network, by what arrives there.</summary>
    [TestMethod]
    [DataRow("tcp={tcp}")]
    [DataRow("older-thread={tcp}")]
    [DataRow("new-thread={tcp}")]
    [DataRow("http={tcp}")]
    [DataRow("udp={udp}")]
    [DataRow("kept-tcp={tcp}")]
    [DataRow("kept-udp={udp}")]
    [DataRow("far-tcp={tcp}")]
    [DataRow("command=exec 3<>/dev/tcp/127.0.0.1/{tcp} && echo x >&3")]
    [DataRow("command=echo x >/dev/udp/127.0.0.1/{udp}")]
    [DataRow("command=curl -s -m 1 http://127.0.0.1:{tcp}/ || [ $? = 28 ]")]
    [DataRow("command=setsid bash -c 'sleep 0.3; exec 3<>/dev/tcp/127.0.0.1/{tcp}; echo x >&3' & sleep 0.9; [ -z \"$(jobs -r)\" ]", "done")]
    [DataRow("command=(setsid bash -c '(sleep 0.3; exec 3<>/dev/tcp/127.0.0.1/{tcp}; echo x >&3) & disown' &) ; sleep 0.9", "done")]
    public void Nothing_reaches_the_network(string attempt, string says = "refused")
    {
        using var there = new Loopback();
        var filled = attempt.Replace("{tcp}", $"{there.Port}", StringComparison.Ordinal).Replace("{udp}", $"{there.UdpPort}", StringComparison.Ordinal);
        var control = Probe.Run("none", filled);
        Assert.AreEqual("done", control.Before, control.Output);
        Assert.AreEqual("done", control.After, control.Output);
        Assert.IsTrue(SpinWait.SpinUntil(() => there.Bytes >= 2, TimeSpan.FromSeconds(10)), control.Output);
        var twice = there.Bytes;

        there.Reset();
        var run = Probe.Run("sealed", filled);
        Assert.StartsWith(says, run.After, run.Output);
        // The attempt before the seal is the positive control of this very run.
        SpinWait.SpinUntil(() => there.Bytes >= twice / 2, TimeSpan.FromSeconds(10));
        Assert.AreEqual(twice / 2, there.Bytes, run.Output);
        Assert.AreEqual(1, there.Reached, run.Output);
    }

    /// <summary>Calls, by their error number: 13 is EACCES, 1 EPERM, 38 ENOSYS.</summary>
    [TestMethod]
    [DataRow("inet6", "done", "refused (13)")]
    [DataRow("netlink", "done", "refused (13)")]
    [DataRow("packet", null, "refused (13)")]
    [DataRow("raw", null, "refused (13)")]
    [DataRow("vsock", null, "refused (13)")]
    [DataRow("wide-family", "done", "refused (13)")]
    [DataRow("inet-pair", "refused (95)", "refused (13)")]
    [DataRow("io_uring", null, "refused (1)")]
    [DataRow("kept-ring", null, "refused (no ring)")]
    [DataRow("ptrace", "refused (3)", "refused (1)")]
    [DataRow("vm_writev", null, "refused (1)")]
    [DataRow("vm_readv", null, "refused (1)")]
    [DataRow("getfd", "refused (9)", "refused (1)")]
    [DataRow("x32", null, "refused (13)")]
    [DataRow("clone3", "refused (22)", "refused (38)")]
    [DataRow("second-listener", "done", "refused (1)")]
    [DataRow("static", "done", "refused (13)")]
    [DataRow("int80", "done", "refused (13)")]
    // Not even its exit is allowed.
    [DataRow("32-bit", "done", "died (139)")]
    // What goes on working.
    [DataRow("unix", "done", "done")]
    [DataRow("unix-pair", "done", "done")]
    [DataRow("command=true | cat && sleep 0 && echo $(id -u) >/dev/null", "done", "done")]
    public void A_call(string attempt, string? before, string after)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 && attempt is "x32" or "int80" or "32-bit")
            Assert.Inconclusive("Only x64 has such programs.");
        var run = Probe.Run("sealed", attempt);
        // Some virtual machines run no 32-bit code, whatever their kernel was built with: nothing has to be refused there.
        if ((attempt, run.Before) is ("int80", "died (139)") or ("32-bit", "no such programs here"))
            Assert.Inconclusive($"This machine runs no 32-bit code.\n{run.Output}");
        if (before is not null)
            Assert.AreEqual(before, run.Before, run.Output);
        else
            Assert.AreNotEqual(after, run.Before, run.Output);
        Assert.AreEqual(after, run.After, run.Output);
    }

    /// <summary>None of these takes the seal away.</summary>
    [TestMethod]
    [DataRow("new-privileges")]
    [DataRow("second-filter")]
    [DataRow("seccomp-off")]
    [DataRow("command=grep -q 'NoNewPrivs:.1' /proc/self/status")]
    public void It_cannot_be_undone(string attempt)
    {
        using var there = new Loopback();
        var run = Probe.Run("sealed", attempt, $"tcp={there.Port}");
        Assert.Contains("after tcp: refused", run.Output, run.Output);
        Assert.AreEqual(1, there.Reached, run.Output);
    }

    /// <summary>Without the flag that takes the other threads in, the canary must notice.</summary>
    [TestMethod]
    public void A_seal_of_one_thread_is_none()
    {
        using var there = new Loopback();
        var run = Probe.Run("untsynced", $"older-thread={there.Port}");
        Assert.AreEqual("done", run.After, run.Output);
        Assert.AreEqual(2, there.Reached, run.Output);
        Assert.Contains("State = Leaks, Problem = a network socket on a thread older than the seal was not refused", run.Output);
    }

    [TestMethod]
    public void It_says_how_many_sockets_it_ended()
    {
        using var there = new Loopback();
        var run = Probe.Run("sealed", $"kept-tcp={there.Port}", $"kept-udp={there.UdpPort}", "kept-listener");
        Assert.Contains("State = Sealed, Problem = , Ended = 3", run.Output);
        Assert.Contains("after kept-listener: refused", run.Output);
    }
}
