namespace BuildGuard.NuGet.Tests.Projects;

[TestClass]
public sealed class ProjectReadingTests
{
    [TestMethod]
    public void NoRestoreIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        Directory.Delete(Path.GetDirectoryName(repo.AssetsFile())!, recursive: true);
        var result = repo.Check();
        result.AssertGap("no usable project.assets.json: it does not exist");
        Assert.Contains("dotnet restore", result.Of("BG0008")[0].Fix);
    }

    [TestMethod]
    public void AProjectThatIsGoneIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.Delete(repo.ProjectFile());
        repo.Check().AssertGap("does not exist");
    }

    [TestMethod]
    public void AReferenceThatRestoreDidNotKnowIsAGapAtItsLine()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        repo.WriteProject("App", "    <PackageReference Include=\"A\" Version=\"1.0.0\" />\n    <PackageReference Include=\"New\" Version=\"1.0.0\" />");
        var result = repo.Check();
        result.AssertGap("names New, which its last restore did not know");
        Assert.AreEqual(new(repo.ProjectFile(), 4, 5), result.Of("BG0008")[0].Location);
    }

    [TestMethod]
    [DataRow("<PackageReference Include=\"A\" Version=\"2.0.0\" />", true)]
    [DataRow("<PackageReference Include=\"a\" Version=\"[1.0.0]\" />", true)]
    [DataRow("<PackageReference Include=\"A\"><Version>2.0.0</Version></PackageReference>", true)]
    [DataRow("<PackageReference Include=\"A\" Version=\" 1.0 \" />", false)]
    [DataRow("<PackageReference Include=\"A\" Version=\"$(V)\" />", false)]
    [DataRow("<PackageReference Include=\"A\" Version=\"2.*\" />", false)]
    [DataRow("<PackageReference Include=\"A\" Version=\"2.0.0\" Condition=\"false\" />", false)]
    [DataRow("<PackageReference Include=\"A\" />", false)]
    public void AChangedVersionIsAGap(string reference, bool stale)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        repo.WriteProject("App", reference);
        var result = repo.Check();
        if (stale)
            result.AssertGap("its last restore saw another version");
        else
            Assert.AreEqual("", result.Codes(), result.Text());
    }

    [TestMethod]
    [DataRow("""{ "version": 2, "success": false }""", true)]
    [DataRow("""{ "version": 2, "succ""", true)]
    [DataRow("""[ "success" ]""", true)]
    [DataRow("""{ "version": 2, "success": true }""", false)]
    public void AFailedRestoreIsAGap(string cache, bool failed)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.WriteAllText(repo.InRepo("src", "App", "obj", "project.nuget.cache"), cache);
        var result = repo.Check();
        if (failed)
            result.AssertGap("The last restore of App.csproj failed");
        else
            Assert.AreEqual("", result.Codes(), result.Text());
    }

    [TestMethod]
    public void PackagesConfigIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.WriteAllText(repo.InRepo("src", "App", "packages.config"), "<packages />");
        var result = repo.Check();
        result.AssertGap("packages.config");
        Assert.AreEqual(repo.InRepo("src", "App", "packages.config"), result.Of("BG0008")[0].Location.File);
    }

    [TestMethod]
    public void TheArtifactsFolderIsFound()
    {
        using var repo = FakeRestore.Unsigned().Install("A");
        repo.Project("App", ["A/1.0.0"], assetsFile: repo.InRepo("artifacts", "obj", "App", "project.assets.json")).Lock();
        var result = repo.Check();
        Assert.AreEqual("", result.Codes(), result.Text());
        Assert.AreEqual(1, result.Packages);
    }

    [TestMethod]
    public void AFailedRestoreIsSeenInTheArtifactsFolder()
    {
        using var repo = FakeRestore.Unsigned().Install("A");
        repo.Project("App", ["A/1.0.0"], assetsFile: repo.InRepo("artifacts", "obj", "App", "project.assets.json")).Lock();
        File.WriteAllText(repo.InRepo("artifacts", "obj", "App", "project.nuget.cache"), """{ "success": false }""");
        repo.Check().AssertGap("failed");
    }

    [TestMethod]
    [DataRow("fsproj")]
    [DataRow("vbproj")]
    public void OtherLanguagesAreProjectsLikeAny(string extension)
    {
        using var repo = FakeRestore.Unsigned().Install("A").Project("App", ["A/1.0.0"], extension: extension).Lock();
        var result = repo.Check();
        Assert.AreEqual("", result.Codes(), result.Text());
        Assert.AreEqual(1, result.Packages);
    }
}
