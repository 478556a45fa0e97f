using System.Text.Json.Nodes;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

[TestClass]
public sealed class GraphReaderTests
{
    private static readonly byte[] Good = new TestPackage("A", "1.0.0").File("lib/net10.0/_._", "good").ToBytes();
    private static readonly byte[] Other = new TestPackage("A", "1.0.0").File("lib/net10.0/_._", "other").ToBytes();

    [TestMethod]
    public void APackageIsFoundInAFallbackFolder()
    {
        using var repo = WithFallback();
        repo.Lock();
        Assert.AreEqual("", repo.Check().Codes());
        Assert.AreEqual(repo.PackageFolder("A", "1.0.0", repo.Temp.Path("fallback")), repo.Package().Folder);
    }

    [TestMethod]
    public void ThePackagesFolderComesBeforeTheFallback()
    {
        using var repo = WithFallback();
        repo.Lock();
        repo.Install("A", Other);
        Assert.AreEqual(FakeRestore.NuGetHash(Other), repo.Package().ContentHash.Value);
        Assert.AreEqual("BG2002", repo.Check().Codes());
    }

    /// <summary>NuGet builds with the first folder that has the package's metadata; a good archive further on must not vouch for it.</summary>
    [TestMethod]
    public void TheFolderThatTheBuildUsesIsTheOneThatIsJudged()
    {
        using var repo = WithFallback();
        repo.Lock();
        repo.Install("A", Other);
        File.Delete(repo.Nupkg("A"));
        repo.Check().AssertGap("is missing");
    }

    [TestMethod]
    public void DifferentHashesInTwoProjectsAreAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Project("App", ["A/1.0.0"]).Project("Other", ["A/1.0.0"]).Lock();
        repo.EditAssets(a => a["libraries"]!["A/1.0.0"]!["sha512"] = FakeRestore.NuGetHash(Other));
        repo.Check().AssertGap("the projects recorded different hashes for it");
    }

    [TestMethod]
    public void AHashThatRestoreDidNotRecordIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        repo.EditAssets(a => a["libraries"]!["A/1.0.0"]!["sha512"] = null);
        repo.Check().AssertGap("restore recorded no hash");
    }

    [TestMethod]
    [DataRow("""{ "version": 2, "source": "https://feed.gallery.example/v3/index.json" }""", FakeRestore.Source)]
    [DataRow("""{ "version": 2 }""", null)]
    [DataRow("""{ "source": 7 }""", null)]
    [DataRow("""[ "source" ]""", null)]
    [DataRow("""{ "source": "\ud800" }""", null)]
    [DataRow("""{ "sou""", null)]
    public void TheSourceIsWhatRestoreRecorded(string metadata, string? source)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        File.WriteAllText(Path.Combine(repo.PackageFolder("A", "1.0.0"), ".nupkg.metadata"), metadata);
        Assert.AreEqual(source, repo.Package().Source);
    }

    private static FakeRestore WithFallback()
    {
        var repo = FakeRestore.Unsigned();
        repo.Install("A", Good, packages: repo.Temp.Path("fallback")).App("A/1.0.0");
        return repo.EditAssets(a => a["packageFolders"]!.AsObject().Add(repo.Temp.Path("fallback") + "/", new JsonObject()));
    }
}
