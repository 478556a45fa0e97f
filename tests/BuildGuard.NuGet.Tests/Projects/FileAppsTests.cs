using System.Text.Json.Nodes;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Projects;

/// <summary>Apps that are one C# file, whose project exists only in memory.</summary>
[TestClass]
public sealed class FileAppsTests
{
    [TestMethod]
    public void TheSourceOfAProjectThatIsNotThere()
    {
        using var temp = new TempFolder();
        var source = temp.Path("app.cs");
        Assert.IsNull(FileApps.SourceOf(source));
        Assert.IsNull(FileApps.SourceOf(source + ".csproj"));
        File.WriteAllText(source, "");
        Assert.AreEqual(source, FileApps.SourceOf(source));
        Assert.AreEqual(source, FileApps.SourceOf(source + ".csproj"));
        Assert.IsNull(FileApps.SourceOf(temp.Path("app.csproj")));
        File.WriteAllText(source + ".csproj", "<Project />");
        Assert.IsNull(FileApps.SourceOf(source + ".csproj"));
    }

    [TestMethod]
    public void WhatBelongsToAProjectIsNoApp()
    {
        using var temp = new TempFolder();
        foreach (var file in (string[])["top.cs", "scripts/a.cs", "scripts/b.csx", "src/App/Program.cs", "src/App/Deep/More.cs", "obj/gen.cs"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(temp.Path(file))!);
            File.WriteAllText(temp.Path(file), "");
        }
        CollectionAssert.AreEqual((string[])[temp.Path("scripts/a.cs"), temp.Path("top.cs")], FileApps.Below(temp.Root, [temp.Path("src/App/App.csproj"), temp.Path("scripts/a.cs")]).ToList());
        // A project at the top does not own the whole repo.
        Assert.Contains(temp.Path("scripts/a.cs"), FileApps.Below(temp.Root, [temp.Path("All.csproj")]).ToList());
    }

    [TestMethod]
    [DataRow("#:package A@1.0.0", "")]
    [DataRow("#!/usr/bin/env dotnet\n#:package A", "")]
    [DataRow("#:package A@$(Version)", "")]
    [DataRow("#:package A@2.0.0", "asks for A 2.0.0")]
    [DataRow("#:package B@1.0.0", "names B")]
    public void AnAppIsReadLikeAProject(string head, string stale)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        var source = repo.InRepo("src", "App", "app.cs");
        File.Delete(repo.ProjectFile());
        File.WriteAllText(source, head + "\nSystem.Console.WriteLine();\n");
        repo.EditAssets(a => a["project"]!["restore"]!["projectPath"] = JsonValue.Create(source + ".csproj"));
        var request = repo.Request() with { Projects = [new(source + ".csproj", repo.AssetsFile())] };
        var (result, input) = NuGet.Checking.CheckRun.Execute(request, CancellationToken.None);
        var project = input.Graph.Projects.Single();
        Assert.AreEqual((source, source + ".csproj", "src/App/app.cs"), (project.Path, project.MSBuildPath, project.RelativePath));
        if (stale.Length == 0)
        {
            Assert.AreEqual("BG2001", result.Codes(), result.Text());
            Assert.AreEqual(head.Split('\n').Length, input.Graph.Packages.Single().Reference.Line);
        }
        else
        {
            result.AssertGap(stale);
            Assert.AreEqual($"{source}(1,1)", result.Of("BG0008")[0].Location.ToString());
        }
    }

    [TestMethod]
    public void OneThatWasNeverRestoredNamesTheCommand()
    {
        using var repo = FakeRestore.Unsigned();
        var source = repo.InRepo("app.cs");
        File.WriteAllText(source, "System.Console.WriteLine();\n");
        Assert.IsNull(FileApps.AssetsOf(source));
        var result = FakeRestore.Check(repo.Request() with { Projects = [new(source)] });
        result.AssertGap("no usable project.assets.json");
        Assert.AreEqual($"Run: dotnet restore {source}", result.Of("BG0008")[0].Fix);
    }
}
