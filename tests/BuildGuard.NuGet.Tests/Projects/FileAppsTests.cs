using System.Security.Cryptography;
using System.Text;
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

    /// <summary>What somebody ran on this machine must not decide what a check says.</summary>
    [TestMethod]
    public void OnlyTheAppsThatCountAreLookedFor()
    {
        using var temp = new TempFolder();
        var apps = ((string[])["one.cs", "two.cs", "three.cs"]).Select(n => temp.Path(n)).ToList();
        var restored = new List<string>();
        try
        {
            foreach (var app in apps)
                File.WriteAllText(app, "");
            foreach (var app in apps.Take(2))
            {
                restored.Add(Path.Combine(Path.GetTempPath(), "dotnet", "runfile", $"{Path.GetFileNameWithoutExtension(app)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(app.ToUpperInvariant())))}"));
                Directory.CreateDirectory(Path.Combine(restored[^1], "obj"));
                File.WriteAllText(Path.Combine(restored[^1], "obj", "project.assets.json"), "{}");
            }
            CollectionAssert.AreEqual(apps.Take(2).ToList(), FileApps.Restored(temp.Root, [], null).ToList());
            CollectionAssert.AreEqual((string[])[apps[1]], FileApps.Restored(temp.Root, [], new(() => [apps[1], apps[2]])).ToList());
        }
        finally
        {
            foreach (var folder in restored)
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The whole repo is asked about, and its projects own their files, whichever of them is checked.</summary>
    [TestMethod]
    public void AppsAreReadAsText()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        Directory.CreateDirectory(repo.InRepo("scripts"));
        Directory.CreateDirectory(repo.InRepo("src", "Other"));
        File.WriteAllText(repo.InRepo("src", "Other", "Other.csproj"), "<Project />");
        File.WriteAllText(repo.InRepo("src", "Other", "data.cs"), "#:package Not.An.App@1.0.0\n");
        File.WriteAllText(repo.InRepo("scripts", "plain.cs"), "System.Console.WriteLine();\n");
        File.WriteAllText(repo.InRepo("scripts", "app.cs"), "#!/usr/bin/env dotnet\n#:package A@1.0.0\n#:package B\nSystem.Console.WriteLine();\n");
        var result = repo.Check();
        Assert.AreEqual($"{repo.InRepo("scripts", "app.cs")}(2,1) The app scripts/app.cs names packages (A, B) and is not in the lock.", string.Join('\n', result.Of("BG2004").Select(f => $"{f.Location} {f.What}")));
        Assert.AreEqual("", FakeRestore.Check(repo.Request() with { Guard = new() { Level = Core.GuardLevel.RestoreHook, Subject = repo.ProjectFile() } }).Codes(), "a build takes in what it builds");
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
