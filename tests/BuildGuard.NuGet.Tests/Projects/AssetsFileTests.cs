using System.Text;
using System.Text.Json.Nodes;

namespace BuildGuard.NuGet.Tests.Projects;

[TestClass]
public sealed class AssetsFileTests
{
    /// <summary>The file that a real restore wrote for this test project.</summary>
    [TestMethod]
    public void ARealFileIsRead()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "obj", "project.assets.json");
            if (!File.Exists(path))
                continue;
            var (file, problem) = NuGet.Projects.AssetsFile.Read(path);
            Assert.IsNull(problem);
            Assert.AreEqual("BuildGuard.NuGet.Tests.csproj", Path.GetFileName(file!.ProjectPath));
            Assert.AreEqual("MSTest", string.Join(' ', file.Direct.Select(d => d.Id)));
            Assert.Contains("BuildGuard.NuGet.csproj", file.ProjectReferences.Select(p => Path.GetFileName(p)));
            Assert.IsTrue(file.ProjectReferences.All(File.Exists));
            Assert.Contains("MSTest.TestFramework", file.Libraries.Where(l => l.IsPackage && l.Sha512 is not null).Select(l => l.Id));
            Assert.HasCount(file.Libraries.Count(l => l.IsPackage), NuGet.Checking.DependencyPaths.Of(file, "Tests"));
            return;
        }
        Assert.Fail("This project was built without a restore.");
    }

    [TestMethod]
    public void EveryFrameworkAndRuntimeIsRead_AndAPackageOnceOnly()
    {
        using var repo = FakeRestore.Unsigned().Install("A", dependsOn: "B").Install("B")
            .Project("App", ["A/1.0.0"], targets: ["net8.0", "net10.0", "net10.0/linux-x64"]).Lock();
        var result = repo.Check();
        Assert.AreEqual("", result.Codes(), result.Text());
        Assert.AreEqual(2, result.Packages);
    }

    [TestMethod]
    public void APackageOfOnlyOneRuntimeIsRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Install("Native").Project("App", ["A/1.0.0"], targets: ["net10.0", "net10.0/linux-x64"]);
        repo.Project("Other", ["Native/1.0.0"]).EditAssets(a =>
        {
            var other = JsonNode.Parse(File.ReadAllBytes(repo.AssetsFile("Other")))!;
            a["targets"]!["net10.0/linux-x64"]!["Native/1.0.0"] = other["targets"]!["net10.0"]!["Native/1.0.0"]!.DeepClone();
            a["libraries"]!["Native/1.0.0"] = other["libraries"]!["Native/1.0.0"]!.DeepClone();
        });
        CollectionAssert.AreEqual(new[] { "A", "Native" }, CheckIds(repo, "App"));
    }

    [TestMethod]
    public void ProjectReferencesAreFollowed_AndTheirPackagesRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Install("B")
            .Project("Deep", ["B/1.0.0"]).Project("Lib", [], projects: ["Deep"]).Project("App", ["A/1.0.0"], projects: ["Lib"]);
        CollectionAssert.AreEqual(new[] { "A", "B" }, CheckIds(repo, "App"));
    }

    [TestMethod]
    public void ProjectsThatReferenceEachOtherEnd()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Project("Lib", ["A/1.0.0"], projects: ["App"]).Project("App", [], projects: ["Lib"]);
        CollectionAssert.AreEqual(new[] { "A" }, CheckIds(repo, "App"));
    }

    [TestMethod]
    public void AByteOrderMarkIsNoObstacle()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.WriteAllBytes(repo.AssetsFile(), [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(repo.AssetsFile())]);
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    public void AnotherProjectsFileIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Project("Other", ["A/1.0.0"]).App("A/1.0.0").Lock();
        File.Copy(repo.AssetsFile("Other"), repo.AssetsFile(), overwrite: true);
        repo.Check().AssertGap("not to App.csproj");
    }

    [TestMethod]
    [DataRow("", DisplayName = "empty")]
    [DataRow("{", DisplayName = "truncated")]
    [DataRow("null", DisplayName = "null")]
    [DataRow("[]", DisplayName = "a list")]
    [DataRow("3", DisplayName = "a number")]
    [DataRow("{}", DisplayName = "no keys")]
    [DataRow("{\"version\":9}", DisplayName = "a later version")]
    [DataRow("{\"version\":\"3\"}", DisplayName = "version as text")]
    [DataRow("{\"version\":3.5}", DisplayName = "version as fraction")]
    [DataRow("\0\0\0\0", DisplayName = "zeros")]
    [DataRow("{\"version\":3,\"project\":{\"restore\":{\"projectPath\":\"\\ud800\"},\"frameworks\":{}}}", DisplayName = "half a surrogate")]
    public void AFileThatIsNotWhatRestoreWritesIsAGap(string text)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.WriteAllText(repo.AssetsFile(), text);
        repo.Check().AssertGap("no usable project.assets.json");
    }

    [TestMethod]
    public void EveryTruncationIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A", dependsOn: "B").Install("B").App("A/1.0.0").Lock();
        var whole = File.ReadAllBytes(repo.AssetsFile());
        for (var length = 0; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(repo.AssetsFile(), whole[..length]);
            repo.Check().AssertGap("no usable project.assets.json");
        }
    }

    [TestMethod]
    public void DepthIsBounded()
    {
        using var repo = FakeRestore.Unsigned().App().Lock();
        File.WriteAllText(repo.AssetsFile(), string.Concat(Enumerable.Repeat("{\"a\":", 200_000)));
        repo.Check().AssertGap("not the JSON that restore writes");
    }

    /// <summary>Each of these replaces one value of a good file. None may be read as something else, and none may be an internal error.</summary>
    [TestMethod]
    [DataRow("libraries", "../../x/1.0.0", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "a/../../x/1.0.0", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "a\\b/1.0.0", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "/1.0.0", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "/etc/1.0.0", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "B/../../x", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "B", """{"type":"package","sha512":"x"}""")]
    [DataRow("libraries", "B/1.0.0", """{"type":"package"}""")]
    [DataRow("libraries", "B/1.0.0", """{"type":7}""")]
    [DataRow("libraries", "B/1.0.0", """{"type":"Package","sha512":"x"}""")]
    [DataRow("libraries", "B/1.0.0", "null")]
    [DataRow("libraries", "B/1.0.0", """{"type":"project","msbuildProject":null}""")]
    [DataRow("libraries", "B/1.0.0", """{"type":"project","msbuildProject":"/"}""")]
    [DataRow("libraries", "B/1.0.0", """{"type":"project","msbuildProject":"a\u0000b"}""")]
    [DataRow("targets", "net10.0", """{"A":{}}""")]
    [DataRow("targets", "net10.0", """{"A/1.0.0":{},"A/2.0.0":{}}""")]
    [DataRow("targets", "net10.0", """{"A/1.0.0":{},"Hidden/1.0.0":{"type":"package"}}""")]
    [DataRow("targets", "net10.0", """{"A/1.0.0":{"dependencies":["x"]}}""")]
    [DataRow("projectFileDependencyGroups", "net10.0", "[null]")]
    [DataRow("projectFileDependencyGroups", "net10.0", "7")]
    [DataRow("packageFolders", null, "7")]
    [DataRow("packageFolders", null, "{}")]
    [DataRow("project", "restore", """{"projectPath":null}""")]
    [DataRow("project", "restore", """{"projectPath":""}""")]
    [DataRow("project", "restore", """{"projectPath":"a\u0000b"}""")]
    [DataRow("project", "restore", """{"projectPath":"relative.csproj"}""")]
    [DataRow("project", "frameworks", """{"net10.0":{"dependencies":{"A":{"version":7}}}}""")]
    public void AHostileValueIsAGap(string section, string? key, string value)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        repo.EditAssets(a =>
        {
            if (key is null)
                a[section] = JsonNode.Parse(value);
            else
                a[section]![key] = JsonNode.Parse(value);
        });
        var result = repo.Check();
        Assert.IsNotEmpty(result.Of("BG0008"), result.Text());
        Assert.IsEmpty(result.Of("BG0009"), result.Text());
        Assert.AreEqual(2, result.ExitCode);
    }

    [TestMethod]
    public void ANulInAPackagesFolderIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        repo.EditAssets(a => a["packageFolders"] = new JsonObject { [repo.Packages + "\0/"] = new JsonObject() });
        repo.Check().AssertGap("A 1.0.0 cannot be judged");
    }

    [TestMethod]
    public void ALargeFileIsRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        const int More = 20_000;
        repo.EditAssets(a =>
        {
            var files = new JsonArray([.. Enumerable.Range(0, 10).Select(i => (JsonNode)$"lib/net10.0/a-file-name-of-usual-length-{i}.dll")]);
            for (var i = 0; i < More; i++)
            {
                a["libraries"]![$"P{i}/1.0.0"] = new JsonObject { ["type"] = "package", ["sha512"] = "x", ["files"] = files.DeepClone() };
                a["targets"]!["net10.0"]![$"P{i}/1.0.0"] = new JsonObject { ["type"] = "package" };
            }
        });
        Assert.IsGreaterThan(10_000_000, new FileInfo(repo.AssetsFile()).Length);
        var (file, problem) = NuGet.Projects.AssetsFile.Read(repo.AssetsFile());
        Assert.IsNull(problem);
        Assert.HasCount(More + 1, file!.Libraries);
    }

    [TestMethod]
    public void AFileBeyondTheLimitIsAGapAndIsNotRead()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        using (var sparse = new FileStream(repo.AssetsFile(), FileMode.Open))
            sparse.SetLength(NuGet.Projects.AssetsFile.MaxBytes + 1L);
        repo.Check().AssertGap("at most");
    }

    [TestMethod]
    public void EveryFlippedByteIsAnAnswer_NeverAnInternalError()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        var whole = File.ReadAllBytes(repo.AssetsFile());
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(repo.AssetsFile(), bytes);
            var result = repo.Check();
            Assert.IsEmpty(result.Of("BG0009"), result.Text() + "\n" + Encoding.UTF8.GetString(bytes));
        }
    }

    private static string[] CheckIds(FakeRestore repo, string project) =>
        [.. NuGet.Checking.CheckRun.Gather(repo.Request(project), CancellationToken.None).Graph.Packages.Select(p => p.Id)];
}
