using System.Text.Json.Nodes;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Projects;

/// <summary>Packs: what restore downloads without making it a dependency.</summary>
[TestClass]
public sealed class DownloadsTests
{
    private const string Runtime = "Contoso.Runtime.linux-x64";

    [TestMethod]
    public void APackIsReadLockedAndCompared()
    {
        using var repo = Repo("[1.0.0, 1.0.0]");
        Assert.AreEqual("BG2005", repo.Check().Codes());
        repo.Lock();
        var result = repo.Check();
        Assert.AreEqual("", result.Codes(), result.Text());
        Assert.AreEqual((1, 1), (result.Packages, result.Packs));

        var other = new TestPackage(Runtime, "1.0.0").File("runtimes/linux-x64/native/host", "other").ToBytes();
        repo.Install(Runtime, other);
        Assert.AreEqual("BG2005", repo.Check().Codes());
        // Bytes replaced behind the record that restore wrote.
        repo.Install(Runtime, Bytes());
        File.WriteAllBytes(repo.Nupkg(Runtime), other);
        Assert.AreEqual("BG2005", repo.Check().Codes());
    }

    [TestMethod]
    public void AFileOfAPackThatChangedIsSeen()
    {
        using var repo = Repo("[1.0.0, 1.0.0]").Lock();
        File.WriteAllText(Path.Combine(repo.PackageFolder(Runtime, "1.0.0"), "runtimes/linux-x64/native/host"), "evil");
        Assert.AreEqual("BG2003", repo.Check().Codes());
    }

    [TestMethod]
    public void APackThatIsGoneIsAGap()
    {
        using var repo = Repo("[1.0.0, 1.0.0]").Lock();
        Directory.Delete(repo.PackageFolder(Runtime, "1.0.0"), recursive: true);
        repo.Check().AssertGap("is missing");
    }

    [TestMethod]
    public void SeveralVersionsAreSeveralPacks()
    {
        using var repo = Repo("[1.0.0, 1.0.0];[2.0.0]");
        repo.Install(Runtime, Bytes("2.0.0"), "2.0.0").App("A/1.0.0").EditAssets(Download("[1.0.0, 1.0.0];[2.0.0]")).Lock();
        Assert.AreEqual(2, repo.Check().Packs);
    }

    /// <summary>The compiler of NativeAOT is a dependency and a download at once.</summary>
    [TestMethod]
    public void WhatIsADependencyAsWellIsAPackage()
    {
        using var repo = FakeRestore.Unsigned().Install(Runtime, Bytes()).App(Runtime + "/1.0.0").EditAssets(Download("[1.0.0]")).Lock();
        var result = repo.Check();
        Assert.AreEqual("", result.Codes(), result.Text());
        Assert.AreEqual((1, 0), (result.Packages, result.Packs));
    }

    [TestMethod]
    [DataRow("[1.0.0, 2.0.0]")]
    [DataRow("1.0.0")]
    [DataRow("(, 1.0.0]")]
    [DataRow("x")]
    public void AnythingButOneVersionIsNotWhatRestoreWrites(string range)
    {
        using var repo = Repo(range);
        repo.Check().AssertGap("it does not have the form that restore writes");
    }

    [TestMethod]
    public void AnIdThatLeadsOutOfTheFolderIsRefused()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").EditAssets(Download("[1.0.0]", "../../evil"));
        repo.Check().AssertGap("it does not have the form that restore writes");
    }

    private static FakeRestore Repo(string range) => FakeRestore.Unsigned().Install("A").Install(Runtime, Bytes()).App("A/1.0.0").Lock().EditAssets(Download(range));

    private static byte[] Bytes(string version = "1.0.0") => new TestPackage(Runtime, version).File("runtimes/linux-x64/native/host", "honest").ToBytes();

    private static Action<JsonNode> Download(string range, string id = Runtime) => assets =>
        assets["project"]!["frameworks"]!["net10.0"]!["downloadDependencies"] = new JsonArray(new JsonObject { ["name"] = id, ["version"] = range });
}
