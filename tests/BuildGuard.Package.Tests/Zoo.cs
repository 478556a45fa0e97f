using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>
/// What packages can do in the evaluation of a project and in its targets (threats 21 to 29 and 32). All of them sit in one app: without the guard each leaves its
/// marker, by a build and by a build without restore; with it none does, whether the policy refuses them or leaves them out.
/// </summary>
[TestClass]
public sealed class Zoo
{
    private readonly List<(TestPackage Package, SideEffect Effect, string Code)> _attacks = [];

    [TestMethod]
    public void Nothing_of_an_unapproved_package_runs()
    {
        using var repo = Guarded.Repo();
        Populate(repo);
        repo.App(packages: [.. _attacks.Where(a => !a.Package.Id.EndsWith(".Transitive", StringComparison.Ordinal)).Select(a => (a.Package.Id, "1.0.0")), ("Honest.Parent", "1.0.0")]);
        AllHappen(repo, "build", "App");
        AllHappen(repo, "build", "App", "--no-restore");

        // The obj folder of the unguarded builds stays: its nuget.g.targets import everything.
        repo.Hook("App");
        NoneHappens(repo, "build", "App", "--no-restore");
        NoneHappens(repo, "build", "App");
        NoneHappens(repo, "build", "App", "--no-restore");
        NoneHappens(repo, "msbuild", "App", "-t:Compile");
        NoneHappens(repo, "msbuild", "App", "-t:Restore;Build");
        NoneHappens(repo, "publish", "App");
        NoneHappens(repo, "pack", "App");
        var built = repo.Run("build", "App");
        foreach (var (package, _, code) in _attacks)
            Assert.IsTrue(built.Errors(code).Any(e => e.Message.Contains(package.Id + " ", StringComparison.Ordinal)), $"{package.Id} {code}\n{built.Output}");
    }

