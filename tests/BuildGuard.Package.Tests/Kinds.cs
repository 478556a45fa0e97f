using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>The gate in projects of every kind: languages, apps of one file, traversal projects.</summary>
[TestClass]
public sealed class Kinds
{
    private const string Honest = "<Project><Target Name=\"_Honest\" BeforeTargets=\"PrepareForBuild\"><Message Importance=\"high\" Text=\"honest targets ran\" /></Target></Project>";

    private const string Approving = ", \"buildScripts\": { \"allow\": [ { \"id\": \"Honest.Targets\", \"kinds\": [ \"targets\" ], \"reason\": \"test\" } ] }";

    [TestMethod]
    [DataRow("fs")]
    [DataRow("vb")]
    public void A_language(string language)
    {
        using var repo = Repo(out var effect);
        var project = repo.App(packages: [("Honest.Targets", "1.0.0")], language: language);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(Approving));
        Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
        Assert.Contains("honest targets ran", repo.Run("build", "App", "--no-restore").EnsureSuccess().Output);

        repo.Write(project, repo.Read(project).Replace("</ItemGroup>", "<PackageReference Include=\"Evil.Lib\" Version=\"1.0.0\" /></ItemGroup>", StringComparison.Ordinal));
        repo.Run("restore", "App");
        repo.Tool("lock", "--yes").EnsureSuccess();
        foreach (var command in (string[][])[["build", "App"], ["build", "App", "--no-restore"]])
        {
            var built = repo.Run(command);
            built.Red("BG4001", project, -1);
            Assert.DoesNotContain("honest targets ran", built.Output);
        }
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "--no-restore", "-p:BuildGuardMode=off").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>An SDK makes code of what a package brings as content, and what the policy excludes is left out whatever it would become.</summary>
    [TestMethod]
    public void A_page_that_an_SDK_compiles()
    {
        using var repo = Guarded.Repo();
        const string Page = "@functions { internal static class Evil { [System.Runtime.CompilerServices.ModuleInitializer] internal static void Run() => System.Console.WriteLine(\"the page ran\"); } }\n";
        var package = Guarded.Package("Evil.Page");
        repo.Feed.Add(package.File("contentFiles/any/any/Views/Evil.cshtml", Page).File("contentFiles/any/any/Views/notes.txt.pp", "$rootnamespace$")
            .Nuspec(package.NuspecText.Replace("</metadata>", "<contentFiles><files include=\"any/any/Views/*.*\" buildAction=\"Content\" copyToOutput=\"true\" /></contentFiles></metadata>", StringComparison.Ordinal)));
        var project = repo.App(packages: [("Evil.Page", "1.0.0")], sdk: "Microsoft.NET.Sdk.Web", generators: true);
        Assert.Contains("the page ran", repo.Run("run", "--project", "App").EnsureSuccess().Output);
        Assert.HasCount(1, Notes(), string.Join(' ', Directory.GetFiles(repo.Path("App"), "*", SearchOption.AllDirectories)));
        Directory.Delete(repo.Path("App/bin"), recursive: true);
        repo.Hook("App");
        // "init" writes an approval for the reviewer of what it finds; this repo gives none.
        repo.Write(Guarded.PolicyFile, Guarded.Policy());
        foreach (var command in (string[][])[["restore", "App"], ["build", "App"], ["build", "App", "--no-restore"]])
            Assert.Contains("brings content that nobody approved: contentFiles/any/any/Views/Evil.cshtml", repo.Run(command).Red("BG4001", project, -1).Message);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"buildScripts\": { \"whenDenied\": \"exclude\" }"));
        var run = repo.Run("run", "--project", "App").EnsureSuccess();
        Assert.DoesNotContain("the page ran", run.Output);
        Assert.IsEmpty(Notes());

        string[] Notes() => Directory.GetFiles(repo.Path("App/bin"), "notes.txt", SearchOption.AllDirectories);
    }

    [TestMethod]
    public void An_app_of_one_file()
    {
        using var repo = Repo(out var effect);
        const string head = "#:property PublishAot=false\n#:package ";
        const string body = "@1.0.0\nSystem.Console.WriteLine(\"the app ran\");\n";
        repo.Write("scripts/app.cs", $"{head}Evil.Lib{body}");
        Assert.Contains("the app ran", repo.Run("run", "scripts/app.cs").EnsureSuccess().Output);
        Assert.IsTrue(effect.Happened);
        effect.Reset();

        repo.App(packages: [("Honest.Targets", "1.0.0")]);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(Approving));
        Assert.Contains("\"scripts/app.cs\"", repo.Read(Guarded.LockFile));
        foreach (var command in (string[][])[["run", "scripts/app.cs"], ["build", "scripts/app.cs"], ["build", "scripts/app.cs", "--no-restore"]])
            Assert.Contains("buildguard approve Evil.Lib", repo.Run(command).Red("BG4001", "scripts/app.cs", 2).Message);
        Assert.IsFalse(effect.Happened);

        repo.Write("scripts/app.cs", $"{head}Honest.Targets{body}");
        repo.Run("restore", "scripts/app.cs").Green();
        repo.Tool("lock", "--yes").EnsureSuccess();
        repo.Tool("check").EnsureSuccess();
        Assert.Contains("honest targets ran", repo.Run("build", "scripts/app.cs").Green().Output);
        Assert.IsEmpty(repo.Run("build", "scripts/app.cs", "--no-restore").EnsureSuccess().Summaries());
        Assert.Contains("the app ran", repo.Run("run", "scripts/app.cs").EnsureSuccess().Output);
        repo.Run("build", "App").Green();

        // A new app is in no lock yet.
        repo.Write("scripts/new.cs", $"{head}Honest.Targets{body}");
        repo.Run("run", "scripts/new.cs").Red("BG2004", "scripts/new.cs", 1);
        Assert.Contains("scripts/new.cs names packages (Honest.Targets) and is not in the lock.", repo.Tool("check").Output);
        repo.Tool("lock", "scripts/new.cs", "--yes").EnsureSuccess();
        Assert.Contains("the app ran", repo.Run("run", "scripts/new.cs").EnsureSuccess().Output);
        repo.Write("scripts/Directory.Build.targets", "<Project />\n");
        Assert.AreNotEqual(0, repo.Run("build", "scripts/new.cs").ExitCode);
    }

    [TestMethod]
    public void An_app_that_was_only_run_here_does_not_change_what_a_check_says()
    {
        using var repo = Guarded.Hooked(Guarded.Package("A"));
        repo.Tool("check").EnsureSuccess();
        repo.Write("scripts/mine.cs", "#:property PublishAot=false\nSystem.Console.WriteLine(\"the app ran\");\n");
        Assert.Contains("the app ran", repo.Run("run", "scripts/mine.cs", "-p:BuildGuardMode=off").EnsureSuccess().Output);
        repo.Tool("check").EnsureSuccess();
        Assert.AreEqual(1, repo.Tool("check", "scripts/mine.cs").ExitCode);
        repo.Tool("lock", "--yes").EnsureSuccess();
        Assert.Contains("\"scripts/mine.cs\"", repo.Read(Guarded.LockFile));
    }

    private static TestRepo Repo(out SideEffect effect)
    {
        var repo = Guarded.Repo(Guarded.Package("Honest.Targets").Targets(Honest));
        effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Lib").Targets(effect.InInitialTarget));
        return repo;
    }

    /// <summary>
    /// A project that only leads to others, by an SDK from a package, as Microsoft.Build.Traversal does it. That one is not on every feed, so the SDK here is made in code and does what counts: it takes in
    /// MSBuild's common targets, and builds what is referenced.
    /// </summary>
    [TestMethod]
    public void A_traversal_project()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Honest").Targets("<Project><Target Name=\"_Honest\" BeforeTargets=\"PrepareForBuild\"><Message Importance=\"high\" Text=\"honest targets ran\" /></Target></Project>"));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"buildScripts\": { \"allow\": [ { \"id\": \"Honest\", \"kinds\": [ \"targets\" ], \"reason\": \"test\" } ] }"));
        repo.Feed.Add(new TestPackage("Contoso.Traversal", "1.0.0").PackageType("MSBuildSdk")
            .File("Sdk/Sdk.props", """<Project><PropertyGroup><TargetFramework>net10.0</TargetFramework><TargetFrameworkIdentifier>.NETCoreApp</TargetFrameworkIdentifier><TargetFrameworkVersion>v10.0</TargetFrameworkVersion><RestoreProjectStyle>PackageReference</RestoreProjectStyle></PropertyGroup><Import Project="$(MSBuildExtensionsPath)/$(MSBuildToolsVersion)/Microsoft.Common.props" /></Project>""")
            .File("Sdk/Sdk.targets", """<Project><Import Project="$(MSBuildToolsPath)/Microsoft.Common.targets" /><Target Name="Build"><MSBuild Projects="@(ProjectReference)" Targets="Build" /></Target><Target Name="CreateManifestResourceNames" /></Project>"""));
        repo.Write("dirs.proj", """<Project Sdk="Contoso.Traversal/1.0.0"><ItemGroup><ProjectReference Include="App/App.csproj" /></ItemGroup></Project>""" + "\n");

        repo.Run("build", "dirs.proj").Red("BG2006", "dirs.proj", 1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        var built = repo.Run("build", "dirs.proj").Green();
        Assert.Contains("honest targets ran", built.Output);
        Assert.Contains("1 MSBuild SDK", built.Output);

        // With a package of its own it has something to lock.
        repo.Feed.Add(Guarded.Package("More"));
        repo.Write("dirs.proj", repo.Read("dirs.proj").Replace("<ItemGroup>", "<ItemGroup><PackageReference Include=\"More\" Version=\"1.0.0\" />", StringComparison.Ordinal));
        Assert.Contains("buildguard lock dirs.proj", repo.Run("build", "dirs.proj").Red("BG2004", "dirs.proj", 1).Message);
        repo.Tool("lock", "dirs.proj", "--yes").EnsureSuccess();
        Assert.Contains("\"App/App.csproj\"", repo.Read(Guarded.LockFile));
        Assert.Contains("honest targets ran", repo.Run("build", "dirs.proj").Green().Output);

        File.AppendAllText(repo.PackagePath("Contoso.Traversal", "1.0.0", "Sdk/Sdk.targets"), " ");
        repo.Run("build", "dirs.proj").Red("BG2003");
        Assert.AreEqual(1, repo.Tool("check").ExitCode);
        Assert.AreEqual(0, repo.Run("build", "dirs.proj", "-p:BuildGuardMode=off").ExitCode);

        File.WriteAllText(repo.PackagePath("Honest", "1.0.0", "build/Honest.targets"), "<Project />");
        repo.Run("build", "dirs.proj").Red("BG2003");
    }
}
