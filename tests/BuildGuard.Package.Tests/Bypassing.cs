using System.Text;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Ways past the hook that once worked. Each was found by attacking the packed guard; each must stay closed.</summary>
[TestClass]
public sealed class Bypassing
{
    /// <summary>A value with a semicolon is not a list of properties: MSBuild would take what follows for the next one.</summary>
    [TestMethod]
    public void By_properties_inside_the_value_of_a_property()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.App("Clean");
        repo.Run("restore", "Clean").Red("BG2004", "Clean/Clean.csproj", 1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        repo.Write("App/weak.json", Guarded.Policy());
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var project = repo.Read("App/App.csproj");
        foreach (var injection in (string[])
        [
            "<BuildGuardReport>x.sarif;BuildGuardMode=off;BuildGuardRequestedMode=off</BuildGuardReport>",
            "<BuildGuardReport>x.sarif;BuildGuardRequestedPolicy=$(MSBuildProjectDirectory)/weak.json;BuildGuardPackagesAreImported=false</BuildGuardReport>",
            "<BuildGuardStrict>false;BuildGuardProjects=$(MSBuildProjectDirectory)/../Clean/Clean.csproj;BuildGuardSubject=$(MSBuildProjectDirectory)/../Clean/Clean.csproj</BuildGuardStrict>",
        ])
        {
            repo.Write("App/App.csproj", project.Replace("</Project>", $"<PropertyGroup>{injection}</PropertyGroup></Project>", StringComparison.Ordinal));
            foreach (var command in (string[][])[["restore", "App"], ["build", "App"], ["build", "App", "--no-restore"]])
                repo.Run(command).Red("BG3001", "App/App.csproj", -1);
        }
    }