    [TestMethod]
    public void What_the_policy_excludes_stays_out_and_the_app_builds()
    {
        using var repo = Guarded.Repo();
        Populate(repo);
        var quiet = _attacks.Where(a => a.Code is "BG4001" or "BG4004").ToList();
        _attacks.Clear();
        _attacks.AddRange(quiet);
        repo.App(packages: [.. _attacks.Where(a => !a.Package.Id.EndsWith(".Transitive", StringComparison.Ordinal)).Select(a => (a.Package.Id, "1.0.0")), ("Honest.Parent", "1.0.0")]);
        repo.Write("App/Program.cs", "System.Console.WriteLine(Evil.Exec.Class1.Hello());\n");
        AllHappen(repo, "build", "App");
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"buildScripts\": { \"whenDenied\": \"exclude\" }"));
        foreach (var effect in _attacks.Select(a => a.Effect))
            effect.Reset();
        repo.Run("build", "App", "--no-incremental").Green();
        Assert.AreEqual("Evil.Exec.Class1", repo.Run("run", "--project", "App", "--no-build").Output.Trim().Split('\n')[^1].Trim());
        repo.Run("build", "App", "--no-restore", "--no-incremental").EnsureSuccess();
        foreach (var (package, effect, _) in _attacks)
            Assert.IsFalse(effect.Happened, package.Id);
    }

    [TestMethod]
    public void In_the_outer_build_of_several_frameworks()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Outer").Targets(effect.InInitialTarget, "buildMultiTargeting"));
        repo.App(packages: [("Evil.Outer", "1.0.0")], tfm: "net10.0;");
        repo.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
        repo.Hook("App");
        foreach (var command in (string[][])[["build", "App", "--no-restore"], ["build", "App"], ["build", "App", "--no-restore"]])
        {
            effect.Reset();
            Assert.AreNotEqual(0, repo.Run(command).ExitCode);
            Assert.IsFalse(effect.Happened, string.Join(' ', command));
        }
        repo.Run("build", "App").Red("BG4001", "App/App.csproj", -1);
    }

    /// <summary>The packages folder holds a build file that the package does not (threat 9).</summary>
    [TestMethod]
    public void A_planted_build_file()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        var effect = new SideEffect(repo.Temp);
        repo.Run("build", "App").Green();
        Directory.CreateDirectory(repo.PackagePath("Good.Lib", "1.0.0", "build"));
        File.WriteAllText(repo.PackagePath("Good.Lib", "1.0.0", "build/Good.Lib.targets"), effect.InInitialTarget);
        using var control = Guarded.Repo(Guarded.Package("Good.Lib"));
        control.App(packages: [("Good.Lib", "1.0.0")]);
        control.Run("restore", "App").EnsureSuccess();
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(control.PackagePath("Good.Lib", "1.0.0", "build")).FullName, "Good.Lib.targets"), effect.InInitialTarget);
        Directory.Delete(control.Path("App/obj"), recursive: true);
        control.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);

        effect.Reset();
        repo.Run("build", "App", "--no-restore").Red("BG2003");
        Assert.IsFalse(effect.Happened);
        Directory.Delete(repo.Path("App/obj"), recursive: true);
        repo.Run("build", "App").Red("BG2003", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
    }

    private void Populate(TestRepo repo)
    {
        void Attack(string name, Func<TestPackage, SideEffect, TestPackage> build, string code = "BG4001")
        {
            var effect = new SideEffect(repo.Temp, name.Replace(".", "", StringComparison.Ordinal));
            var package = build(Guarded.Package("Evil." + name), effect);
            _attacks.Add((package, effect, code));
            repo.Feed.Add(package);
        }

        Attack("Evaluation", (p, e) => p.Props(e.AtEvaluation));
        Attack("EvaluationOfTargets", (p, e) => p.Targets(e.AtEvaluation));
        Attack("Initial", (p, e) => p.Targets(e.InInitialTarget));
        Attack("InitialProps", (p, e) => p.Props(e.InInitialTarget));
        Attack("Early", (p, e) => p.Targets(e.BeforeTarget("_CheckForInvalidConfigurationAndPlatform")));
        Attack("DependsOn", (p, e) => p.Targets("<Project><PropertyGroup><PrepareForBuildDependsOn>_DependsOn;$(PrepareForBuildDependsOn)</PrepareForBuildDependsOn></PropertyGroup>" + e.BeforeTarget("Never").Replace("<Project>", "", StringComparison.Ordinal)));
        Attack("Exec", (p, e) => p.Targets(e.ByExec()));
        Attack("Inline", (p, e) => p.Targets(e.ByInlineTask()));
        Attack("Task", (p, e) => p.Targets(e.ByTaskDll("EvilTasks")).File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", e.Marker)));
        Attack("Design", (p, e) => p.Props("<Project><PropertyGroup><DesignTimeBuild>true</DesignTimeBuild><BuildGuardPolicyFile>weak.json</BuildGuardPolicyFile><MSBuildIsRestoring>true</MSBuildIsRestoring></PropertyGroup></Project>").Targets(e.InInitialTarget), "BG4008");
        Attack("Silent", (p, e) => p.Props("<Project TreatAsLocalProperty=\"NoWarn\"><PropertyGroup><NoWarn>BG4001;BG4008</NoWarn><MSBuildWarningsAsMessages>BG4001</MSBuildWarningsAsMessages></PropertyGroup></Project>").Targets(e.InInitialTarget));
        Attack("SameTarget", (p, e) => p.Targets("<Project InitialTargets=\"_SameTarget\"><Target Name=\"_BuildGuardVerifyFiles\" /><Target Name=\"BuildGuardVerify\" />" + e.InInitialTarget.Replace("<Project InitialTargets=\"_SameTarget\">", "", StringComparison.Ordinal)), "BG4008");
        Attack("SameTask", (p, e) => p.Targets("<Project InitialTargets=\"_SameTask\"><UsingTask TaskName=\"BuildGuard.Tasks.CheckPackages\" AssemblyFile=\"x.dll\" Override=\"true\" />" + e.InInitialTarget.Replace("<Project InitialTargets=\"_SameTask\">", "", StringComparison.Ordinal)), "BG4008");
        Attack("Switches", (p, e) => p.Props("<Project TreatAsLocalProperty=\"ImportProjectExtensionTargets\"><PropertyGroup><ImportProjectExtensionProps>true</ImportProjectExtensionProps><ImportProjectExtensionTargets>true</ImportProjectExtensionTargets></PropertyGroup></Project>").Targets(e.InInitialTarget), "BG4008");
        Attack("Custom", (p, e) => p.Props("<Project><PropertyGroup><CustomAfterMicrosoftCommonTargets>$(MSBuildThisFileDirectory)more.targets</CustomAfterMicrosoftCommonTargets></PropertyGroup></Project>").File("build/more.targets", e.InInitialTarget));
        Attack("Second", (p, e) => p.Targets("<Project><Import Project=\"../other/second.targets\" /></Project>").File("other/second.targets", e.InInitialTarget));
        Attack("Generator", (p, e) => p.File("analyzers/dotnet/cs/EvilGenerator.dll", TestAssembly.Generator("EvilGenerator", e.Marker)), "BG4004");
        Attack("Source", (p, e) => p.File("contentFiles/cs/any/evil.cs", "// it only has to be compiled\n").File("build/Evil.Source.targets", e.BeforeTarget()));
        Attack("Compile", (p, e) => p.Targets("<Project><Target Name=\"_Gen\" BeforeTargets=\"CoreCompile\"><WriteLinesToFile File=\"$(IntermediateOutputPath)evil.g.cs\" Lines=\"// evil\" Overwrite=\"true\" /><ItemGroup><Compile Include=\"$(IntermediateOutputPath)evil.g.cs\" /></ItemGroup></Target></Project>").File("build/x.txt", "x").Props(e.AtEvaluation));
        Attack("By.Transitive", (p, e) => p.Targets(e.InInitialTarget, "buildTransitive"));
        repo.Feed.Add(Guarded.Package("Honest.Parent").Dependency("Evil.By.Transitive", "1.0.0", "net10.0"));
    }

    private void AllHappen(TestRepo repo, params string[] command)
    {
        foreach (var effect in _attacks.Select(a => a.Effect))
            effect.Reset();
        repo.Run([.. command, "--no-incremental"]).EnsureSuccess();
        foreach (var (package, effect, _) in _attacks)
            Assert.IsTrue(effect.Happened, $"{package.Id} does nothing without the guard, so it proves nothing.");
    }

    private void NoneHappens(TestRepo repo, params string[] command)
    {
        foreach (var effect in _attacks.Select(a => a.Effect))
            effect.Reset();
        var result = repo.Run(command);
        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        foreach (var (package, effect, _) in _attacks)
            Assert.IsFalse(effect.Happened, $"{package.Id} ran in: {string.Join(' ', command)}\n{result.Output}");
    }
}
