using System.Text.Json.Nodes;
using BuildGuard.NuGet.Checking;
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

    /// <summary>What restore wrote for a project names all that it references, also by others, so the projects at the bottom of a large repo are named by all of it.</summary>
    [TestMethod]
    [DoNotParallelize]
    public void AProjectThatMoreThanOneReferencesIsReadOnce()
    {
        const int Apps = 30;
        string[] packages = [.. Enumerable.Range(0, 600).Select(i => $"P{i}/1.0.0")];
        string[] apps = [.. Enumerable.Range(0, Apps).Select(i => $"App{i}")];
        using var repo = FakeRestore.Unsigned().Project("Base", packages);
        foreach (var app in apps)
            repo.Project(app, [], ["Base"]);
        // Reading code for the first time allocates as well.
        _ = Allocated("App0");
        var one = Allocated("App0");
        var all = Allocated(apps);
        Assert.IsLessThan(3 * one, all, $"{one:N0} bytes for one app, {all:N0} for {Apps}");

        long Allocated(params string[] names)
        {
            var request = repo.Request(names);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var graph = CheckRun.Gather(request, CancellationToken.None).Graph;
            Assert.HasCount(names.Length + 1, graph.Projects);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }

    private static FakeRestore WithFallback()
    {
        var repo = FakeRestore.Unsigned();
        repo.Install("A", Good, packages: repo.Temp.Path("fallback")).App("A/1.0.0");
        return repo.EditAssets(a => a["packageFolders"]!.AsObject().Add(repo.Temp.Path("fallback") + "/", new JsonObject()));
    }
}
