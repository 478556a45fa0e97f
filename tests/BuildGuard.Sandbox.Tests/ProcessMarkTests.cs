using System.Globalization;
using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Sandbox.Tests;

/// <summary>The text of a process that MSBuild's own functions read. There is one number for it, so these do not run side by side.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
[DoNotParallelize]
public sealed class ProcessMarkTests
{
    private static readonly string Info = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{ProcessMark.Number}");
    private static readonly string Content = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{ProcessMark.Number}");

    [TestCleanup]
    public void Clear() => ProcessMark.Clear();

    [TestMethod]
    public void Read_as_MSBuild_does_until_it_is_cleared()
    {
        Assert.IsFalse(IsThere());
        Assert.IsTrue(ProcessMark.Set("one|two"));
        Assert.IsTrue(IsThere());
        Assert.AreEqual("one|two", File.ReadAllText(Content));
        Assert.IsTrue(ProcessMark.Set("three"));
        Assert.AreEqual("three", File.ReadAllText(Content));
        ProcessMark.Clear();
        Assert.IsFalse(IsThere());
        // MSBuild looks whether there is one, and then reads it: a mark that goes away in between must not be an error there.
        Assert.AreEqual("", File.ReadAllText(Content));
        Assert.IsTrue(ProcessMark.Set("four"));
        Assert.AreEqual("four", File.ReadAllText(Content));

        // With the flag that closes it where another program starts: so no process has one that was not made in it.
        static bool IsThere() => File.Exists(Info) && File.ReadAllText(Info) is var text
            && (text.Contains($"{ProcessMark.Position}\nflags:\t02100002\n", StringComparison.Ordinal) || text.Contains($"{ProcessMark.Position}\nflags:\t02400002\n", StringComparison.Ordinal));
    }

    /// <summary>A program that the build started can open it, as it can open any file of this user.</summary>
    [TestMethod]
    public void Nobody_can_write_to_it()
    {
        Assert.IsTrue(ProcessMark.Set("one"));
        Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText(Content, "other"), Content);
        Assert.Throws<UnauthorizedAccessException>(() => File.AppendAllText(Content, "other"), Content);
        Assert.AreEqual("one", File.ReadAllText(Content));
    }

    /// <summary>No program that is started gets it.</summary>
    [TestMethod]
    public void It_is_not_inherited()
    {
        Assert.IsTrue(ProcessMark.Set("one"));
        using var ls = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/ls", "/proc/self/fd") { RedirectStandardOutput = true })!;
        Assert.DoesNotContain(ProcessMark.Number.ToString(CultureInfo.InvariantCulture), ls.StandardOutput.ReadToEnd());
        ls.WaitForExit();
    }

    /// <summary>One that a parent left open for it would look the same but for that flag.</summary>
    [TestMethod]
    public void One_that_could_be_inherited_is_none()
    {
        Assert.IsTrue(ProcessMark.Set("one"));
        var before = File.ReadAllText(Info);
        const int SetDescriptorFlags = 2;
        Assert.AreEqual(0, Native.fcntl(ProcessMark.Number, SetDescriptorFlags, 0));
        var text = File.ReadAllText(Info);
        Assert.AreNotEqual(before, text);
        Assert.DoesNotContain("\nflags:\t02", text);
        foreach (var reader in (string[])["build/Check.proj", "build/hook/Gate.props", "build/hook/BuildGuard.targets"])
            Assert.Contains($"{ProcessMark.Position}&#10;flags:&#9;02100002&#10;", File.ReadAllText(Path.Combine(TestKit.PackedGuard.RepoRoot, reader)));
    }

    /// <summary>The file of somebody else stays, and nobody takes it for a mark.</summary>
    [TestMethod]
    public void A_number_that_is_taken()
    {
        var other = Native.open("/dev/zero", Native.ReadWrite | Native.CloseOnExec);
        Assert.AreEqual(ProcessMark.Number, Native.dup3(other, ProcessMark.Number, Native.CloseOnExec));
        try
        {
            Assert.IsFalse(ProcessMark.Set("one"));
            ProcessMark.Clear();
            Assert.AreEqual("/dev/zero", new FileInfo(Content).LinkTarget);
            Assert.DoesNotContain(ProcessMark.Position.ToString(CultureInfo.InvariantCulture), File.ReadAllText(Info));
        }
        finally
        {
            _ = Native.close(ProcessMark.Number);
            _ = Native.close(other);
        }
    }
}
