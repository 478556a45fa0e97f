using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Each rule of the guard itself makes a real build red.</summary>
[TestClass]
public sealed class GuardRules
{
    [TestMethod]
    public void BG0001_BG0002_BG0003_a_policy_that_cannot_be_obeyed()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Write(Guarded.PolicyFile, "{\n  \"version\": 1,\n  \"block\": [ oops ]\n}\n");
        repo.Run("build", "App").Red("BG0001", "repo/" + Guarded.PolicyFile, 3);

        repo.Write(Guarded.PolicyFile, "{\n  \"version\": 1,\n  \"signaturs\": {}\n}\n");
        Assert.Contains("Did you mean \"signatures\"?", repo.Run("build", "App").Red("BG0002", Guarded.PolicyFile, 3).Message);
        repo.Write(Guarded.PolicyFile, "{\n  \"version\": 1,\n  \"capabilities\": { \"default\": \"deny\" }\n}\n");
        Assert.Contains("cannot enforce yet", repo.Run("build", "App").Red("BG0002", Guarded.PolicyFile, 3).Message);

        repo.Write(Guarded.PolicyFile, "{\n  \"version\": 1,\n  \"mode\": \"enforced\"\n}\n");
        Assert.Contains("\"enforce\"", repo.Run("build", "App").Red("BG0003", Guarded.PolicyFile, 3).Message);

