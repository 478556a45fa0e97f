using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Each rule about packages makes a real build red, at the reference that brought the package in.</summary>
[TestClass]
public sealed class PackageRules
{
    [TestMethod]
    public void BG1001_unsigned()
    {
        using var repo = Guarded.Repo(new TestPackage("Good.Lib", "1.0.0").Lib().Dependency("Deep.Lib", "1.0.0"), Guarded.Package("Deep.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, """{ "version": 1, "signatures": { "packages": [ { "id": "Good.Lib", "unsigned": true, "reason": "internal" } ] } }""");
        var found = repo.Run("build", "App").Red("BG1001", "App/App.csproj", repo.LineOf("App/App.csproj", "Good.Lib"));
        Assert.Contains("App > Good.Lib 1.0.0 > Deep.Lib 1.0.0", found.Message);
    }

    [TestMethod]
    public void BG1003_BG1004_a_signature_that_is_broken_or_that_nobody_vouches_for()
    {
        using var repo = Guarded.Repo();
        var signed = PackageSigning.AuthorSign(Guarded.Package("Signed.Lib").ToBytes());
        repo.Feed.Add("Signed.Lib", "1.0.0", signed);
        repo.Feed.Add(Guarded.Package("Good.Lib"));
        repo.App(packages: [("Signed.Lib", "1.0.0")]);
        // A test certificate has no place in the SDK's trust roots: NuGet itself warns or fails, unless told not to look.
        repo.Dotnet.Environment["DOTNET_NUGET_SIGNATURE_VERIFICATION"] = "false";
        repo.Hook("App");
        repo.Run("build", "App").Red("BG4009", "App/App.csproj");
        const string tolerant = "\"rules\": { \"BG4009\": \"off\" }";
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", " + tolerant));
        repo.Run("build", "App").Green();

        repo.Write(Guarded.PolicyFile, $"{{ \"version\": 1, {tolerant} }}\n");
        repo.Run("build", "App").Red("BG1004", "App/App.csproj", repo.LineOf("App/App.csproj", "Signed.Lib"));

        // No policy lets bytes pass that were changed after they were signed: signatures are off here.
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", " + tolerant));
        File.WriteAllBytes(repo.PackagePath("Signed.Lib", "1.0.0", "signed.lib.1.0.0.nupkg"), PackageSigning.ChangeContentKeepSignature(signed));
        repo.Run("build", "App").Red("BG1003", "App/App.csproj", repo.LineOf("App/App.csproj", "Signed.Lib"));
    }

    [TestMethod]
    public void BG2001_BG2004_a_lock_that_is_not_of_this_graph()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        var locked = repo.Read(Guarded.LockFile);
        File.Delete(repo.Path(Guarded.LockFile));
        Assert.Contains("buildguard lock", repo.Run("build", "App").Red("BG2001", Guarded.PolicyFile, 1).Message);
        repo.Write(Guarded.LockFile, locked);

        repo.Feed.Add(Guarded.Package("New.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0"), ("New.Lib", "1.0.0")]);
        repo.Run("build", "App").Red("BG2001", "App/App.csproj", repo.LineOf("App/App.csproj", "New.Lib"));

        repo.Tool("lock", "--yes").EnsureSuccess();
        repo.Run("restore", "App").Green();
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Run("build", "App").Red("BG2004", Guarded.LockFile, repo.LineOf(Guarded.LockFile, "New.Lib/1.0.0"));
    }

    [TestMethod]
    public void BG2002_other_bytes_under_the_same_version()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        var line = repo.LineOf("App/App.csproj", "Good.Lib");
        var other = Guarded.Package("Good.Lib").File("readme.txt", "other bytes");
        var nupkg = repo.PackagePath("Good.Lib", "1.0.0", "good.lib.1.0.0.nupkg");
        File.WriteAllBytes(nupkg, other.ToBytes());
        repo.Run("build", "App").Red("BG2002", "App/App.csproj", line);
        // Audit mode and rules do not lower a hash finding.
        repo.Run("build", "App", "-p:BuildGuardMode=audit").Red("BG2002", "App/App.csproj", line);

        repo.Feed.Add(other);
        Directory.Delete(repo.PackagePath("Good.Lib", "1.0.0"), recursive: true);
        repo.Run("build", "App").Red("BG2002", "App/App.csproj", line);
    }

    [TestMethod]
    public void BG2007_one_package_in_the_place_of_another()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        var nupkg = repo.PackagePath("Good.Lib", "1.0.0", "good.lib.1.0.0.nupkg");
        File.WriteAllBytes(nupkg, Guarded.Package("Evil.Lib").ToBytes());
        Assert.Contains("calls itself Evil.Lib 1.0.0", repo.Run("build", "App").Red("BG2007", "App/App.csproj", repo.LineOf("App/App.csproj", "Good.Lib")).Message);
    }

    [TestMethod]
    public void BG3001_BG3008_refused_by_name()
    {
        using var repo = Guarded.Repo(new TestPackage("Good.Lib", "1.0.0").Lib().Dependency("Deep.Lib", "1.0.0"), Guarded.Package("Deep.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0")]);
        repo.Hook("App");
        var line = repo.LineOf("App/App.csproj", "Good.Lib");
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Deep.*"));
        var blocked = repo.Run("build", "App").Red("BG3001", "App/App.csproj", line);
        Assert.Contains("App > Good.Lib 1.0.0 > Deep.Lib 1.0.0", blocked.Message);
        Assert.Contains("buildguard.json(5,", blocked.Message);

        repo.Write(Guarded.PolicyFile, Guarded.Policy(""", "allow": [ { "id": "Good.*" } ]"""));
        Assert.Contains("Deep.Lib 1.0.0 is not on the policy's allow list", repo.Run("build", "App").Red("BG3008", "App/App.csproj", line).Message);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(""", "allow": [ { "id": "Good.*" }, { "id": "Deep.Lib", "versions": "[1.0.0]" } ]"""));
        repo.Run("build", "App").Green();
    }

    [TestMethod]
    public void BG4005_install_scripts()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Old.Lib").File("tools/Install.PS1", "# nothing"));
        Assert.Contains("Install.PS1", repo.Run("build", "App").Red("BG4005", "App/App.csproj", repo.LineOf("App/App.csproj", "Old.Lib")).Message);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(""", "buildScripts": { "allow": [ { "id": "Old.Lib", "kinds": [ "scripts" ], "reason": "seen" } ] }"""));
        repo.Run("build", "App").Green();
    }
}
