namespace BuildGuard.Package.Tests;

/// <summary>The way that a newcomer goes: no policy, a green build, then a package that the policy refuses, by every command.</summary>
[TestClass]
public sealed class GreenThenRed
{
    [TestMethod]
    public void As_a_package_reference()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")], extra: Guarded.Reference);
        repo.Run("restore", "App").EnsureSuccess();

        Assert.Contains("buildguard init", repo.Run("build", "App", "--no-restore").Red("BG0001", "App/buildguard.json").Message);

        repo.Tool("init", "App", "--no-hook").EnsureSuccess();
        Assert.IsTrue(repo.Exists("App/" + Guarded.PolicyFile));
        repo.Write("App/" + Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Run("build", "App").Green();

        repo.App(packages: [("Good.Lib", "1.0.0"), ("Evil.Lib", "1.0.0")], extra: Guarded.Reference);
        repo.Write("App/" + Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var line = repo.LineOf("App/App.csproj", "\"Evil.Lib\"");
        // No file of a package is imported in a restore, so a PackageReference cannot fail it; the documentation says so.
        repo.Run("restore", "App").EnsureSuccess();
        foreach (var command in (string[][])[["build", "App", "--no-restore"], ["build", "App"], ["publish", "App"], ["pack", "App"], ["run", "--project", "App"]])
        {
            var found = repo.Run(command).Red("BG3001", "App/App.csproj", line);
            Assert.Contains("Evil.Lib 1.0.0 is blocked", found.Message);
            Assert.Contains("it is only a test", found.Message);
        }
    }

    [TestMethod]
    public void With_the_restore_hook()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("restore", "App").Green();
        repo.Run("build", "App").Green();
        repo.Run("run", "--project", "App").EnsureSuccess();

        repo.Feed.Add(Guarded.Package("Evil.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0"), ("Evil.Lib", "1.0.0")]);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var line = repo.LineOf("App/App.csproj", "\"Evil.Lib\"");
        foreach (var command in (string[][])[["restore", "App"], ["build", "App"], ["build", "App", "--no-restore"], ["publish", "App"], ["pack", "App"], ["run", "--project", "App"], ["test", "App"]])
            Assert.Contains("Evil.Lib 1.0.0 is blocked", repo.Run(command).Red("BG3001", "App/App.csproj", line).Message);
    }

    [TestMethod]
    public void By_the_targets_of_the_package_alone()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        repo.Write("App/Directory.Build.props", "<Project />\n");
        repo.App(packages: [("Good.Lib", "1.0.0")], extra: Guarded.Reference);
        repo.Run("restore", "App").EnsureSuccess();
        repo.Run("msbuild", "App", "-t:BuildGuardInit").EnsureSuccess();
        Assert.Contains("\"Good.Lib\", \"unsigned\": true", repo.Read("App/" + Guarded.PolicyFile));
        // init installs the hook, so the restore inside this build checks; the reference beside it steps aside.
        repo.Run("build", "App").Green();
        repo.Run("msbuild", "App", "-t:BuildGuardCheck").EnsureSuccess();
        repo.Run("msbuild", "App", "-t:BuildGuardLock").EnsureSuccess();
        repo.Write("App/" + Guarded.PolicyFile, Guarded.Blocking("Good.*"));
        var check = repo.Run("msbuild", "App", "-t:BuildGuardCheck");
        Assert.IsTrue(check.HasError("BG3001"), check.Output);
        Assert.IsFalse(check.Succeeded);
    }
}
