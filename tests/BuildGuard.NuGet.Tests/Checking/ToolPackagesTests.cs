using BuildGuard.NuGet.Policies;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

/// <summary>Tools that manifests name. Where dotnet looks for manifests and packages was tried with SDK 10.0.401.</summary>
[TestClass]
public sealed class ToolPackagesTests
{
    [TestMethod]
    [DataRow(".config/dotnet-tools.json")]
    [DataRow("dotnet-tools.json")]
    [DataRow("src/.config/dotnet-tools.json")]
    [DataRow("src/App/dotnet-tools.json")]
    [DataRow("build/scripts/.config/dotnet-tools.json")]
    public void EveryManifestIsFound(string path)
    {
        using var repo = Repo();
        Manifest(repo, """{ "isRoot": true, "tools": {""" + "\n" + """  "contoso.tool": { "version": "1.0.0", "commands": [ "contoso" ] } } }""", path);
        var reference = repo.Graph().ToolReferences.Single();
        Assert.AreEqual(("contoso.tool", "1.0.0", null), (reference.Name, reference.Version!.ToNormalizedString(), reference.Problem));
        Assert.AreEqual($"{repo.InRepo(path)}(2,3)", reference.Location.ToString());
        Assert.AreEqual("", repo.Lock().Check().Codes());
        Assert.AreEqual(1, repo.Check().Tools);
    }

    [TestMethod]
    public void OneThatIsNotRestoredIsAGap()
    {
        using var repo = Repo().Lock();
        Manifest(repo, """{ "tools": { "gone.tool": { "version": "1.0.0" } } }""");
        var result = repo.Check();
        Assert.Contains("BG0008", result.Codes());
        Assert.Contains("dotnet tool restore", result.Of("BG0008").Single().Fix);
    }

