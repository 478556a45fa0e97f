using System.Text.Json.Nodes;

namespace BuildGuard.NuGet.Tests.Checking;

[TestClass]
public sealed class DependencyPathsTests
{
    [TestMethod]
    public void TheShortestWayCounts()
    {
        using var repo = FakeRestore.Unsigned().Install("A", dependsOn: "B").Install("B", dependsOn: "C").Install("C", dependsOn: "D").Install("D").Install("E", dependsOn: "D")
            .App("A/1.0.0", "E/1.0.0");
        Assert.AreEqual("App > E 1.0.0 > D 1.0.0", Path(repo, "D"));
        Assert.AreEqual("App > A 1.0.0 > B 1.0.0 > C 1.0.0", Path(repo, "C"));
        Assert.AreEqual(new(repo.ProjectFile(), 4, 5), repo.Package("D").Reference);
        Assert.AreEqual(new(repo.ProjectFile(), 3, 5), repo.Package("C").Reference);
        Assert.IsFalse(repo.Package("D").IsDirect);
        Assert.IsTrue(repo.Package("E").IsDirect);
    }

    [TestMethod]
    public void TheShortestOfAllProjectsCounts()
    {
        using var repo = FakeRestore.Unsigned().Install("A", dependsOn: "B").Install("B").Project("App", ["A/1.0.0"]).Project("Other", ["B/1.0.0"]);
        Assert.AreEqual("Other > B 1.0.0", Path(repo, "B"));
        Assert.AreEqual(repo.ProjectFile("Other"), repo.Package("B").Reference.File);
    }

    [TestMethod]
    public void AProjectOnTheWayIsNamedWithoutAVersion()
    {
        using var repo = FakeRestore.Unsigned().Install("A").Project("App", [], projects: ["Lib"]);
        repo.EditAssets(a =>
        {
            a["targets"]!["net10.0"]!["Lib/1.0.0"]!["dependencies"] = new JsonObject { ["A"] = "1.0.0" };
            a["targets"]!["net10.0"]!["A/1.0.0"] = new JsonObject { ["type"] = "package" };
            a["libraries"]!["A/1.0.0"] = new JsonObject { ["type"] = "package", ["sha512"] = "x" };
        });
        Assert.AreEqual("App > Lib > A 1.0.0", Path(repo, "A"));
    }

    [TestMethod]
    public void ACircleEnds()
    {
        using var repo = FakeRestore.Unsigned().Install("A", dependsOn: "B").Install("B", dependsOn: "A").App("A/1.0.0");
        Assert.AreEqual("App > A 1.0.0 > B 1.0.0", Path(repo, "B"));
    }

    private static string Path(FakeRestore repo, string id) => string.Join(" > ", repo.Package(id).DependencyPath);
}