    /// <summary>A refused package is evaluated by a build that does not restore. Nothing that it sets there may count.</summary>
    [TestMethod]
    [DataRow("<PropertyGroup><MSBuildIsRestoring>true</MSBuildIsRestoring></PropertyGroup>")]
    [DataRow("<ItemGroup><_BuildGuardComplete Include=\"x\" /><_BuildGuardOwn Include=\"x\" /></ItemGroup>")]
    [DataRow("<PropertyGroup><_BuildGuardJudgedAlready>true</_BuildGuardJudgedAlready><_BuildGuardShut /></PropertyGroup>")]
    [DataRow("<PropertyGroup><BuildGuardReport>x.sarif;BuildGuardMode=off;BuildGuardRequestedMode=off</BuildGuardReport></PropertyGroup>")]
    public void By_what_the_props_of_a_refused_package_set(string props)
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib").Props(props));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"buildScripts\": { \"default\": \"allow\" }"));
        if (props.Contains("BuildGuard", StringComparison.Ordinal))
            repo.Run("build", "App").Red("BG4008", "App/App.csproj", -1);
        else
            repo.Run("build", "App").Green();
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("restore", "App").Red("BG3001", "App/App.csproj", -1);
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
    }

    /// <summary>In a process that is sealed a project has no initial target of the guard's. Something that keeps the guard's other targets out of builds, though not out of restores, must not gain by that.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void By_keeping_the_targets_of_the_repo_out()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var solution = repo.Solution("sln", repo.App("A", [("Good.Lib", "1.0.0")]), repo.App("B", [("Good.Lib", "1.0.0")]));
        repo.Hook(solution);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"rules\": { \"BG4009\": \"warning\" }"));
        repo.Run("build", solution).Green();
        repo.Write("odd.props", "<Project><PropertyGroup Condition=\"'$(MSBuildIsRestoring)' != 'true' and '$(MSBuildProjectName)' == 'B'\"><ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets></PropertyGroup></Project>");
        repo.Dotnet.Environment["CustomAfterDirectoryBuildProps"] = repo.Path("odd.props");
        var built = repo.Run("build", solution, "-m:1");
        Assert.IsTrue(built.HasError("BG0011"), built.Output);
        Assert.Contains("A -> ", built.Output);
        Assert.DoesNotContain("B -> ", built.Output);
        // What keeps it from being built is the gate's own stand-in for those targets.
        var gate = repo.Read(".buildguard/Gate.props").Split('\n');
        Assert.HasCount(1, gate.Where(l => l.Contains("Target Name=\"_BuildGuardAskFirst\"", StringComparison.Ordinal)));
        repo.Write(".buildguard/Gate.props", string.Join('\n', gate.Where(l => !l.Contains("Target Name=\"_BuildGuardAskFirst\"", StringComparison.Ordinal))));
        Assert.Contains("B -> ", repo.Run("build", solution, "-m:1").EnsureSuccess().Output);
    }

    [TestMethod]
    public void By_the_environment()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write("weak.json", Guarded.Policy());
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("restore", "App").Red("BG3001", "App/App.csproj", -1);
        repo.Dotnet.Environment["MSBuildIsRestoring"] = "true";
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
        repo.Dotnet.Environment.Remove("MSBuildIsRestoring");

        repo.Dotnet.Environment["BuildGuardPolicyFile"] = repo.Path("weak.json");
        repo.Run("restore", "App").Green();
        repo.Dotnet.Environment.Remove("BuildGuardPolicyFile");
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
    }

    /// <summary>A good copy in the first project's packages folder does not vouch for the copy that another project builds with.</summary>
    [TestMethod]
    public void By_a_second_packages_folder()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.App("Other", [("Good.Lib", "1.0.0")], extra: "<PropertyGroup><RestorePackagesPath>../vendored</RestorePackagesPath></PropertyGroup>");
        var solution = repo.Solution("slnx", "App/App.csproj", "Other/Other.csproj");
        repo.Hook(solution);
        repo.Run("restore", solution).Green();
        File.WriteAllBytes(repo.Path("vendored/good.lib/1.0.0/good.lib.1.0.0.nupkg"), Guarded.Package("Good.Lib").File("build/Good.Lib.targets", "<Project />").ToBytes());
        foreach (var command in (string[][])[["restore", solution], ["build", solution]])
            repo.Run(command).Red("BG2002", "Other/Other.csproj", -1);
    }

    /// <summary>Two projects in one folder share obj, and so the record of the last pass.</summary>
    [TestMethod]
    public void By_the_pass_of_another_project_in_the_same_folder()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Hook("App");
        repo.Write("App/Other.csproj", repo.Read("App/App.csproj").Replace("Good.Lib", "Evil.Lib", StringComparison.Ordinal));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("restore", "App/Other.csproj").Red("BG3001", "App/Other.csproj", -1);
        repo.Run("restore", "App/App.csproj").Green();
        Assert.AreNotEqual(0, repo.Run("build", "App/Other.csproj", "--no-restore").ExitCode);
    }

    /// <summary>Without a gate the record is compared in a short form. It holds for each file that the long one names.</summary>
    [TestMethod]
    public void By_a_file_that_the_short_record_forgot()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Run("restore", "App").EnsureSuccess();
        repo.Tool("init", "--no-gate").EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Run("build", "App").Green();
        const string Short = "App/obj/buildguard/passed.App.csproj";
        var before = repo.Read(Short);
        const string ByLine = "Target \"_BuildGuardCompareRecord";
        Assert.DoesNotContain(ByLine, repo.Run("build", "App", "--no-restore", "-v:diag").EnsureSuccess().Output);
        foreach (var file in (string[])["App/App.csproj", "App/obj/project.assets.json", Guarded.PolicyFile, "buildguard.lock.json", ".buildguard/BuildGuard.props", ".buildguard/BuildGuard.targets", ".buildguard/Check.proj", ".buildguard/README.md", ".buildguard/guard.props"])
        {
            repo.Write(file, repo.Read(file) + "\n");
            Assert.Contains("BuildGuard passed", repo.Run("build", "App", "--no-restore").EnsureSuccess().Output, file);
            Assert.AreNotEqual(before, before = repo.Read(Short), file);
        }
        // One that says nothing leaves the long form, which still holds.
        repo.Write(Short, "");
        var built = repo.Run("build", "App", "--no-restore", "-v:diag").EnsureSuccess().Output;
        Assert.Contains(ByLine, built);
        Assert.Contains("compiles by the pass of the last check", built);
    }

    [TestMethod]
    public void By_a_nearer_policy()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Write("App/buildguard.json", Guarded.Policy());
        repo.Run("build", "App").Red("BG0001", "App/buildguard.json", 1);
    }

    [TestMethod]
    public void By_a_solution_folder_with_build_files_of_its_own()
    {
        using var repo = Guarded.Repo(Guarded.Package("Evil.Lib"));
        repo.App("src/App", [("Evil.Lib", "1.0.0")]);
        foreach (var file in Directory.GetFiles(repo.Path("src"), "*.csproj", SearchOption.AllDirectories))
            File.Move(file, repo.Path("src/App/App.csproj"), overwrite: true);
        repo.Write("src/Directory.Solution.targets", "<Project />\n");
        repo.Write("src/All.slnx", "<Solution><Project Path=\"App/App.csproj\" /></Solution>\n");
        repo.Run("restore", "src/All.slnx").EnsureSuccess();
        repo.Tool("init", ".").EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("restore", "src/All.slnx").Red("BG3001", "App/App.csproj", -1);
    }

    /// <summary>init that cannot install says so and fails, and leaves bytes that it does not understand as they are.</summary>
    [TestMethod]
    public void By_a_file_in_which_init_only_seems_to_be_at_home()
    {
        using var repo = Guarded.Repo(Guarded.Package("Evil.Lib"));
        repo.App(packages: [("Evil.Lib", "1.0.0")]);
        repo.Run("restore", "App").EnsureSuccess();
        repo.Write("Directory.Build.targets", "<Project><!-- TODO: <Import Project=\".buildguard/BuildGuard.targets\" /> --></Project>\n");
        byte[] latin = [.. Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<Project><PropertyGroup><Company>J\u00fcrgen</Company></PropertyGroup></Project>\n")];
        File.WriteAllBytes(repo.Path("Directory.Build.props"), latin);
        var init = repo.Tool("init", ".");
        Assert.AreEqual(1, init.ExitCode, init.Output);
        Assert.Contains("it is not UTF-8", init.Output);
        Assert.Contains("error BG0011", init.Output);
        CollectionAssert.AreEqual(latin, File.ReadAllBytes(repo.Path("Directory.Build.props")));
        Assert.Contains("<Import Project=\".buildguard/BuildGuard.targets\" /><!-- TODO", repo.Read("Directory.Build.targets"));
    }

    /// <summary>
    /// A package that may run registers tasks under the names of MSBuild's own. What the guard's targets call in a project stays MSBuild's: else the package would run before the seal, and instead of what compares the
    /// packages with what the check saw.
    /// </summary>
    [TestMethod]
    public void A_task_under_the_name_of_one_of_MSBuilds()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        repo.Feed.Add(Guarded.Package("Evil.Name").Targets($"""
            <Project>
              <UsingTask TaskName="MSBuild" TaskFactory="RoslynCodeTaskFactory" AssemblyFile="$(MSBuildToolsPath)/Microsoft.Build.Tasks.Core.dll" Override="true">
                <Task><Code Type="Class" Language="cs"><![CDATA[
                namespace Evil
                {"{"}
                    public class MSBuild : Microsoft.Build.Utilities.Task
                    {"{"}
                        {string.Concat(((string[])["Projects", "Targets", "Properties", "RemoveProperties", "BuildInParallel", "SkipNonexistentTargets", "SkipNonexistentProjects", "TargetAndPropertyListSeparators", "RebaseOutputs", "RunEachTargetSeparately", "StopOnFirstFailure", "ToolsVersion", "UnloadProjectsOnCompletion", "UseResultsCache"]).Select(p => $"public string {p} {{ get; set; }} "))}
                        [Microsoft.Build.Framework.Output] public Microsoft.Build.Framework.ITaskItem[] TargetOutputs {"{"} get; set; {"}"}
                        public override bool Execute()
                        {"{"}
                            try {"{"} using (var c = new System.Net.Sockets.TcpClient("127.0.0.1", {there.Port})) {"{"} {"}"} {"}"} catch (System.Net.Sockets.SocketException) {"{"} {"}"}
                            return true;
                        {"}"}
                    {"}"}
                {"}"}
                ]]></Code></Task>
              </UsingTask>
              <Target Name="_EvilName" AfterTargets="CoreCompile"><MSBuild Projects="none.proj" Targets="None" /></Target>
            </Project>
            """), Guarded.Package("Good.Library").File("tools/t.txt", "good"));
        repo.App(packages: [("Evil.Name", "1.0.0"), ("Good.Library", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.IsGreaterThan(0, there.Reached);
        SealedRepo.Guard(repo);
        there.Reset();
        repo.Run("build", "App", "--no-restore").Red("BG4007", "App/App.csproj");
        Assert.AreEqual(0, there.Reached);
        File.WriteAllText(repo.PackagePath("Good.Library", "1.0.0", "tools/t.txt"), "other");
        Assert.IsTrue(repo.Run("build", "App", "--no-restore").HasError("BG2003"));
    }

    /// <summary>What this user may not replace stops the check with a finding that says so, and not as a failure of the guard that should be reported.</summary>
    [TestMethod]
    public void A_pass_that_cannot_be_replaced()
    {
        using var repo = Guarded.Repo();
        repo.App();
        repo.Hook("App");
        repo.Run("build", "App").Green();
        // Nobody can delete a folder as a file, not even root.
        File.Delete(repo.Path("App/obj/buildguard/passed"));
        Directory.CreateDirectory(repo.Path("App/obj/buildguard/passed"));
        foreach (var command in (string[][])[["restore", "App"], ["build", "App"]])
        {
            var run = repo.Run(command);
            Assert.Contains(e => e.Message.Contains("obj/buildguard/passed", StringComparison.Ordinal), run.Errors("BG0008"), run.Output);
            Assert.IsFalse(run.HasError("BG0009"), run.Output);
        }
        Directory.Delete(repo.Path("App/obj/buildguard/passed"));
        repo.Run("build", "App").Green();
    }
}
