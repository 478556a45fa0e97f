using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Known malicious packages (threat 18): nothing of one runs, however it was approved before, and no data means no pass.</summary>
[TestClass]
public sealed class Advisories
{
    private const string Section = """, "advisories": { "databases": [ "advisories/osv.index" ] }, "buildScripts": { "default": "allow" }""";

    [TestMethod]
    public void A_malicious_package_does_not_run()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Stealer").Targets(effect.InInitialTarget));
        repo.App(packages: [("Stealer", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);

        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(Section));
        Update(repo, Record("GHSA-other", "Other"));
        effect.Reset();
        repo.Run("build", "App").Green();
        Assert.IsTrue(effect.Happened, "approved, and nobody knew better");

        Update(repo, Record("GHSA-other", "Other"), Record("MAL-2026-1", "stealer"));
        effect.Reset();
        repo.Run("restore", "App").Red("BG3002", "App/App.csproj", -1);
        repo.Run("build", "App").Red("BG3002", "App/App.csproj", -1);
        Assert.AreNotEqual(0, repo.Run("build", "App", "--no-restore").ExitCode);
        Assert.IsFalse(effect.Happened);
        Assert.AreEqual(1, repo.Tool("lock", "--yes").ExitCode);
    }

    [TestMethod]
    public void Without_data_nothing_passes_and_with_it_the_summary_says_how_old_it_is()
    {
        using var repo = Guarded.Hooked(Guarded.Package("A"));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(Section));
        repo.Run("build", "App").Red("BG0008", Guarded.PolicyFile, -1);
        Update(repo, Record("GHSA-other", "Other"));
        StringAssert.Contains(repo.Run("build", "App").Green().Output, $"advisories of {DateTime.UtcNow:yyyy-MM-dd}, 0 days old");
        File.WriteAllBytes(repo.Path("advisories/osv.index"), File.ReadAllBytes(repo.Path("advisories/osv.index"))[..60]);
        repo.Run("build", "App").Red("BG0008", Guarded.PolicyFile, -1);
    }

    private static void Update(TestRepo repo, params string[] records)
    {
        for (var i = 0; i < records.Length; i++)
            repo.Write($"records/{i}.json", records[i]);
        var result = repo.Tool("advisories", "update", "--from", "records", "--force");
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private static string Record(string id, string package) => $$"""
        { "id": "{{id}}", "modified": "2026-05-01T00:00:00Z", "database_specific": { "severity": "HIGH" }, "affected": [ { "package": { "ecosystem": "NuGet", "name": "{{package}}" } } ] }
        """;
}
