using System.Text.RegularExpressions;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>What opens and shuts the gate (threats 25, 30, 32), in builds that restore and in builds that do not.</summary>
[TestClass]
public sealed class GateTests
{
    private const string Honest = "<Project><PropertyGroup><HonestRan>true</HonestRan></PropertyGroup><Target Name=\"_Honest\" BeforeTargets=\"PrepareForBuild\"><Message Importance=\"high\" Text=\"honest targets ran\" /></Target></Project>";

    private static string Approving(params string[] ids) => Guarded.Policy($", \"buildScripts\": {{ \"allow\": [ {string.Join(", ", ids.Select(i => $"{{ \"id\": \"{i}\", \"kinds\": [ \"props\", \"targets\", \"tasks\", \"tools\", \"analyzers\", \"content\" ], \"reason\": \"test\" }}"))} ] }}");

    /// <summary>A repo whose one package has approved targets, built once.</summary>
    private static TestRepo Open(TestPackage? package = null)
    {
        package ??= Guarded.Package("Honest.Targets").Targets(Honest);
        var repo = Guarded.Hooked(package);
        repo.Write(Guarded.PolicyFile, Approving(package.Id));
        Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
        Assert.Contains("honest targets ran", repo.Run("build", "App", "--no-restore").EnsureSuccess().Output);
        return repo;
    }

    /// <summary>Each makes the gate shut: the build says so, checks, and the next build is open again, because nothing is wrong.</summary>
    [TestMethod]
    public void A_stamp_that_is_gone_or_forged()
    {
        using var repo = Open();
        foreach (var (ending, content) in ((string, string?)[])[(".gate", null), (".gate", new string('0', 64)), (".gate.props", null), (".gate.targets", "")])
        {
            var file = $"App/obj/buildguard/App.csproj{ending}";
            if (content is null)
                File.Delete(repo.Path(file));
            else
                repo.Write(file, content);
            var built = repo.Run("build", "App", "--no-restore");
            Assert.Contains("Fix: build again", built.Red("BG0008", "App/App.csproj").Message, ending);
            Assert.DoesNotContain("honest targets ran", built.Output, ending);
            Assert.Contains("honest targets ran", repo.Run("build", "App", "--no-restore").EnsureSuccess().Output, ending);
        }
        // The record of the pass is no part of the gate. Without it the build checks, and goes on.
        File.Delete(repo.Path("App/obj/buildguard/passed"));
        repo.Run("build", "App", "--no-restore").Green();
    }

    /// <summary>An import can name a file of any extension, so every text is compared when it could be imported, and not with the other files afterwards.</summary>
    [TestMethod]
    public void A_changed_text_under_another_name()
    {
        var package = Guarded.Package("Honest.Targets").Targets(Honest.Replace("<Project>", "<Project><Import Project=\"$(MSBuildThisFileDirectory)more.inc\" />", StringComparison.Ordinal)).File("build/more.inc", "<Project />");
        using var repo = Open(package);
        var effect = new SideEffect(repo.Temp);
        var path = repo.PackagePath("Honest.Targets", "1.0.0", "build/more.inc");
        File.WriteAllText(path, effect.BeforeTarget("_BuildGuardVerifyFiles"));
        Assert.Contains("more.inc", repo.Run("build", "App", "--no-restore").Red("BG2003", "App/App.csproj", -1).Message);
        Assert.IsFalse(effect.Happened);
        File.WriteAllText(path, effect.AtEvaluation);
        repo.Run("msbuild", "App", "-getProperty:HonestRan").EnsureSuccess();
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>That this is a restore, says a package: the files of another were not compared.</summary>
    [TestMethod]
    public void A_package_that_says_that_this_is_a_restore()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Odd.Props").Props("<Project><PropertyGroup><MSBuildIsRestoring>true</MSBuildIsRestoring></PropertyGroup></Project>"),
            Guarded.Package("Honest.Task").Targets(effect.ByTaskDll("EvilTasks")).File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", repo.Temp.Path("honest"))));
        repo.App(packages: [("Odd.Props", "1.0.0"), ("Honest.Task", "1.0.0")]);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Approving("Odd.Props", "Honest.Task"));
        repo.Run("build", "App").Green();
        File.WriteAllBytes(repo.PackagePath("Honest.Task", "1.0.0", "build/EvilTasks.dll"), TestAssembly.BuildTask("EvilTasks", effect.Marker));
        Assert.IsTrue(repo.Run("build", "App", "--no-restore").HasError("BG2003"));
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "--no-restore", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>A build that restores has just checked the packages. It does not compare them again; one that does not restore compares them, whatever its properties say of a mark.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Files_that_the_check_of_this_build_has_seen()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Honest.Task").Targets(effect.ByTaskDll("EvilTasks")).File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", repo.Temp.Path("honest"))));
        repo.App(packages: [("Honest.Task", "1.0.0")]);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Approving("Honest.Task"));
        repo.Run("build", "App").Green();
        var start = Regex.Match(repo.Read("App/obj/buildguard/App.csproj.gate.props"), "<_BuildGuardStart [^>]*>(s[0-9a-f]{16})<").Groups[1].Value;
        Assert.AreNotEqual("", start);
        repo.Write("empty.props", "<Project />\n");
        string[] claims = ["-p:_BuildGuardIsCompared=True", "-p:_BuildGuardMark=x", $"-p:_BuildGuardStart={start}", $"-p:_BuildGuardMarks={start}={start}", $"-p:_BuildGuardMarksNow={start}={start}", $"-p:_BuildGuardInitial={repo.Path("empty.props")}"];
        // The same by a file that is imported just before the gate.
        repo.Write("claims.props", $"<Project><PropertyGroup>{string.Concat(claims.Select(c => c[3..].Split('=', 2)).Select(c => $"<{c[0]}>{c[1]}</{c[0]}>"))}</PropertyGroup></Project>");
        Assert.DoesNotContain("(VerifyFiles target(s))", repo.Run("build", "App", "-v:d").Green().Output);
        Assert.Contains("(VerifyFiles target(s))", repo.Run(["build", "App", "-v:d", "--no-restore", .. claims]).EnsureSuccess().Output);
        File.WriteAllBytes(repo.PackagePath("Honest.Task", "1.0.0", "build/EvilTasks.dll"), TestAssembly.BuildTask("EvilTasks", effect.Marker));
        Assert.IsTrue(repo.Run(["build", "App", "--no-restore", .. claims]).HasError("BG2003"));
        Assert.IsTrue(repo.Run(["build", "App", .. claims]).HasError("BG2003"));
        repo.Dotnet.Environment["CustomAfterDirectoryBuildProps"] = repo.Path("claims.props");
        Assert.IsTrue(repo.Run("build", "App", "--no-restore").HasError("BG2003"));
        repo.Dotnet.Environment.Remove("CustomAfterDirectoryBuildProps");
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "--no-restore", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>What projects share is compared by the check, and not again by each project that the same build evaluates; claims count for nothing.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_policy_that_the_check_of_this_build_has_seen()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        string[] show = ["build", "App", "-t:Build", "-getProperty:_BuildGuardSeen", "-getProperty:_BuildGuardOpen"];
        repo.Run("build", "App").Green();
        // Once anew, and once by the pass that stands.
        foreach (var policy in (string[])[Guarded.Policy(), Guarded.Policy() + "\n"])
        {
            repo.Write(Guarded.PolicyFile, policy);
            repo.Run("restore", "App").Green();
            for (var i = 0; i < 2; i++)
                Assert.MatchesRegex("\"_BuildGuardSeen\": \"g[0-9a-f]{16}\",\\s*\"_BuildGuardOpen\": \"true\"", repo.Run(show).EnsureSuccess().Output);
        }
        Assert.MatchesRegex("\"_BuildGuardSeen\": \"\",\\s*\"_BuildGuardOpen\": \"true\"", repo.Run([.. show, "--no-restore"]).EnsureSuccess().Output);
        var claim = StampName(repo);
        repo.Write(Guarded.PolicyFile, repo.Read(Guarded.PolicyFile) + "\n");
        var built = repo.Run("build", "App", "--no-restore", $"-p:_BuildGuardSeen={claim}");
        Assert.IsTrue(built.HasError("BG0008"), built.Output);

        // Without the list's name nothing could be compared.
        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("</Project>", "<PropertyGroup><_BuildGuardManifest /></PropertyGroup></Project>", StringComparison.Ordinal));
        Assert.Contains("_BuildGuardManifest", repo.Run("build", "App").Red("BG0008", "Check.proj").Message);
    }

    /// <summary>A gate that is shut by its own text still seals. That must not count as a comparison for the next project in the same process, nor load a guard that nobody compared.</summary>
    [TestMethod]
    public void Nothing_is_compared_where_the_gate_is_shut()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Honest.Task").Targets(effect.ByTaskDll("EvilTasks")).File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", repo.Temp.Path("honest"))));
        var solution = repo.Solution("sln", repo.App("A", packages: [("Honest.Task", "1.0.0")]), repo.App("B", packages: [("Honest.Task", "1.0.0")]));
        repo.Hook(solution);
        repo.Write(Guarded.PolicyFile, Approving("Honest.Task"));
        repo.Run("build", solution).Green();
        repo.Run("build", solution, "--no-restore", "-m:1").EnsureSuccess();
        repo.Write("A/obj/A.csproj.nuget.g.props", repo.Read("A/obj/A.csproj.nuget.g.props") + "<!-- -->");
        File.WriteAllBytes(repo.PackagePath("Honest.Task", "1.0.0", "build/EvilTasks.dll"), TestAssembly.BuildTask("EvilTasks", effect.Marker));
        var built = repo.Run("build", solution, "--no-restore", "-m:1");
        Assert.IsTrue(built.HasError("BG2003"), built.Output);
        Assert.IsFalse(effect.Happened);
        repo.Run("build", solution, "--no-restore", "-m:1", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened, "The change does nothing without the guard, so it proves nothing.");

        var guard = repo.PackagePath("BuildGuard", PackedGuard.Version, $"{Guarded.Tools}/BuildGuard.Tasks.dll");
        File.WriteAllBytes(guard, TestAssembly.BuildTask("BuildGuard.Tasks", effect.Marker));
        built = repo.Run("build", "A", "--no-restore");
        Assert.IsTrue(built.HasError("BG0007"), built.Output);
        Assert.DoesNotContain("MSB4062", built.Output, "It was loaded.");
    }

    /// <summary>
    /// Of a solution that a check of this build let in, no project begins with the seal, in whatever process; else the first of a process compares and seals, and those after it need not. One that began under another
    /// seal, as where a host builds what it evaluated in an earlier build, does before it builds.
    /// </summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Only_the_first_project_of_a_process_begins_with_the_seal()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        const string NeedsB = "<ItemGroup><ProjectReference Include=\"../B/B.csproj\" ReferenceOutputAssembly=\"false\" /></ItemGroup>";
        var solution = repo.Solution("sln", repo.App("A", [("Good.Lib", "1.0.0")], extra: NeedsB), repo.App("B", [("Good.Lib", "1.0.0")]));
        repo.Hook(solution);
        repo.Run("build", solution).Green();
        string[] Sealing(string subject, string nodes) => [.. Regex.Matches(repo.Run("build", subject, nodes, "-v:diag").EnsureSuccess().Output, "Target \"_BuildGuardSeal: \\(TargetId:[0-9]+\\)\" in file \"[^\"]*/([AB]).csproj").Select(m => m.Groups[1].Value)];
        Assert.IsEmpty(Sealing(solution, "-m:2"));
        Assert.AreSequenceEqual(["A"], Sealing("A", "-m:1"));
        repo.Write("B/B.csproj", repo.Read("B/B.csproj").Replace("</Project>", "<PropertyGroup><_BuildGuardStart>s0000000000000000</_BuildGuardStart></PropertyGroup></Project>", StringComparison.Ordinal));
        Assert.AreSequenceEqual(["B"], Sealing(solution, "-m:1"));
    }

    /// <summary>The gate names the task that seals by its path. Another copy, which the environment leads to, must not be compared in its place.</summary>
    [TestMethod]
    public void The_guard_is_compared_where_it_is_loaded_from()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("build", "App").Green();
        var folder = Path.GetDirectoryName(repo.PackagePath("BuildGuard", PackedGuard.Version))!;
        CopyFolder(folder, Path.Combine(repo.Temp.Folder("elsewhere"), Path.GetFileName(folder)));
        repo.Dotnet.Environment["NuGetPackageRoot"] = repo.Temp.Path("elsewhere") + "/";
        repo.Run("build", "App", "--no-restore").EnsureSuccess();
        File.WriteAllBytes(Path.Combine(folder, PackedGuard.Version, Guarded.Tools, "BuildGuard.Tasks.dll"), TestAssembly.BuildTask("BuildGuard.Tasks", repo.Temp.Path("marker")));
        var built = repo.Run("build", "App", "--no-restore");
        Assert.IsTrue(built.HasError("BG0007"), built.Output);
        Assert.DoesNotContain("MSB4062", built.Output, "It was loaded.");
    }

    /// <summary>The mark of a process names a folder and then hashes. A folder whose name looks like a hash of what was compared must not count as one: the guard of another folder was loaded without being compared.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("list")]
    [DataRow("guard")]
    [DataRow("stamp")]
    public void A_folder_named_like_a_mark(string kind)
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var solution = repo.Solution("sln", repo.App("App", [("Good.Lib", "1.0.0")]));
        repo.Hook(solution);
        repo.Run("build", solution).Green();
        var gate = repo.Read("App/obj/buildguard/App.csproj.gate.props");
        string Of(string pattern) => System.Text.RegularExpressions.Regex.Match(gate, pattern).Groups[1].Value;
        var loaded = Of("<_BuildGuardLoadedFrom>([^<]+)<");
        var name = kind switch
        {
            "list" => Hash($"list|{repo.Path(".buildguard")}/|{loaded}|{Of("<_BuildGuardManifest>([^<]+)<")}"),
            "guard" => Hash($"guard|{repo.Path(".buildguard")}/|{loaded}"),
            _ => StampName(repo),
        };
        var folder = Path.GetDirectoryName(repo.PackagePath("BuildGuard", PackedGuard.Version))!;
        CopyFolder(folder, Path.Combine(repo.Temp.Folder(name), Path.GetFileName(folder)));
        repo.Dotnet.Environment["NuGetPackageRoot"] = repo.Temp.Path(name) + "/";
        repo.Run("build", solution, "--no-restore", "-m:1").EnsureSuccess();
        if (kind == "stamp")
            repo.Write(Guarded.PolicyFile, repo.Read(Guarded.PolicyFile) + "\n");
        else
            File.WriteAllBytes(Path.Combine(loaded, "BuildGuard.Tasks.dll"), TestAssembly.BuildTask("BuildGuard.Tasks", repo.Temp.Path("marker")));
        var built = repo.Run("build", solution, "--no-restore", "-m:1");
        Assert.IsTrue(built.HasError(kind == "stamp" ? "BG0008" : "BG0007"), built.Output);
        Assert.DoesNotContain("MSB4062", built.Output, "It was loaded.");
    }

    /// <summary>By which a mark names the stamp of App.</summary>
    private static string StampName(TestRepo repo) => "g" + Hash($"gate|{repo.Path("App/obj/buildguard/App.csproj.gate")}|{repo.Read("App/obj/buildguard/App.csproj.gate")}")[..16];

    private static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>That an editor asks, says a package: what was stale only warned.</summary>
    [TestMethod]
    public void A_package_that_says_that_an_editor_asks()
    {
        using var repo = Open(Guarded.Package("Honest.Targets").Props("<Project><PropertyGroup><DesignTimeBuild>true</DesignTimeBuild><SkipCompilerExecution>true</SkipCompilerExecution></PropertyGroup></Project>")
            .Targets(Honest.Replace("</Project>", "<Target Name=\"_Reset\" BeforeTargets=\"CoreCompile\"><PropertyGroup><SkipCompilerExecution>false</SkipCompilerExecution></PropertyGroup></Target></Project>", StringComparison.Ordinal)));
        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("</ItemGroup>", "\n<PackageReference Include=\"New.Lib\" Version=\"1.0.0\" />\n</ItemGroup>", StringComparison.Ordinal));
        Assert.Contains("stale", repo.Run("build", "App", "--no-restore").Red("BG0008", "App/App.csproj", -1).Message);
    }

    /// <summary>dotnet ef writes a file into obj after the check and builds with it. It is imported where the policy names the hash of its text, whenever it came.</summary>
    [TestMethod]
    public void A_file_of_a_tool_is_let_in_by_its_hash()
    {
        const string tool = "<Project><Target Name=\"ToolTarget\"><Message Importance=\"high\" Text=\"tool target ran\" /></Target></Project>";
        const string file = "App/obj/App.csproj.EntityFrameworkCore.targets";
        using var repo = Open();
        repo.Write(file, tool);
        Assert.AreNotEqual(0, repo.Run("msbuild", "App", "-t:ToolTarget").ExitCode);
        var said = repo.Run("build", "App").Warned("BG4010", file).Message;
        var entry = said[said.IndexOf("\"toolFiles\"", StringComparison.Ordinal)..(said.IndexOf("} ]", StringComparison.Ordinal) + 3)];
        File.Delete(repo.Path(file));
        repo.Write(Guarded.PolicyFile, repo.Read(Guarded.PolicyFile).Replace("\"allow\":", entry + ", \"allow\":", StringComparison.Ordinal));
        repo.Run("build", "App").Green();

        repo.Write(file, tool);
        Assert.Contains("tool target ran", repo.Run("msbuild", "App", "-t:ToolTarget").EnsureSuccess().Output);
        repo.Write(file, tool.Replace("tool target ran", "hostile", StringComparison.Ordinal));
        var changed = repo.Run("msbuild", "App", "-t:ToolTarget");
        Assert.AreNotEqual(0, changed.ExitCode, changed.Output);
    }

    /// <summary>Files of obj, rewritten so that they would bring in something else. The forger cannot make the stamp, and without it nothing is imported.</summary>
    [TestMethod]
    public void Forged_files_of_obj()
    {
        using var repo = Open();
        var effect = new SideEffect(repo.Temp);
        var hostile = repo.Write("hostile.targets", effect.InInitialTarget);
        var import = $"<Import Project=\"{hostile}\" />";
        foreach (var file in (string[])["App/obj/buildguard/App.csproj.gate.props", "App/obj/buildguard/App.csproj.gate.targets", "App/obj/App.csproj.nuget.g.props", "App/obj/App.csproj.nuget.g.targets"])
        {
            var text = repo.Read(file);
            repo.Write(file, text.Replace("</Project>", import + "</Project>", StringComparison.Ordinal));
            foreach (var command in (string[][])[["build", "App", "--no-restore"], ["msbuild", "App", "-t:Restore;Build"], ["build", "App", "--no-restore"]])
            {
                repo.Run(command);
                Assert.IsFalse(effect.Happened, $"{file} {string.Join(' ', command)}");
            }
            repo.Write(file, text);
            repo.Run("build", "App", "--force").Green();
            Assert.IsFalse(effect.Happened, file);
        }
        // The control: without the gate the same file of obj is imported.
        repo.Write("App/obj/App.csproj.nuget.g.targets", repo.Read("App/obj/App.csproj.nuget.g.targets").Replace("</Project>", import + "</Project>", StringComparison.Ordinal));
        File.Delete(repo.Path("Directory.Build.props"));
        File.Delete(repo.Path("Directory.Build.targets"));
        repo.Run("build", "App", "--no-restore");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>
    /// A repo can bring links in obj. One that leads to where the asking process is shows the check, which runs in the guard's folder, another file than the evaluation; and one that leads to another project's file shows what
    /// was let in there. Neither may stand where the check wrote.
    /// </summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("/proc/self/cwd/App/obj/forged.xml", "App/obj/forged.xml")]
    [DataRow("../../../Other/obj/buildguard/Other.csproj.gate.{0}", null)]
    public void A_link_in_the_place_of_a_file_of_the_gate(string target, string? forged)
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Pk").File("build/Pk.targets", $"<Project><Target Name=\"Pk\" BeforeTargets=\"PrepareForBuild\" Condition=\"'$(MSBuildProjectName)' == 'App'\"><WriteLinesToFile File=\"{effect.Marker}\" Lines=\"x\" /></Target></Project>"));
        var solution = repo.Solution("slnx", repo.App("App", []), repo.App("Other", [("Pk", "1.0.0")]));
        repo.Hook(solution);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(""", "buildScripts": { "default": "allow" }"""));
        repo.Run("build", solution, "-m:1").EnsureSuccess();
        foreach (var half in (string[])["props", "targets"])
        {
            var place = $"App/obj/buildguard/App.csproj.gate.{half}";
            if (forged is not null)
                repo.Write(forged, $"<Project><Target Name=\"Forged\" BeforeTargets=\"_BuildGuardReadMark;PrepareForBuild\"><WriteLinesToFile File=\"{effect.Marker}\" Lines=\"x\" /></Target></Project>");
            File.Delete(repo.Path(place));
            File.CreateSymbolicLink(repo.Path(place), string.Format(System.Globalization.CultureInfo.InvariantCulture, target, half));
            // By a check that judges anew, and by a pass that stands, if it does.
            repo.Write(Guarded.PolicyFile, repo.Read(Guarded.PolicyFile) + "\n");
            for (var i = 0; i < 2; i++)
            {
                repo.Run("build", solution, "-m:1").EnsureSuccess();
                Assert.IsFalse(effect.Happened, $"{half}, build {i + 1}");
            }
            Assert.IsNull(new FileInfo(repo.Path(place)).LinkTarget);
        }
        Assert.IsEmpty(Directory.GetDirectories(repo.Path(".buildguard")));
        // Folders may be links, as where obj is on another disk; then each project is held to the key.
        Directory.Move(repo.Path("App/obj"), repo.Temp.Path("elsewhere"));
        Directory.CreateSymbolicLink(repo.Path("App/obj"), repo.Temp.Path("elsewhere"));
        string[] show = ["build", "App", "-t:Build", "-getProperty:_BuildGuardSeen", "-getProperty:_BuildGuardOpen"];
        Assert.MatchesRegex("\"_BuildGuardSeen\": \"\",\\s*\"_BuildGuardOpen\": \"true\"", repo.Run(show).EnsureSuccess().Output);
        Assert.MatchesRegex("\"_BuildGuardSeen\": \"\",\\s*\"_BuildGuardOpen\": \"true\"", repo.Run(show).EnsureSuccess().Output);
    }

    /// <summary>What restore wrote was judged. A build by another assets file, which the environment or a file of the repo can name, is not by that pass.</summary>
    [TestMethod]
    [DataRow("project.assets.json")]
    [DataRow("Project.Assets.json")]
    public void An_assets_file_that_was_not_judged(string name)
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Generator").File("analyzers/dotnet/cs/EvilGenerator.dll", TestAssembly.Generator("EvilGenerator", effect.Marker)));
        repo.App(packages: [("Evil.Generator", "1.0.0")]);
        repo.Run("restore", "App").EnsureSuccess();
        var folder = name == "project.assets.json" ? "other" : "App/obj";
        var other = repo.Write($"{folder}/{name}", repo.Read("App/obj/project.assets.json"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Hook("App");
        repo.Run("build", "App").Green();
        repo.Dotnet.Environment["ProjectAssetsFile"] = other;
        for (var i = 0; i < 2; i++)
        {
            var built = repo.Run("build", "App", "--no-incremental");
            Assert.AreNotEqual(0, built.ExitCode, built.Output);
            Assert.IsFalse(effect.Happened, built.Output);
        }
        repo.Run("build", "App", "--no-incremental", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>A file that an earlier build left in obj, or a tool wrote there: MSBuild imports it for its name alone.</summary>
    [TestMethod]
    public void A_file_of_obj_that_restore_did_not_write()
    {
        using var repo = Open();
        var effect = new SideEffect(repo.Temp);
        repo.Write("App/obj/App.csproj.evil.targets", effect.InInitialTarget);
        repo.Run("build", "App", "--no-restore");
        repo.Run("build", "App");
        repo.Run("restore", "App");
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "--no-restore", "-p:BuildGuardMode=off");
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>The policy or the lock changed since the check: what it let in then does not count now.</summary>
    [TestMethod]
    public void Another_policy_since_the_check()
    {
        using var repo = Open();
        repo.Write(Guarded.PolicyFile, Guarded.Policy());
        var built = repo.Run("build", "App", "--no-restore");
        built.Red("BG4001", "App/App.csproj", -1);
        Assert.DoesNotContain("honest targets ran", built.Output);
        built = repo.Run("build", "App");
        built.Red("BG4001", "App/App.csproj", -1);
        Assert.DoesNotContain("honest targets ran", built.Output);
    }

    /// <summary>One byte more in the next version of an approved package (threat 30), and in a file that the approved one imports or loads (32d).</summary>
    [TestMethod]
    public void An_update_that_changes_what_runs_needs_a_new_approval()
    {
        TestPackage Version(string version, string second, string data) => Guarded.Package("Two.Files", version)
            .Targets("<Project><Import Project=\"../other/second.targets\" /></Project>").File("other/second.targets", second).File("lib/net10.0/data.txt", data);
        using var repo = Open(Version("1.0.0", Honest, "1"));
        repo.Feed.Add(Version("1.1.0", Honest, "2"), Version("1.2.0", Honest + " ", "2"));

        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("1.0.0", "1.1.0", StringComparison.Ordinal));
        repo.Run("restore", "App").Red("BG2001", "App/App.csproj", -1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);

        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("1.1.0", "1.2.0", StringComparison.Ordinal));
        repo.Run("restore", "App").Red("BG2001", "App/App.csproj", -1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        foreach (var command in (string[][])[["build", "App"], ["build", "App", "--no-restore"]])
        {
            var built = repo.Run(command);
            built.Red("BG4002", "App/App.csproj", -1);
            Assert.DoesNotContain("honest targets ran", built.Output);
        }
        repo.Tool("approve", "Two.Files", "--reason", "read it", "--yes").EnsureSuccess();
        Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
    }

    /// <summary>A file of an approved package changes between the check and a build without restore: the text that is imported, one that it imports, and the dll that it loads.</summary>
    [TestMethod]
    public void A_file_that_changes_after_the_check()
    {
        var marker = "";
        using var repo = Open(Guarded.Package("Honest.Many").Targets(Honest.Replace("<Target", "<Import Project=\"second.props\" /><UsingTask TaskName=\"EvilTasks.EvilTask\" AssemblyFile=\"$(MSBuildThisFileDirectory)EvilTasks.dll\" /><Target Name=\"_Dll\" BeforeTargets=\"PrepareForBuild\"><EvilTasks.EvilTask /></Target><Target", StringComparison.Ordinal))
            .File("build/second.props", "<Project />").File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", Path.Combine(Path.GetTempPath(), "honest-" + Guid.NewGuid().ToString("N")))));
        var effect = new SideEffect(repo.Temp);
        marker = effect.Marker;
        string[][] commands = [["build", "App", "--no-restore"], ["msbuild", "App", "-t:Compile"], ["publish", "App", "--no-restore"], ["build", "App"]];
        foreach (var file in (string[])["build/Honest.Many.targets", "build/second.props", "build/EvilTasks.dll", "lib/net10.0/Honest.Many.dll"])
        {
            var path = repo.PackagePath("Honest.Many", "1.0.0", file);
            var (time, honest) = (File.GetLastWriteTimeUtc(path), File.ReadAllBytes(path));
            File.WriteAllBytes(path, file.EndsWith(".dll", StringComparison.Ordinal) ? TestAssembly.BuildTask("EvilTasks", marker) : System.Text.Encoding.UTF8.GetBytes(effect.InInitialTarget));
            File.SetLastWriteTimeUtc(path, time);
            // A text is compared when it would be imported, other files when they would be used: each kind by each command, the rest by the one that checks least.
            foreach (var command in file is "build/Honest.Many.targets" or "build/EvilTasks.dll" ? commands : commands[..1])
            {
                var built = repo.Run(command);
                built.Red("BG2003");
                Assert.IsFalse(effect.Happened, $"{file} {string.Join(' ', command)}");
                Assert.DoesNotContain("honest targets ran", built.Output);
            }
            if (!file.StartsWith("lib/", StringComparison.Ordinal))
            {
                repo.Run("build", "App", "--no-restore", "-p:BuildGuardMode=off");
                Assert.IsTrue(effect.Happened, $"Without the guard the change of {file} does nothing, so it proves nothing.");
                effect.Reset();
            }
            File.WriteAllBytes(path, honest);
            File.SetLastWriteTimeUtc(path, time);
            Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
        }
    }

    /// <summary>Restores that run no targets rewrite what restore writes. The next build checks before anything of the new package runs.</summary>
    [TestMethod]
    public void After_dotnet_add_package()
    {
        using var repo = Open();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Lib").Targets(effect.InInitialTarget));
        repo.Run("add", "App", "package", "Evil.Lib").EnsureSuccess();
        repo.Run("build", "App", "--no-restore").Red("BG2001", "App/App.csproj", -1);
        repo.Run("build", "App").Red("BG2001", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
        repo.Tool("lock", "--yes").EnsureSuccess();
        repo.Run("build", "App", "--no-restore").Red("BG4001", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
        repo.Tool("approve", "Evil.Lib", "--reason", "it is only a test", "--yes").EnsureSuccess();
        Assert.Contains("build again", repo.Run("build", "App", "--no-restore").Red("BG0008", "App/App.csproj").Message);
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "--no-restore").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
    }

    /// <summary>An editor loads the project without what packages run, and says so, instead of failing.</summary>
    [TestMethod]
    public void A_design_time_build_goes_on_without()
    {
        using var repo = Open();
        string[] designTime = ["msbuild", "App", "-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true"];
        Assert.Contains("honest targets ran", repo.Run(designTime).EnsureSuccess().Output);
        File.Delete(repo.Path("App/obj/buildguard/App.csproj.gate"));
        var built = repo.Run(designTime);
        Assert.AreEqual(0, built.ExitCode, built.Output);
        Assert.IsTrue(built.HasWarning("BG0008"), built.Output);
        Assert.DoesNotContain("honest targets ran", built.Output);
        // Saying that it is one is not enough: where the compiler runs, it is a build.
        Assert.AreNotEqual(0, repo.Run("msbuild", "App", "-t:Compile", "-p:DesignTimeBuild=true").ExitCode);
    }

    /// <summary>The key is in no log, and neither is the stamp of a file that was forged.</summary>
    [TestMethod]
    public void The_key_appears_in_no_log()
    {
        using var repo = Open();
        var key = File.ReadAllText(Path.Combine(repo.Temp.Folder("data"), "buildguard", "gate.key"));
        Assert.AreEqual(64, key.Length);
        void In(string text) => Assert.DoesNotContain(key, text);
        In(repo.Run("build", "App", "--no-restore", "-v:diag").EnsureSuccess().Output);
        repo.Write("App/obj/buildguard/App.csproj.gate", "forged");
        In(repo.Run("build", "App", "--no-restore", "-v:diag", "-bl:" + repo.Path("a.binlog")).Output);
        In(Unpacked(repo.Path("a.binlog")));
        repo.Run("build", "App", "-bl:" + repo.Path("b.binlog")).EnsureSuccess();
        In(Unpacked(repo.Path("b.binlog")));
        repo.Run("msbuild", "App", "-pp:" + repo.Path("pp.xml")).EnsureSuccess();
        In(repo.Read("pp.xml"));
        var stamp = repo.Read("App/obj/buildguard/App.csproj.gate");
        Assert.DoesNotContain(stamp, Unpacked(repo.Path("a.binlog")));
    }

    /// <summary>A stamp that came with the repo, or from another machine, does not hold: the key is this user's.</summary>
    [TestMethod]
    public void Another_users_stamp()
    {
        using var repo = Open();
        repo.Dotnet.Environment["XDG_DATA_HOME"] = repo.Temp.Folder("somebody");
        var built = repo.Run("build", "App", "--no-restore");
        Assert.DoesNotContain("honest targets ran", built.Output);
        built.Red("BG0008", "App/App.csproj");
        // No key can be kept: nothing passes.
        repo.Dotnet.Environment["XDG_DATA_HOME"] = repo.Write("file", "");
        Assert.Contains("XDG_DATA_HOME", repo.Run("build", "App").Red("BG0008", "App/App.csproj").Message);
    }

    /// <summary>Folders in the user's profile whose files MSBuild imports into every project of that user (threat 32e).</summary>
    [TestMethod]
    public void Import_folders_of_the_user()
    {
        using var repo = Open();
        var effect = new SideEffect(repo.Temp);
        var folder = Directory.CreateDirectory(Path.Combine(repo.Temp.Folder("data"), "Microsoft", "MSBuild", "Current", "Microsoft.Common.targets", "ImportAfter")).FullName;
        File.WriteAllText(Path.Combine(folder, "evil.targets"), effect.InInitialTarget);
        using var control = Guarded.Repo();
        control.App();
        control.Dotnet.Environment["XDG_DATA_HOME"] = repo.Temp.Folder("data");
        control.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
        effect.Reset();
        repo.Run("build", "App", "--no-restore");
        repo.Run("build", "App");
        Assert.IsFalse(effect.Happened);
    }

    private static string Unpacked(string binlog)
    {
        using var file = File.OpenRead(binlog);
        using var stream = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
