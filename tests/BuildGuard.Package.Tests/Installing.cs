using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary><c>init</c> adds the guard to a repo as it is, and once.</summary>
[TestClass]
public sealed class Installing
{
    [TestMethod]
    public void A_second_init_changes_no_byte_and_what_was_there_stays()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        const string Own = "<!-- ours -->\r\n<Project>\r\n  <PropertyGroup><Company>Us</Company></PropertyGroup> <!-- keep -->\r\n</Project>\r\n";
        repo.Write("Directory.Build.props", Own);
        repo.Write("Nested/Directory.Build.props", "<Project>\n  <PropertyGroup><Company>Them</Company></PropertyGroup>\n</Project>\n");
        repo.Write("Nested/Chained/Directory.Build.props", "<Project>\n  <Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))\" />\n</Project>\n");
        repo.Run("restore", "App").EnsureSuccess();
        var first = repo.Tool("init", ".").EnsureSuccess();
        Assert.Contains("Nested", first.Output);
        var props = repo.Read("Directory.Build.props");
        Assert.DoesNotContain("\n", props.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.StartsWith("<!-- ours -->\r\n<Project>\r\n", props);
        Assert.EndsWith("  <PropertyGroup><Company>Us</Company></PropertyGroup> <!-- keep -->\r\n</Project>\r\n", props);
        Assert.Contains("../.buildguard/BuildGuard.props", repo.Read("Nested/Directory.Build.props"));
        Assert.DoesNotContain(".buildguard", repo.Read("Nested/Chained/Directory.Build.props"));
        repo.Run("build", "App").Green();

        repo.Write(Guarded.PolicyFile, repo.Read(Guarded.PolicyFile) + "// decided by people\n");
        var before = Snapshot(repo.Root);
        repo.Tool("init", ".").EnsureSuccess();
        repo.Tool("init", ".", "--yes").EnsureSuccess();
        var after = Snapshot(repo.Root);
        CollectionAssert.AreEqual(before, after);
    }

