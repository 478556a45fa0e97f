using Microsoft.Win32.SafeHandles;

namespace BuildGuard.Sandbox.Tests;

[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class OpenSocketsTests
{
    private const int High = 1700;

    [TestMethod]
    public void Every_open_file_is_found_under_its_number_and_no_other()
    {
        using var low = File.OpenHandle("/dev/null");
        Assert.AreEqual(High, Native.dup3((int)low.DangerousGetHandle(), High, Native.CloseOnExec));
        using (new SafeFileHandle(High, ownsHandle: true))
        {
            var open = OpenSockets.Open(0, 4096);
            Assert.Contains((int)low.DangerousGetHandle(), open);
            Assert.Contains(High, open);
            Assert.DoesNotContain(High + 1, open);
            Assert.AreSequenceEqual(open.Order().Distinct(), open);
            Assert.AreSequenceEqual([High], OpenSockets.Open(High, High + 1));
            Assert.IsEmpty(OpenSockets.Open(High + 1, High + 2));
        }
        Assert.DoesNotContain(High, OpenSockets.Open(0, 4096));
    }

    /// <summary>The kernel refuses to be asked for more files than a process may have, and has room for 256 where 200 are allowed. Then each is asked for.</summary>
    [TestMethod]
    public void Where_few_files_are_allowed_a_socket_from_before_the_seal_is_ended_too()
    {
        var run = Probe.RunWithFiles(200, "sealed", "kept-udp=9");
        Assert.AreEqual("done", run.Before, run.Output);
        Assert.StartsWith("refused", run.After, run.Output);
    }
}