        File.Delete(repo.Path(Guarded.PolicyFile));
        Assert.Contains("buildguard init", repo.Run("build", "App").Red("BG0001", Guarded.PolicyFile).Message);
    }

    [TestMethod]
    public void BG0004_BG0005_exceptions_that_nothing_needs_or_that_ended()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Write(Guarded.PolicyFile, """
            {
              "version": 1,
              "signatures": {
                "packages": [
                  { "id": "Good.Lib", "unsigned": true, "reason": "internal" },
                  { "id": "Gone.Lib", "unsigned": true, "reason": "internal" }
                ]
              }
            }

            """);
        repo.Run("build", "App").Warned("BG0004", Guarded.PolicyFile, 6);
        repo.Run("build", "App", "-p:BuildGuardStrict=true").Red("BG0004", Guarded.PolicyFile, 6);

        repo.Write(Guarded.PolicyFile, """
            {
              "version": 1,
              "signatures": {
                "packages": [
                  { "id": "Good.Lib", "unsigned": true, "reason": "internal", "expires": "2020-01-31" }
                ]
              }
            }

            """);
        Assert.Contains("2020-01-31", repo.Run("build", "App").Red("BG0005", Guarded.PolicyFile, 5).Message);
    }

    [TestMethod]
    public void BG0006_a_project_of_the_solution_that_no_restore_covered()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var app = repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Hook(repo.Solution("slnx", app));
        repo.Run("restore", "All.slnx").Green();

        repo.Write("Loose/Loose.csproj", "<Project>\n  <Target Name=\"Build\" />\n</Project>\n");
        repo.Solution("slnx", app, "Loose/Loose.csproj");
        repo.Run("build", "All.slnx").Red("BG0006", "Loose/Loose.csproj");
    }

    [TestMethod]
    public void BG0007_switching_the_guard_off()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var audited = repo.Run("build", "App", "-p:BuildGuardMode=audit");
        audited.Warned("BG0007");
        audited.Warned("BG3001", "App/App.csproj", -1);
        Assert.Contains("AUDIT MODE", audited.Output);
        // What that build left behind is no pass for a build without the property.
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);

        repo.Run("build", "App", "-p:BuildGuardMode=off").Warned("BG0007");
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
        repo.Run("build", "App", "-p:BuildGuardMode=quiet").Red("BG0007");

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*").Replace("\"version\": 1,", "\"version\": 1, \"rules\": { \"BG0007\": \"error\" },", StringComparison.Ordinal));
        repo.Run("build", "App", "-p:BuildGuardMode=audit").Red("BG0007");

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Write("Directory.Build.props", repo.Read("Directory.Build.props").Replace("</Project>", "<PropertyGroup><BuildGuardMode>off</BuildGuardMode></PropertyGroup></Project>", StringComparison.Ordinal));
        var built = repo.Run("build", "App");
        Assert.Contains("has no effect", built.Red("BG0007").Message);
        built.Red("BG3001", "App/App.csproj", -1);
    }

    [TestMethod]
    public void BG0007_is_said_once_in_a_build_of_many_projects()
    {
        using var repo = Guarded.Repo(Guarded.Package("Evil.Lib"));
        string[] projects = [.. Enumerable.Range(1, 3).Select(i => repo.App("App" + i, [("Evil.Lib", "1.0.0")]))];
        var solution = repo.Solution("slnx", projects);
        repo.Hook(solution);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        foreach (var mode in (string[])["audit", "off"])
        {
            var built = repo.Run("build", solution, "-m:1", "-p:BuildGuardMode=" + mode);
            Assert.Contains(mode == "audit" ? "only a warning in this build" : "says nothing", built.Warned("BG0007").Message);
            Assert.HasCount(1, built.Warnings("BG0007"), built.Output);
            // What speaks of one project's reference is said for each.
            Assert.HasCount(mode == "audit" ? 3 : 0, built.Warnings("BG3001"), built.Output);
        }
    }

    [TestMethod]
    public void BG0007_a_guard_whose_files_were_replaced()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        // Where the repo's own folder has no guard, it is looked for in the user's, who may have one.
        repo.Dotnet.Environment["HOME"] = repo.Temp.Folder("home");
        repo.Run("restore", "App").Green();
        var isWhole = true;
        foreach (var file in (string[])["NuGet.Packaging.dll", "BuildGuard.Tasks.dll", "buildguard.runtimeconfig.json", "buildguard.deps.json", "buildguard-broker"])
        {
            var path = repo.PackagePath("BuildGuard", PackedGuard.Version, $"{Guarded.Tools}/{file}");
            if (!File.Exists(path) && file == "buildguard-broker")
            {
                isWhole = false;
                continue;
            }
            var bytes = File.ReadAllBytes(path);
            File.WriteAllBytes(path, TestAssembly.Library(Path.GetFileNameWithoutExtension(file), "Impostor", "Class1"));
            Assert.Contains(file, repo.Run("build", "App").Red("BG0007").Message);
            File.Delete(path);
            // The file that compares the others is how the guard is found.
            Assert.Contains(file == "BuildGuard.Tasks.dll" ? "was not restored" : file, repo.Run("restore", "App").Red("BG0007").Message);
            File.WriteAllBytes(path, bytes);
        }
        repo.Run("restore", "App").Green();

        foreach (var name in (string[])["System.Text.Json.dll", "BuildGuard.Tasks.deps.json"])
        {
            var extra = repo.PackagePath("BuildGuard", PackedGuard.Version, $"{Guarded.Tools}/{name}");
            File.WriteAllBytes(extra, TestAssembly.Library("System.Text.Json", "Impostor", "Class1"));
            Assert.Contains("does not belong", repo.Run("build", "App").Red("BG0007").Message);
            File.Delete(extra);
        }
        if (!isWhole)
            Assert.Inconclusive("Packed without a broker as machine code, which takes x64 Linux with clang or gcc.");
    }

    [TestMethod]
    public void BG0008_evidence_that_is_missing_or_stale()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("build", "App").Green();
        var app = repo.Read("App/App.csproj");
        repo.Feed.Add(Guarded.Package("New.Lib"));
        repo.Write("App/App.csproj", app.Replace("</ItemGroup>", "\n<PackageReference Include=\"New.Lib\" Version=\"1.0.0\" />\n</ItemGroup>", StringComparison.Ordinal));
        Assert.Contains("stale", repo.Run("build", "App", "--no-restore").Red("BG0008", "App/App.csproj", repo.LineOf("App/App.csproj", "New.Lib")).Message);
        repo.Write("App/App.csproj", app);

        var nupkg = repo.PackagePath("Good.Lib", "1.0.0", "good.lib.1.0.0.nupkg");
        File.WriteAllBytes(nupkg, File.ReadAllBytes(nupkg)[..100]);
        repo.Run("build", "App").Red("BG0008", "App/App.csproj", -1);
        File.Delete(nupkg);
        repo.Run("build", "App").Red("BG0008", "App/App.csproj", -1);

        repo.Write("App/packages.config", "<packages />\n");
        repo.Run("build", "App").Red("BG0008", "App/packages.config", 1);
    }

    [TestMethod]
    public void BG0009_a_guard_without_its_own_libraries()
    {
        using var repo = Guarded.Referenced(Guarded.Package("Good.Lib"));
        File.Delete(repo.PackagePath("BuildGuard", PackedGuard.Version, $"{Guarded.Tools}/NuGet.Packaging.dll"));
        var built = repo.Run("build", "App", "--no-restore");
        Assert.IsFalse(built.Succeeded, built.Output);
        Assert.IsFalse(File.Exists(repo.Path("App/bin/Debug/net10.0/App.dll")));
        Assert.IsTrue(built.HasError("BG0009"), built.Output);
        Assert.DoesNotContain("   at ", built.Output);
    }

    [TestMethod]
    public void BG0010_a_guard_that_is_only_a_package_reference()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        string[] projects = [.. Enumerable.Range(1, 3).Select(i => repo.App("App" + i, [("Good.Lib", "1.0.0")], extra: Guarded.Reference))];
        var solution = repo.Solution("slnx", projects);
        repo.Run("restore", solution).EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Tool("lock", "--yes").EnsureSuccess();

        var built = repo.Run("build", solution).Green();
        built.Warned("BG0010");
        Assert.HasCount(1, built.Warnings("BG0010"), built.Output);

        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"required\""));
        Assert.Contains("buildguard init", repo.Run("build", solution).Red("BG0010").Message);
    }

    [TestMethod]
    public void BG0011_a_project_that_does_not_inherit_the_guard()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var (inside, outside) = (repo.App("Inside", [("Good.Lib", "1.0.0")]), repo.App("Outside", [("Good.Lib", "1.0.0")]));
        var solution = repo.Solution("sln", inside, outside);
        repo.Hook(solution);
        repo.Run("restore", solution).Green();

        repo.Write("Outside/Directory.Build.targets", "<Project />\n");
        var nested = repo.Run("build", solution).Red("BG0011", outside, 1).Message;
        Assert.Contains("Outside/Directory.Build.targets hides the repo's own", nested);
        Assert.Contains("adds the import to nested files", nested);
        File.Delete(repo.Path("Outside/Directory.Build.targets"));

        var root = repo.Read("Directory.Build.targets");
        repo.Write("Directory.Build.targets", "<Project />\n");
        var gone = repo.Run("build", solution).Red("BG0011", inside, 1).Message;
        Assert.Contains("repo/Directory.Build.targets does not import .buildguard/BuildGuard.targets", gone);
        Assert.Contains("puts the import back", gone);
        repo.Write("Directory.Build.targets", root);

        repo.Write(outside, repo.Read(outside).Replace("<PropertyGroup>", "<PropertyGroup>\n<ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>", StringComparison.Ordinal));
        repo.Run("build", solution).Red("BG0011", outside, repo.LineOf(outside, "ImportDirectoryBuildTargets"));
    }
}