    [TestMethod]
    [DataRow(".config/dotnet-tools.json", "Run dotnet tool restore, which")]
    [DataRow("eng/dotnet-tools.json", "Run dotnet tool restore --tool-manifest {0}, which")]
    public void TheCommandFindsTheManifest(string manifest, string fix)
    {
        using var repo = Repo().Lock();
        Manifest(repo, """{ "tools": { "gone.tool": { "version": "1.0.0" } } }""", manifest);
        Assert.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, fix, repo.InRepo(manifest)), repo.Check().Of("BG0008").Single().Fix);
    }

    /// <summary>A build has no need of tools, and what is not there cannot run.</summary>
    [TestMethod]
    public void ABuildDoesNotAskForIt()
    {
        using var repo = Repo();
        Manifest(repo, Usual);
        repo.Lock();
        Directory.Delete(repo.PackageFolder("Contoso.Tool", "1.0.0"), recursive: true);
        Assert.AreEqual("BG0008", repo.Check().Codes());
        Assert.AreEqual("", FakeRestore.Check(repo.Request() with { Guard = new() { Level = Core.GuardLevel.RestoreHook, Subject = repo.ProjectFile() } }).Codes());
    }

    [TestMethod]
    [DataRow("{", "cannot be read")]
    [DataRow("[]", "has no object \"tools\"")]
    [DataRow("""{ "tools": [] }""", "has no object \"tools\"")]
    [DataRow("""{ "tools": { "contoso.tool": { } } }""", "\"\" is no version of a package")]
    [DataRow("""{ "tools": { "contoso.tool": { "version": "1.*" } } }""", "\"1.*\" is no version of a package")]
    [DataRow("""{ "tools": { "contoso.tool": "1.0.0" } }""", "no version of a package")]
    [DataRow("""{ "tools": { "../../evil": { "version": "1.0.0" } } }""", "no name of a package")]
    [DataRow("""{ "tools": { "..": { "version": "1.0.0" } } }""", "no name of a package")]
    [DataRow("""{ "tools": { "*": { "version": "1.0.0" } } }""", "no name of a package")]
    public void WhatCannotBePinnedIsSaid(string manifest, string why)
    {
        using var repo = Repo().Lock();
        Manifest(repo, manifest);
        Assert.Contains(why, repo.Check().Of("BG2006").Single().What);
    }

    [TestMethod]
    public void ATooLargeManifestIsNotRead()
    {
        using var repo = Repo().Lock();
        Manifest(repo, new string(' ', 2 * 1024 * 1024) + Usual);
        Assert.Contains("at most", repo.Check().Of("BG2006").Single().What);
    }

    /// <summary>Nothing beside the lock records a tool's content hash, so an edited one must not be believed.</summary>
    [TestMethod]
    public void AnEditedContentHashIsSeen()
    {
        using var repo = Repo();
        var bytes = PackageSigning.SignLikeGallery(Tool("signed").ToBytes(), "alice");
        Directory.Delete(repo.PackageFolder("Contoso.Tool", "1.0.0"), recursive: true);
        repo.Install("Contoso.Tool", bytes);
        Manifest(repo, Usual);
        repo.Lock();
        Assert.AreEqual("", repo.Check().Codes());
        var path = repo.InRepo("buildguard.lock.json");
        var honest = LockFiles.Load(PolicyFiles.Load(repo.Repo, null)).Lock!.Tools.Single();
        Assert.IsNotNull(honest.SignedHash);
        File.WriteAllText(path, File.ReadAllText(path).Replace(honest.ContentHash, "sha512-" + Convert.ToBase64String(new byte[64]), StringComparison.Ordinal));
        Assert.AreEqual("BG2006", repo.Check().Codes());
    }

    [TestMethod]
    public void MoreToolsThanAreReadAreAGap()
    {
        using var repo = Repo().Lock();
        foreach (var n in Enumerable.Range(0, 3))
            Manifest(repo, $"{{ \"tools\": {{ {string.Join(", ", Enumerable.Range(0, 900).Select(i => $"\"t{n}x{i}\": {{ \"version\": \"1.0.0\" }}"))} }} }}", $"m{n}/dotnet-tools.json");
        Assert.Contains("more than 2,000 tools", string.Join('\n', repo.Check().Of("BG0008").Select(f => f.What)));
    }

    [TestMethod]
    public void OtherBytesAreSeen()
    {
        using var repo = Repo();
        Manifest(repo, Usual);
        repo.Lock();
        Assert.AreEqual("", repo.Check().Codes());
        File.AppendAllText(Path.Combine(repo.PackageFolder("Contoso.Tool", "1.0.0"), "tools", "net10.0", "any", "contoso.dll"), " ");
        Assert.AreEqual("BG2003", repo.Check().Codes());
        Directory.Delete(repo.PackageFolder("Contoso.Tool", "1.0.0"), recursive: true);
        repo.Install("Contoso.Tool", Tool("other").ToBytes());
        Assert.AreEqual("BG2006", repo.Check().Codes());
    }

    /// <summary>What runs is the package for this kind of machine, which the manifest does not name.</summary>
    [TestMethod]
    public void APackageForOneKindOfMachineIsFoundThroughItsTool()
    {
        using var repo = Repo();
        repo.Install("Wide.Tool", new TestPackage("Wide.Tool", "1.0.0").PackageType("DotnetTool").File("tools/any/any/DotnetToolSettings.xml", """
            <DotNetCliTool Version="2"><Commands><Command Name="wide" /></Commands><RuntimeIdentifierPackages>
              <RuntimeIdentifierPackage RuntimeIdentifier="linux-x64" Id="Wide.Tool.linux-x64" /><RuntimeIdentifierPackage RuntimeIdentifier="win-x64" Id="Wide.Tool.win-x64" />
            </RuntimeIdentifierPackages></DotNetCliTool>
            """).ToBytes());
        repo.Install("Wide.Tool.linux-x64", Tool("linux", "Wide.Tool.linux-x64").ToBytes());
        Manifest(repo, """{ "tools": { "wide.tool": { "version": "1.0.0" } } }""");
        repo.Lock();
        Assert.AreEqual("Wide.Tool/1.0.0 Wide.Tool.linux-x64/1.0.0", string.Join(' ', LockFiles.Load(PolicyFiles.Load(repo.Repo, null)).Lock!.Tools.Select(t => t.Key)));
        Assert.AreEqual("", repo.Check().Codes());
        Directory.Delete(repo.PackageFolder("Wide.Tool.linux-x64", "1.0.0"), recursive: true);
        Assert.AreEqual("", repo.Check().Codes());
        repo.Install("Wide.Tool.linux-x64", Tool("hostile", "Wide.Tool.linux-x64").ToBytes());
        var found = repo.Check().Of("BG2006").Single();
        Assert.Contains("Wide.Tool.linux-x64 1.0.0 has other content", found.What);
    }

    [TestMethod]
    [DataRow("<!DOCTYPE x [<!ENTITY e \"x\">]><x>&e;</x>", "is not plain XML")]
    [DataRow("<DotNetCliTool><RuntimeIdentifierPackage Id=\"../../evil\" /></DotNetCliTool>", "names a package that is none")]
    public void SettingsThatCannotBeBelieved(string settings, string why)
    {
        using var repo = Repo();
        repo.Install("Odd.Tool", new TestPackage("Odd.Tool", "1.0.0").File("tools/any/any/DotnetToolSettings.xml", settings).ToBytes());
        Manifest(repo, """{ "tools": { "odd.tool": { "version": "1.0.0" } } }""");
        repo.Lock();
        Assert.Contains(why, repo.Check().Of("BG2006").Single().What);
    }

    private const string Usual = """{ "tools": { "contoso.tool": { "version": "1.0.0" } } }""";

    private static TestPackage Tool(string content, string id = "Contoso.Tool") => new TestPackage(id, "1.0.0").PackageType("DotnetTool")
        .File("tools/net10.0/any/contoso.dll", content).File("tools/net10.0/any/DotnetToolSettings.xml", "<DotNetCliTool Version=\"1\"><Commands><Command Name=\"contoso\" EntryPoint=\"contoso.dll\" Runner=\"dotnet\" /></Commands></DotNetCliTool>");

    private static FakeRestore Repo()
    {
        var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Install("Contoso.Tool", Tool("honest").ToBytes());
        File.WriteAllText(repo.InRepo("nuget.config"), $"<configuration><config><add key=\"globalPackagesFolder\" value=\"{repo.Packages}\" /></config></configuration>");
        return repo;
    }

    private static void Manifest(FakeRestore repo, string text, string path = ".config/dotnet-tools.json")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repo.InRepo(path))!);
        File.WriteAllText(repo.InRepo(path), text);
    }
}
