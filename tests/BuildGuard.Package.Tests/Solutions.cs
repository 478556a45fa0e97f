namespace BuildGuard.Package.Tests;

/// <summary>One check covers a solution, of whatever form, and says so in one line.</summary>
[TestClass]
public sealed class Solutions
{
    [TestMethod]
    [DataRow("sln")]
    [DataRow("slnx")]
    [DataRow("slnf")]
    public void In_every_format(string format)
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        var solution = repo.Solution(format, repo.App("One", [("Good.Lib", "1.0.0")]), repo.App("Two", [("Evil.Lib", "1.0.0")]));
        repo.Hook(solution);
        Assert.Contains("2 projects, 2 packages", repo.Run("build", solution).Green().Summaries()[0]);
        // Nothing to restore: the check runs all the same.
        repo.Run("restore", solution).Green();
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("build", solution).Red("BG3001", "Two/Two.csproj", repo.LineOf("Two/Two.csproj", "Evil.Lib"));
        repo.Run("build", solution, "--no-restore").Red("BG3001", "Two/Two.csproj", -1);
    }

    [TestMethod]
    public void By_static_graph()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        var solution = repo.Solution("slnx", repo.App("One", [("Good.Lib", "1.0.0")]), repo.App("Two", [("Evil.Lib", "1.0.0")]));
        repo.Hook(solution);
        Assert.Contains("2 projects, 2 packages", repo.Run("restore", solution, "-p:RestoreUseStaticGraphEvaluation=true").Green().Summaries()[0]);
        repo.Run("build", solution, "-p:RestoreUseStaticGraphEvaluation=true").Green();
        repo.Run("build", solution, "-graph").Green();
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("restore", solution, "-p:RestoreUseStaticGraphEvaluation=true").Red("BG3001", "Two/Two.csproj", -1);
        repo.Run("restore", "Two", "-p:RestoreUseStaticGraphEvaluation=true").Red("BG3001", "Two/Two.csproj", -1);
        repo.Run("build", solution, "-graph").Red("BG3001", "Two/Two.csproj", -1);
    }

    [TestMethod]
    public void Twelve_projects_get_one_check()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var solution = repo.Solution("slnx", [.. Enumerable.Range(1, 12).Select(i => repo.App($"App{i}", [("Good.Lib", "1.0.0")]))]);
        repo.Hook(solution);
        Assert.Contains("12 projects, 1 package", repo.Run("build", solution, "-m:2").Green().Summaries()[0]);
    }

    [TestMethod]
    public void Twelve_projects_that_reference_the_guard_get_one_check()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"));
        var solution = repo.Solution("slnx", [.. Enumerable.Range(1, 12).Select(i => repo.App($"App{i}", [("Good.Lib", "1.0.0")], extra: Guarded.Reference))]);
        repo.Run("restore", solution).EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Tool("lock", "--yes").EnsureSuccess();
        var built = repo.Run("build", solution, "-m:2").Green();
        Assert.HasCount(1, built.Warnings("BG0010"), built.Output);
    }

    [TestMethod]
    public void With_central_package_versions()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        repo.DirectoryPackagesProps(("Good.Lib", "1.0.0"), ("Evil.Lib", "1.0.0"));
        var solution = repo.Solution("sln", repo.App("One", [("Good.Lib", "1.0.0")]), repo.App("Two", [("Evil.Lib", "1.0.0")]));
        repo.Hook(solution);
        Assert.Contains("2 projects, 2 packages", repo.Run("build", solution).Green().Summaries()[0]);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("build", solution).Red("BG3001", line: -1);
    }

    [TestMethod]
    public void In_every_language()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        var solution = repo.Solution("sln", repo.App("Functional", [("Good.Lib", "1.0.0")], language: "fs"), repo.App("Basic", [("Evil.Lib", "1.0.0")], language: "vb"));
        repo.Hook(solution);
        // FSharp.Core comes from the SDK's own folder of packages; with central versions it would be no package at all.
        Assert.Contains("2 projects, 3 packages", repo.Run("build", solution).Green().Summaries()[0]);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("build", solution).Red("BG3001", "Basic/Basic.vbproj", repo.LineOf("Basic/Basic.vbproj", "Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("FSharp.*"));
        repo.Run("build", solution).Red("BG3001", "Functional/Functional.fsproj", -1);
    }

    [TestMethod]
    public void With_packages_of_one_framework_only()
    {
        using var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Guarded.Package("Evil.Lib"));
        // A platform gives two frameworks without a targeting pack that would have to be downloaded.
        var app = repo.App(packages: [("Good.Lib", "1.0.0")], tfm: "net10.0;net10.0-browser", extra: """
            <ItemGroup Condition="'$(TargetFramework)' == 'net10.0-browser'"><PackageReference Include="Evil.Lib" Version="1.0.0" /></ItemGroup>
            """);
        repo.Hook(repo.Solution("slnx", app));
        Assert.Contains("1 project, 2 packages", repo.Run("build", "All.slnx").Green().Summaries()[0]);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var line = repo.LineOf(app, "Evil.Lib");
        repo.Run("build", "App", "-f", "net10.0").Red("BG3001", app, line);
        repo.Run("build", "App", "--no-restore").Red("BG3001", app, line);
    }
}