    [TestMethod]
    public void In_a_folder_with_spaces_and_letters_of_other_alphabets()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        var root = repo.Path("Grüße an 東京");
        repo.App("Grüße an 東京/App", [("Good.Lib", "1.0.0")]);
        // The helper names the project by its folder.
        File.Move(Path.Combine(root, "App", "Grüße an 東京", "App.csproj"), Path.Combine(root, "App", "App.csproj"));
        Directory.Delete(Path.Combine(root, "App", "Grüße an 東京"), recursive: true);
        repo.Dotnet.Run(root, "restore", "App").EnsureSuccess();
        repo.Dotnet.Run(root, PackedGuard.ToolPath, "init").EnsureSuccess();
        repo.Dotnet.Run(root, "build", "App").Green();
        Assert.IsEmpty(repo.Dotnet.Run(root, "build", "App", "--no-restore").EnsureSuccess().Summaries());
        File.WriteAllText(Path.Combine(root, Guarded.PolicyFile), Guarded.Blocking("Good.*"));
        repo.Dotnet.Run(root, "build", "App").Red("BG3001", "Grüße an 東京/App/App.csproj", -1);
    }

    [TestMethod]
    public void With_a_packages_folder_that_cannot_be_written()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("restore", "App").Green();
        if (OperatingSystem.IsWindows()) return;
        foreach (var folder in Directory.EnumerateDirectories(repo.PackagesFolder, "*", SearchOption.AllDirectories).Append(repo.PackagesFolder))
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        repo.Run("build", "App").Green();
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Good.*"));
        repo.Run("build", "App").Red("BG3001", "App/App.csproj", -1);
    }

    /// <summary>A target of a solution runs in every project of it, at the same time with -m. The command must not.</summary>
    [TestMethod]
    public void By_the_package_alone_over_a_solution()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        const string folder = "a b (c)";
        string[] projects = [.. Enumerable.Range(1, 3).Select(i => repo.App("App" + i, [("Good.Lib", "1.0.0")], extra: Guarded.Reference))];
        var solution = repo.Solution("sln", projects);
        var root = repo.Path(folder);
        Directory.CreateDirectory(root);
        foreach (var entry in projects.Select(Path.GetDirectoryName).Append(solution))
            Directory.Move(repo.Path(entry!), Path.Combine(root, entry!));
        repo.Dotnet.Run(root, "restore", solution).EnsureSuccess();
        var result = repo.Dotnet.Run(root, "msbuild", solution, "-t:BuildGuardInit", "-m:4").EnsureSuccess();
        Assert.HasCount(1, result.Output.Split("Check in these files").Skip(1).ToArray(), result.Output);
        repo.Dotnet.Run(root, "build", solution).Green();
        result = repo.Dotnet.Run(root, "msbuild", solution, "-t:BuildGuardCheck", "-m:4").EnsureSuccess();
        Assert.HasCount(1, result.Output.Split("BuildGuard passed").Skip(1).ToArray(), result.Output);
    }

    [TestMethod]
    public void Without_the_gate()
    {
        using var repo = Guarded.Repo(Guarded.Package("Evil.Lib"));
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Lib").Targets(effect.InInitialTarget));
        repo.App(packages: [("Evil.Lib", "1.0.0")]);
        repo.Run("restore", "App").EnsureSuccess();
        Assert.Contains("--no-restore", repo.Tool("init", "--no-gate").EnsureSuccess().Output);
        Assert.IsFalse(repo.Exists(".buildguard/Gate.props"));
        repo.Run("build", "App").Green();
        repo.Tool("check").EnsureSuccess();
        effect.Reset();
        var policy = repo.Read(Guarded.PolicyFile);
        repo.Write(Guarded.PolicyFile, policy.Replace("\"block\": []", "\"block\": [ { \"id\": \"Evil.*\", \"reason\": \"test\" } ]", StringComparison.Ordinal));
        repo.Run("build", "App").Red("BG3001", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
        // What this level does not stop, as its documentation says.
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
        Assert.IsTrue(effect.Happened);

        // A policy that asks for the gate notices, in a build and outside of one; init does not install against it.
        repo.Write(Guarded.PolicyFile, policy.Replace("\"gate\": \"optional\"", "\"gate\": \"required\"", StringComparison.Ordinal));
        repo.Run("build", "App").Red("BG0010", Guarded.PolicyFile, 1);
        Assert.AreEqual(1, repo.Tool("check").ExitCode);
        Assert.AreEqual(1, repo.Tool("init", "--no-gate").ExitCode);
        repo.Tool("init").EnsureSuccess();
        repo.Tool("check").EnsureSuccess();
        repo.Run("build", "App").Green();
        repo.Write(Guarded.PolicyFile, policy);
        repo.Tool("init", "--no-gate").EnsureSuccess();
        Assert.IsFalse(repo.Exists(".buildguard/Gate.targets"));
        repo.Run("build", "App").Green();
        repo.Run("build", "App", "--no-restore").EnsureSuccess();
    }

    [TestMethod]
    public void Removing_it_and_adding_it_again()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Lib").Targets(effect.InInitialTarget));
        repo.App(packages: [("Evil.Lib", "1.0.0")]);
        repo.Write("Directory.Build.props", "<Project>\r\n  <!-- ours -->\r\n</Project>\r\n");
        repo.Run("restore", "App").EnsureSuccess();
        var before = Snapshot(repo.Root);
        repo.Tool("init").EnsureSuccess();
        var installed = Snapshot(repo.Root);
        repo.Write(Guarded.PolicyFile, Guarded.Policy());
        repo.Run("build", "App").Red("BG4001", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);

        Assert.Contains("Took the import out of", repo.Tool("init", "--remove").EnsureSuccess().Output);
        string[] decided = [Guarded.PolicyFile, Guarded.LockFile, "buildguard.schema.json"];
        CollectionAssert.AreEqual(before, Snapshot(repo.Root).Where(f => !decided.Any(d => f.Contains("/" + d + " ", StringComparison.Ordinal))).ToArray());
        foreach (var file in decided)
            Assert.IsTrue(repo.Exists(file));
        Assert.IsEmpty(repo.Run("build", "App", "--no-restore").EnsureSuccess().Summaries());
        Assert.IsTrue(effect.Happened);
        repo.Run("build", "App").EnsureSuccess();
        Assert.Contains("hold nothing", repo.Tool("init", "--remove").EnsureSuccess().Output);
        Assert.AreEqual(2, repo.Tool("init", "--remove", "--no-gate").ExitCode);

        effect.Reset();
        File.Delete(repo.Path(Guarded.PolicyFile));
        repo.Tool("init").EnsureSuccess();
        CollectionAssert.AreEqual(installed, Snapshot(repo.Root));
        repo.Write(Guarded.PolicyFile, Guarded.Policy());
        repo.Run("build", "App", "--no-restore").Red("BG4001", "App/App.csproj", -1);
        repo.Run("build", "App").Red("BG4001", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
    }

    private static string[] Snapshot(string root) =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];
}
