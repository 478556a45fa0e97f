using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>
/// Processes that outlive a build and serve the next (threats 38 and 41), with node reuse and the compiler server as users have them: none from outside works for a sealed build, and none that is sealed works for
/// another.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class SealNodes
{
    /// <summary>A package that has a project of its own built on as many nodes as there are. No gate is in it.</summary>
    private static TestPackage Spreading(string id, int port) => Guarded.Package(id)
        .Targets("""
            <Project><Target Name="_Spread" BeforeTargets="PrepareForBuild">
              <ItemGroup><_Part Include="$(MSBuildThisFileDirectory)part.proj" AdditionalProperties="Part=1;By=$(MSBuildProjectName)" /><_Part Include="$(MSBuildThisFileDirectory)part.proj" AdditionalProperties="Part=2;By=$(MSBuildProjectName)" />
                <_Part Include="$(MSBuildThisFileDirectory)part.proj" AdditionalProperties="Part=3;By=$(MSBuildProjectName)" /><_Part Include="$(MSBuildThisFileDirectory)part.proj" AdditionalProperties="Part=4;By=$(MSBuildProjectName)" /></ItemGroup>
              <MSBuild Projects="@(_Part)" BuildInParallel="true" RemoveProperties="TargetFramework" />
            </Target></Project>
            """)
        .File("build/part.proj", $"<Project><Target Name=\"Build\"><Exec Command=\"sleep 0.3; bash -c 'exec 3&lt;&gt;/dev/tcp/127.0.0.1/{port}'\" IgnoreExitCode=\"true\" /></Target></Project>");

    private static (TestRepo Repo, string Solution) RepoOf(Loopback there, string salt)
    {
        var repo = Guarded.Repo().WithServers(salt);
        // One project of a solution needs no node of its own, and its package may still ask for one.
        repo.Feed.Add(Spreading("Evil.Nodes", there.Port));
        return (repo, repo.Solution("slnx", repo.App("One", [("Evil.Nodes", "1.0.0")]), repo.App("Two", [("Evil.Nodes", "1.0.0")])));
    }

    /// <summary>A step that fails where it has no network ends its project there and then, on whatever node. Who tried is told all the same, in every build, and no other project is named for it.</summary>
    [TestMethod]
    [DataRow("AfterTargets=\"Build\"", "-v:q")]
    [DataRow("BeforeTargets=\"CoreCompile\"", "-m:4")]
    public void A_step_that_fails_in_one_of_several_projects(string when, string option)
    {
        using var there = new Loopback();
        var salt = Guid.NewGuid().ToString("N");
        using var repo = Guarded.Repo(Guarded.Package("Some.Library")).WithServers(salt);
        var fetch = $"<Target Name=\"Fetch\" {when}><Exec Command=\"bash -c 'exec 3&lt;&gt;/dev/tcp/127.0.0.1/{there.Port}'\" /></Target>";
        (string, string)[] packages = [("Some.Library", "1.0.0")];
        var solution = repo.Solution("slnx", repo.App("App", packages, extra: fetch), repo.App("Lib", packages), repo.App("T", packages), repo.App("Web", packages));
        repo.Run("build", solution, option).EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
        repo.Guard(solution);
        there.Reset();
        for (var i = 0; i < 2; i++)
        {
            // With other nodes from build to build: some wait for it, others are its own.
            if (i % 2 == 0)
                repo.Run("build", solution, "-m:4", "-p:BuildGuardMode=off");
            there.Reset();
            var built = repo.Run("build", solution, option, "--no-incremental");
            Assert.AreEqual(0, there.Reached, built.Output);
            Assert.AreNotEqual(0, built.ExitCode, built.Output);
            Assert.IsEmpty(built.Errors("BG4006"), built.Output);
            var error = built.Red("BG4007", "App/App.csproj");
            Assert.Contains($"exec 3<>/dev/tcp/127.0.0.1/{there.Port}", error.Message);
            Assert.HasCount(1, built.Errors("BG4007").Select(e => e.Message).Distinct(), built.Output);
        }
    }

    /// <summary>The seal begins in the process that runs the build. Where MSBuild is told to build nothing there, it says so instead of building unsealed.</summary>
    [TestMethod]
    public void A_process_that_only_leads_others()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Dotnet.Environment["MSBUILDNOINPROCNODE"] = "1";
        Assert.Contains("Unset MSBUILDNOINPROCNODE", repo.Run("build", "App").Red("BG4006").Message);
        repo.Dotnet.Environment.Remove("MSBUILDNOINPROCNODE");
        repo.Run("build", "App").Green();
    }

    /// <summary>Who tries when no target of the guard's is to come any more is told when the build is over, in whatever process it was, and as the policy says.</summary>
    [TestMethod]
    public void After_the_last_target()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo(Guarded.Package("Some.Library"));
        (string, string)[] packages = [("Some.Library", "1.0.0")];
        var solution = repo.Solution("slnx", repo.App("One", packages), repo.App("Two", packages));
        repo.Guard(solution, ", \"rules\": { \"BG4007\": \"warning\" }");
        repo.Write("Directory.Build.targets", repo.Read("Directory.Build.targets").Replace("</Project>", $"<Target Name=\"Late\" AfterTargets=\"Build\"><Exec Command=\"bash -c 'exec 3&lt;&gt;/dev/tcp/127.0.0.1/{there.Port}'\" IgnoreExitCode=\"true\" /></Target></Project>", StringComparison.Ordinal));
        repo.Run("build", solution, "-m:2", "-p:BuildGuardMode=off").EnsureSuccess();
        Assert.AreEqual(2, there.Reached);
        there.Reset();
        for (var i = 0; i < 2; i++)
        {
            var built = repo.Run("build", solution, "-m:2").EnsureSuccess();
            Assert.AreEqual(0, there.Reached, built.Output);
            Assert.IsEmpty(built.Errors("BG4007"), built.Output);
            foreach (var project in (string[])["One/One.csproj", "Two/Two.csproj"])
                Assert.Contains(w => w.File?.EndsWith(project, StringComparison.Ordinal) == true, built.Warnings("BG4007"), built.Output);
        }
    }

    [TestMethod]
    public void Nodes_that_wait_for_work()
    {
        using var there = new Loopback();
        using var elsewhere = new Loopback();
        var salt = Guid.NewGuid().ToString("N");
        var (repo, solution) = RepoOf(there, salt);
        var (other, otherSolution) = RepoOf(elsewhere, salt);
        using var _ = repo;
        using var __ = other;
        repo.Run("build", solution, "-m:4").EnsureSuccess();
        Assert.AreEqual(8, there.Reached);
        Assert.IsNotEmpty(SealedRepo.Nodes(salt), "No node waits, so this proves nothing.");
        repo.Guard(solution);
        there.Reset();
        foreach (string[] command in (string[][])[["build", solution, "-m:4"], ["build", solution, "-m:4", "--no-restore"], ["build", "One", "-m:4"], ["build", "One", "-m:4", "-graph"]])
        {
            var before = SealedRepo.Nodes(salt);
            var built = repo.Run(command);
            Assert.Contains("asked for TCP", built.Red("BG4007").Message, built.Output);
            Assert.AreEqual(0, there.Reached, built.Output);
            Assert.IsEmpty(built.Errors("BG4006"), built.Output);
            // A node that it took over from an earlier build ends with it, as its own do. Who waits for other builds is not sealed.
            Assert.IsTrue(SpinWait.SpinUntil(() => !SealedRepo.Nodes(salt).Any(n => !before.Contains(n) || SealedRepo.IsSealed(n)), TimeSpan.FromSeconds(20)), $"{string.Join(' ', before)} became {string.Join(' ', SealedRepo.Nodes(salt))}");
        }
        other.Run("build", otherSolution, "-m:4").EnsureSuccess();
        Assert.AreEqual(8, elsewhere.Reached, "A build that nobody guards lost its network.");

        // Both at once.
        elsewhere.Reset();
        var unguarded = Task.Run(() => other.Run("build", otherSolution, "-m:4", "--no-incremental"));
        var guarded = repo.Run("build", solution, "-m:4", "--no-incremental");
        unguarded.Result.EnsureSuccess();
        Assert.Contains("asked for TCP", guarded.Red("BG4007").Message);
        Assert.AreEqual(0, there.Reached, guarded.Output);
        Assert.AreEqual(8, elsewhere.Reached, unguarded.Result.Output);
        SealedRepo.NoProcess("buildguard-seal-");
    }
}
