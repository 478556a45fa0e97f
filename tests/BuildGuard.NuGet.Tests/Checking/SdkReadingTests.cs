using BuildGuard.Core;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

/// <summary>MSBuild SDKs that files name. What MSBuild itself makes of each form was tried with SDK 10.0.401.</summary>
[TestClass]
public sealed class SdkReadingTests
{
    private const string Simple = "<Project Sdk=\"Microsoft.NET.Sdk\">{0}</Project>";

    [TestMethod]
    [DataRow("<Project Sdk=\"Evil.Sdk/1.0.0\" />")]
    [DataRow("<Project Sdk=\" Microsoft.NET.Sdk ; Evil.Sdk / 1.0.0 \" />")]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk;Evil.Sdk/1.0\" />")]
    [DataRow("<Project>\n<Sdk Name=\"Evil.Sdk\" Version=\"1.0.0\" Condition=\"false\" /></Project>")]
    [DataRow("<Project><ImportGroup>\n<Import Sdk=\"Evil.Sdk\" Version=\"1.0.0\" Project=\"Sdk.props\" Condition=\"'$(X)' == 'y'\" /></ImportGroup></Project>")]
    [DataRow("<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\" Sdk=\"&#69;vil.Sdk/1.0.0\" />")]
    public void EveryFormOfANameIsFound(string project)
    {
        using var repo = Repo(project);
        var reference = repo.Graph().SdkReferences.Single();
        Assert.AreEqual(("Evil.Sdk", "1.0.0", null), (reference.Name, reference.Version!.ToNormalizedString(), reference.Problem));
        Assert.AreEqual(repo.ProjectFile(), reference.Location.File);
        Assert.AreEqual(project.Contains('\n', StringComparison.Ordinal) ? 2 : 1, reference.Location.Line);
        Assert.AreEqual("BG2001", repo.Check().Codes());
        Assert.AreEqual("", repo.Lock().Check().Codes());
    }

    [TestMethod]
    [DataRow("<Import Sdk=\"$(X)\" Project=\"Sdk.props\" />", "is a property")]
    [DataRow("<Import Sdk=\"Evil.Sdk\" Version=\"$(X)\" Project=\"Sdk.props\" />", "is a property")]
    [DataRow("<Sdk Name=\"../../../tmp/x\" />", "names a folder")]
    [DataRow("<Import Sdk=\"/tmp/x\" Project=\"Sdk.props\" />", "names a folder")]
    [DataRow("<Import Sdk=\"Evil.Sdk/1.0.0\" Project=\"Sdk.props\" />", "names a folder")]
    [DataRow("<Import Sdk=\"Evil.Sdk\" Project=\"Sdk.props\" />", "nothing gives its version")]
    [DataRow("<Import Sdk=\"Evil.Sdk\" MinimumVersion=\"1.0.0\" Project=\"Sdk.props\" />", "nothing gives its version")]
    [DataRow("<Import Sdk=\"Evil.Sdk\" Version=\"1.*\" Project=\"Sdk.props\" />", "no version of a package")]
    [DataRow("<Import Sdk=\"Evil%2ESdk\" Version=\"1.0.0\" Project=\"Sdk.props\" />", "no name of a package")]
    [DataRow("<Import Sdk=\"..\" Project=\"Sdk.props\" />", "no name of a package")]
    [DataRow("<Sdk />", "no name of a package")]
    public void WhatCannotBePinnedIsSaid(string element, string why)
    {
        using var repo = Repo(Simple.Replace("{0}", "\n" + element, StringComparison.Ordinal)).Lock();
        var found = repo.Check().Of("BG2006").Single();
        Assert.Contains(why, found.What);
        Assert.AreEqual($"{repo.ProjectFile()}(2,1)", found.Location.ToString());
    }

    [TestMethod]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk\" />")]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk.Web/9.9.9\" />")]
    [DataRow("<Project><Import Sdk=\"Microsoft.NET.Sdk.Razor\" Project=\"Sdk.props\" /></Project>")]
    [DataRow("<Project sdk=\"Evil.Sdk/1.0.0\"><ItemGroup><Sdk Name=\"Evil.Sdk\" /></ItemGroup></Project>")]
    public void WhatTheDotnetSdkCarriesNeedsNoPin(string project)
    {
        using var repo = Repo(project).Lock();
        Assert.IsEmpty(repo.Graph().SdkReferences, string.Join("; ", repo.Graph().SdkReferences.Select(r => $"{r.Name} {r.Version} {r.Problem} {r.Location}")));
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    [DataRow("Directory.Build.props")]
    [DataRow("Directory.Build.targets")]
    [DataRow("Directory.Packages.props")]
    [DataRow("Directory.Solution.props")]
    [DataRow("Directory.Solution.targets")]
    [DataRow("dirs.proj")]
    [DataRow("src/build.proj")]
    [DataRow("src/App/App.csproj")]
    public void WhateverFileNamesIt(string file)
    {
        using var repo = Repo(Simple.Replace("{0}", "", StringComparison.Ordinal)).Lock();
        Write(repo, "eng/evil.props", "<Project Sdk=\"Evil.Sdk/1.0.0\" />");
        Write(repo, file, $"<Project><Import Project=\"$(MSBuildThisFileDirectory){Path.GetRelativePath(Path.GetDirectoryName(repo.InRepo(file))!, repo.InRepo("eng"))}/evil.props\" /></Project>");
        Assert.AreEqual(repo.InRepo("eng/evil.props"), repo.Graph().SdkReferences.Single().Location.File);
        Assert.AreEqual("BG2006", repo.Check().Codes());
    }

    [TestMethod]
    public void AFileThatCannotBeReadIsNotPassedOver()
    {
        using var repo = Repo("<!DOCTYPE x><Project Sdk=\"Evil.Sdk/1.0.0\" />").Lock();
        Assert.Contains("cannot be read", repo.Check().Of("BG2006").Single().What);
    }

    [TestMethod]
    public void GlobalJsonGivesTheVersionAndIsItselfAList()
    {
        using var repo = Repo("<Project Sdk=\"Evil.Sdk\" />").Lock();
        Write(repo, "global.json", "{ // why\n  \"msbuild-sdks\": { \"evil.sdk\": \"1.0.0\" } }");
        CollectionAssert.AreEqual((string[])["App.csproj 1.0.0", "global.json 1.0.0"], repo.Graph().SdkReferences.Select(r => $"{Path.GetFileName(r.Location.File)} {r.Version}").ToList());
        Assert.AreEqual("BG2006", repo.Check().Codes());
        Assert.HasCount(1, repo.Check().Of("BG2006"));
        Assert.AreEqual("", repo.Lock().Check().Codes());
        Write(repo, "global.json", "{ oops");
        Assert.Contains("global.json, which could give its version, cannot be read", repo.Check().Of("BG2006").Single().What);
        // What only global.json names must be pinned as well: an import by a property finds its version there.
        Write(repo, "global.json", "{ \"msbuild-sdks\": { \"Evil.Sdk\": \"1.0.0\", \"Microsoft.NET.Sdk\": \"9.9.9\" } }");
        Write(repo, "src/App/App.csproj", Simple.Replace("{0}", "", StringComparison.Ordinal));
        Assert.AreEqual(repo.InRepo("global.json"), repo.Graph().SdkReferences.Single().Location.File);
    }

    [TestMethod]
    [DataRow("#:sdk Evil.Sdk@1.0.0\n", 1)]
    [DataRow("#!/usr/bin/env dotnet\n// c\n/* a\n b */\n#:package X@1\n\t#:sdk\tEvil.Sdk @ 1.0.0\nConsole.WriteLine();\n", 6)]
    [DataRow("using System;\n#:sdk Evil.Sdk@1.0.0\n", 0)]
    [DataRow("/*\n#:sdk Evil.Sdk@1.0.0\n*/\n", 0)]
    [DataRow("#:sdk Microsoft.NET.Sdk.Web\n#:sdkx Evil.Sdk@1.0.0\n", 0)]
    public void AnAppOfOneFileNamesSdksInItsFirstLines(string text, int line)
    {
        using var repo = Repo(Simple.Replace("{0}", "", StringComparison.Ordinal)).Lock();
        Write(repo, "scripts/app.cs", text);
        Write(repo, "src/App/Program.cs", "#:sdk Other.Sdk@1.0.0");
        Assert.AreEqual(line == 0 ? "" : $"{repo.InRepo("scripts/app.cs")}:{line}", string.Join(' ', repo.Graph().SdkReferences.Select(r => $"{r.Location.File}:{r.Location.Line}")));
        // A restore looks at what it restores.
        Assert.AreEqual("", FakeRestore.Check(repo.Request() with { Guard = new() { Subject = repo.InRepo("App.sln"), Level = GuardLevel.RestoreHook } }).Codes());
    }

    [TestMethod]
    public void BytesAndFilesAreCompared()
    {
        using var repo = Repo("<Project Sdk=\"Evil.Sdk/1.0.0\" />").Lock();
        Assert.AreEqual("", repo.Check().Codes());
        Assert.AreEqual(1, repo.Check().Sdks);
        var props = Path.Combine(repo.PackageFolder("Evil.Sdk", "1.0.0"), "Sdk", "Sdk.props");
        File.AppendAllText(props, " ");
        Assert.AreEqual("BG2003", repo.Check().Codes());
        repo.Install("Evil.Sdk", Sdk("Evil.Sdk", "<Project><!-- other --></Project>"));
        Assert.AreEqual("BG2006", repo.Check().Codes());
        repo.Install("Evil.Sdk", Sdk("Evil.Sdk"));
        File.WriteAllBytes(repo.Nupkg("Evil.Sdk"), Sdk("Evil.Sdk", "<Project><!-- other --></Project>"));
        Assert.AreEqual("BG2006", repo.Check().Codes());
    }

    [TestMethod]
    public void OneThatIsNotThereIsAGapForWhoAsksAboutEverything()
    {
        using var repo = Repo("<Project Sdk=\"Gone.Sdk/1.0.0\" />");
        repo.Check().AssertGap("Gone.Sdk 1.0.0 is not in the packages folder");
        Assert.Contains($"dotnet package download Gone.Sdk@1.0.0 --output {repo.Packages}", repo.Check().Of("BG0008")[0].Fix);
        Assert.AreEqual("BG2001", FakeRestore.Check(repo.Request() with { Guard = new() { Subject = repo.InRepo("App.sln"), Level = GuardLevel.RestoreHook } }).Codes());
    }

    [TestMethod]
    public void WhatPackagesAndSdksImportIsFollowed()
    {
        using var repo = Repo(Simple.Replace("{0}", "", StringComparison.Ordinal));
        repo.Install("Builds", new TestPackage("Builds", "1.0.0").Targets("<Project><Import Sdk=\"Evil.Sdk\" Version=\"1.0.0\" Project=\"Sdk.targets\" /><Import Sdk=\"$(X)\" Project=\"x\" /></Project>").ToBytes());
        repo.Install("Idle", new TestPackage("Idle", "1.0.0").Targets("<Project Sdk=\"Unseen.Sdk/1.0.0\" />").ToBytes());
        repo.Install("Evil.Sdk", Sdk("Evil.Sdk", "<Project><Import Sdk=\"Inner.Sdk\" Version=\"1.0.0\" Project=\"Sdk.props\" /><Import Sdk=\"Microsoft.NET.Sdk\" Project=\"Sdk.props\" /></Project>"));
        repo.Install("Inner.Sdk", Sdk("Inner.Sdk"));
        repo.App("Builds/1.0.0", "Idle/1.0.0").EditAssets(a => a["targets"]!["net10.0"]!["Builds/1.0.0"]!["build"] = new System.Text.Json.Nodes.JsonObject { ["build/Builds.targets"] = new System.Text.Json.Nodes.JsonObject() });
        var graph = repo.Graph();
        Assert.AreEqual("Evil.Sdk by Builds/1.0.0, Inner.Sdk by Evil.Sdk/1.0.0", string.Join(", ", graph.SdkReferences.Select(r => $"{r.Name} by {r.Importer?.Key}")));
        Assert.AreEqual("App > Builds 1.0.0 > Evil.Sdk 1.0.0 > Inner.Sdk 1.0.0", string.Join(" > ", graph.Sdks[1].DependencyPath));
    }

    /// <summary>A repo with one project, and Evil.Sdk in the packages folder that its configuration names.</summary>
    private static FakeRestore Repo(string project)
    {
        var repo = FakeRestore.Unsigned().App();
        repo.Install("Evil.Sdk", Sdk("Evil.Sdk"));
        Write(repo, "src/App/App.csproj", project);
        Write(repo, "nuget.config", $"<configuration><config><add key=\"globalPackagesFolder\" value=\"{repo.Packages}\" /></config></configuration>");
        return repo;
    }

    private static byte[] Sdk(string id, string props = "<Project />") => new TestPackage(id, "1.0.0").PackageType("MSBuildSdk").File("Sdk/Sdk.props", props).File("Sdk/Sdk.targets", "<Project />").ToBytes();

    private static void Write(FakeRestore repo, string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repo.InRepo(file))!);
        File.WriteAllText(repo.InRepo(file), text);
    }
}
