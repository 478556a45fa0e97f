using System.Text.Json;

namespace BuildGuard.Package.Tests;

/// <summary>The command line tool as it lies in the package.</summary>
[TestClass]
public sealed class Tool
{
    [TestMethod]
    public void Lock_asks_and_check_reports()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Feed.Add(Guarded.Package("New.Lib"));
        repo.App(packages: [("Good.Lib", "1.0.0"), ("New.Lib", "1.0.0")]);
        Assert.IsFalse(repo.Run("restore", "App").Succeeded);

        var before = repo.Read(Guarded.LockFile);
        var asked = repo.ManagedTool("lock");
        Assert.AreEqual(1, asked.ExitCode, asked.Output);
        Assert.Contains("New.Lib", asked.Output);
        Assert.Contains("--yes", asked.Output);
        Assert.AreEqual(before, repo.Read(Guarded.LockFile));
        Assert.AreEqual(1, repo.ManagedTool("check").ExitCode);
        Assert.AreEqual(0, repo.ManagedTool("lock", "--yes").ExitCode);
        Assert.Contains("\"New.Lib/1.0.0\"", repo.Read(Guarded.LockFile));
        Assert.AreEqual(0, repo.ManagedTool("check").ExitCode);

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("New.*"));
        foreach (var format in (string[])["json", "sarif"])
        {
            var check = repo.ManagedTool("check", "--format", format);
            Assert.AreEqual(1, check.ExitCode, check.Output);
            using var document = JsonDocument.Parse(check.Output);
            Assert.Contains("BG3001", document.RootElement.ToString());
            Assert.DoesNotContain(repo.Temp.Root, format == "sarif" ? check.Output : "");
        }
        repo.Write(Guarded.PolicyFile, "{");
        Assert.AreEqual(2, repo.ManagedTool("check").ExitCode);
        Assert.AreEqual(2, repo.ManagedTool("check", "--format", "json").ExitCode);
        Assert.AreEqual(2, repo.ManagedTool("lock", "--yes").ExitCode);
    }

    [TestMethod]
    public void Explain_knows_its_rules()
    {
        using var repo = Guarded.Repo();
        var known = repo.ManagedTool("explain", "bg1001");
        Assert.AreEqual(0, known.ExitCode, known.Output);
        Assert.Contains("BG1001", known.Output);
        var unknown = repo.ManagedTool("explain", "BG9999");
        Assert.AreEqual(2, unknown.ExitCode, unknown.Output);
        Assert.Contains("BG3001", unknown.Output);
        Assert.AreEqual(2, repo.ManagedTool("frobnicate").ExitCode);
    }

    [TestMethod]
    public void A_build_writes_sarif()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Run("build", "App", "-p:BuildGuardReport=" + repo.Path("out/guard.sarif")).Red("BG3001", "App/App.csproj", -1);
        using var report = JsonDocument.Parse(repo.Read("out/guard.sarif"));
        var result = report.RootElement.GetProperty("runs")[0].GetProperty("results")[0];
        Assert.AreEqual("BG3001", result.GetProperty("ruleId").GetString());
        Assert.Contains("App/App.csproj", result.ToString());
    }
}
