using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Tools of a manifest (threat 13): NuGet compares them with nothing after the first download, and they run with the user's rights. The tools are scripts, which .NET 10 runs as they are.</summary>
[TestClass]
public sealed class Tools
{
    private static readonly string[] Ids = ["Contoso.One", "Contoso.Two", "Contoso.Three"];

    [TestMethod]
    public void A_changed_tool_is_run_without_a_word_and_refused_by_the_check()
    {
        using var repo = Repo();
        // A tool that the repo's own build calls, too.
        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("</Project>", """<Target Name="CallTool" BeforeTargets="CoreCompile"><Exec Command="dotnet tool run contoso.one" /></Target></Project>""", StringComparison.Ordinal));
        var missing = repo.Tool("check");
        Assert.AreEqual(2, missing.ExitCode, missing.Output);
        Assert.Contains("dotnet tool restore", missing.Output);
        repo.Run("tool", "restore").EnsureSuccess();
        Assert.Contains("error BG2006: The tool contoso.one 1.0.0 is not in the lock.", repo.Tool("check").Output);
        var locked = repo.Tool("lock", "--yes").EnsureSuccess();
        foreach (var id in Ids)
            Assert.Contains($"+ {id}/1.0.0: tool", locked.Output);
        Assert.Contains("3 tools", repo.Tool("check").EnsureSuccess().Output);
        Assert.Contains("honest Contoso.One", repo.Run("build", "App").Green().Output);

        // A file of it is changed.
        var script = repo.PackagePath("Contoso.One", "1.0.0", "tools/any/any/run.sh");
        var honest = File.ReadAllText(script);
        File.WriteAllText(script, honest.Replace("honest", "hostile", StringComparison.Ordinal));
        Assert.Contains("hostile Contoso.One", repo.Run("tool", "run", "contoso.one").EnsureSuccess().Output, "It is no attack unless dotnet runs it.");
        foreach (var command in (string[][])[["build", "App"], ["build", "App", "--no-restore"]])
        {
            var built = repo.Run(command);
            built.Red("BG2003");
            Assert.DoesNotContain("hostile", built.Output);
        }
        Assert.AreEqual(1, repo.Tool("check").ExitCode);
        File.WriteAllText(script, honest);
        repo.Tool("check").EnsureSuccess();

        // Other bytes under the same version, on a machine that downloads it anew.
        repo.Feed.Add(Package("Contoso.Two", "hostile"));
        Directory.Delete(repo.PackagePath("Contoso.Two", "1.0.0"), recursive: true);
        repo.Run("tool", "restore").EnsureSuccess();
        Assert.Contains("hostile Contoso.Two", repo.Run("tool", "run", "contoso.two").EnsureSuccess().Output, "It is no attack unless dotnet runs it.");
        var check = repo.Tool("check");
        Assert.AreEqual(1, check.ExitCode, check.Output);
        Assert.Contains("error BG2006: The tool contoso.two 1.0.0 has other content than the lock says", check.Output);
        repo.Run("build", "App").Red("BG2006", ".config/dotnet-tools.json", -1);
    }

    private static TestRepo Repo()
    {
        var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        foreach (var id in Ids)
            repo.Feed.Add(Package(id, "honest"));
        repo.Write(".config/dotnet-tools.json", $"{{ \"version\": 1, \"isRoot\": true, \"tools\": {{\n{string.Join(",\n", Ids.Select(id => $"  \"{id.ToLowerInvariant()}\": {{ \"version\": \"1.0.0\", \"commands\": [ \"{id.ToLowerInvariant()}\" ] }}"))} }} }}\n");
        // Where tools are looked up by name is kept per user; a test must not find another test's.
        repo.Dotnet.Environment["DOTNET_CLI_HOME"] = repo.Temp.Folder("home");
        return repo;
    }

    private static TestPackage Package(string id, string says) => new TestPackage(id, "1.0.0").PackageType("DotnetTool")
        .File("tools/any/any/run.sh", $"#!/bin/sh\necho {says} {id}\n")
        .File("tools/any/any/DotnetToolSettings.xml", $"<DotNetCliTool Version=\"2\"><Commands><Command Name=\"{id.ToLowerInvariant()}\" EntryPoint=\"run.sh\" Runner=\"executable\" /></Commands></DotNetCliTool>");
}
