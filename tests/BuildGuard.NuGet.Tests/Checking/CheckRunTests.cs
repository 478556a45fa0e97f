using BuildGuard.Core.Findings;

namespace BuildGuard.NuGet.Tests.Checking;

[TestClass]
public sealed class CheckRunTests
{
    [TestMethod]
    public void AnInternalErrorIsAFinding_AndNothingPasses()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        Assert.AreEqual(0, repo.Check().ExitCode);
        var result = FakeRestore.Check(repo.Request() with { Progress = (_, _) => throw new FormatException("made by the test") });
        Assert.AreEqual("BG0009", result.Codes());
        Assert.Contains("made by the test", result.Of("BG0009")[0].What);
        Assert.AreEqual(2, result.ExitCode);
    }

    [TestMethod]
    public void CancellingIsNotAnError()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => NuGet.Checking.CheckRun.Execute(repo.Request(), cancel.Token));
    }

    [TestMethod]
    public void NoPolicyIsAnError()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.Delete(repo.InRepo("buildguard.json"));
        var result = repo.Check();
        Assert.AreEqual("BG0001", result.Codes());
        Assert.AreEqual(2, result.ExitCode);
    }

    [TestMethod]
    public void OffOnTheCommandLineIsLoud_AndNothingIsRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.Delete(repo.Nupkg("A"));
        var result = FakeRestore.Check(Mode(repo, "off", fromCommandLine: true));
        Assert.AreEqual("BG0007", result.Codes());
        Assert.AreEqual(Severity.Warning, result.Findings[0].Severity);
        Assert.AreEqual((0, 0, 0), (result.ExitCode, result.Packages, result.Files));
    }

    [TestMethod]
    public void OffFromAFileIsAnError_AndEverythingIsRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        var result = FakeRestore.Check(Mode(repo, "off", fromCommandLine: false));
        Assert.AreEqual("BG0007", result.Codes());
        Assert.AreEqual((1, 1), (result.ExitCode, result.Packages));
    }

    [TestMethod]
    public void AnUnreadablePolicyIsJudgedInModeOff()
    {
        using var repo = FakeRestore.Unsigned().App().Policy("{ \"version\": 1, \"mod\": \"audit\" }");
        Assert.AreEqual(2, FakeRestore.Check(Mode(repo, "off", fromCommandLine: true)).ExitCode);
    }

    [TestMethod]
    public void NoProjectIsAnError()
    {
        using var repo = FakeRestore.Unsigned();
        Assert.AreEqual("BG0006 BG2001", repo.Check().Codes());
    }

    [TestMethod]
    public void APartOfTheRepoDoesNotMakeTheRestStale()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Install("B").Project("App", ["A/1.0.0"]).Project("Other", ["B/1.0.0"]).Lock();
        Assert.AreEqual("", FakeRestore.Check(repo.Request("App")).Codes());
    }

    [TestMethod]
    public void ADeletedProjectThatIsStillInTheLockIsReported_WithThePackagesThatOnlyItUsed()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Install("B").Project("App", ["A/1.0.0"]).Project("Other", ["B/1.0.0"]).Lock();
        Directory.Delete(repo.InRepo("src", "Other"), recursive: true);
        // Still in the solution: a gap as well.
        repo.Check().AssertGap("does not exist");
        var result = FakeRestore.Check(repo.Request("App"));
        Assert.AreEqual("BG2004", result.Codes(), result.Text());
        Assert.Contains("src/Other/Other.csproj", result.Text());
        Assert.Contains("B/1.0.0", result.Text());
        Assert.DoesNotContain("A/1.0.0", result.Text());
    }

    [TestMethod]
    public void TheCheckWritesNothing()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        string[] before = [.. Directory.EnumerateFileSystemEntries(repo.Temp.Root, "*", SearchOption.AllDirectories).Order()];
        var times = before.Select(File.GetLastWriteTimeUtc).ToList();
        repo.Check();
        CollectionAssert.AreEqual(before, Directory.EnumerateFileSystemEntries(repo.Temp.Root, "*", SearchOption.AllDirectories).Order().ToArray());
        CollectionAssert.AreEqual(times, before.Select(File.GetLastWriteTimeUtc).ToList());
    }

    private static NuGet.Checking.CheckRequest Mode(FakeRestore repo, string mode, bool fromCommandLine)
    {
        var request = repo.Request();
        return request with { Guard = request.Guard with { RequestedMode = mode, ModeIsFromCommandLine = fromCommandLine } };
    }
}
