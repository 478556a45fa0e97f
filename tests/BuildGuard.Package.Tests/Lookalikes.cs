using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Ids that imitate others (threat 17) and versions of which nothing says how old they are (threat 19): they work without the guard, and do not run with it.</summary>
[TestClass]
public sealed class Lookalikes
{
    [TestMethod]
    [DataRow("Newtonsof.Json")]
    [DataRow("Newtonsoft.Js\u043en")]
    [DataRow("Contos0.Util")]
    public void An_id_that_imitates_another_does_not_run(string id)
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package(id).Targets(effect.InInitialTarget));
        repo.App(packages: [(id, "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);

        repo.Hook("App");
        Refused(repo, effect, """, "buildScripts": { "default": "allow" }, "lookalikes": { "protect": [ "Contoso.*" ] }""", "BG3006");
        // One that was looked at is let in.
        repo.Write(Guarded.PolicyFile, Guarded.Policy($$""", "buildScripts": { "default": "allow" }, "lookalikes": { "protect": [ "Contoso.*" ], "except": [ "{{id}}" ] }"""));
        repo.Run("build", "App").Green();
        Assert.IsTrue(effect.Happened);
    }

    [TestMethod]
    public void A_version_of_unknown_age_does_not_run()
    {
        using var repo = Guarded.Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Fresh").Targets(effect.InInitialTarget));
        repo.App(packages: [("Fresh", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.IsTrue(effect.Happened);

        repo.Hook("App");
        Refused(repo, effect, """, "buildScripts": { "default": "allow" }, "minimumAge": { "days": 7 }""", "BG3005");
        Assert.Contains("Fresh 1.0.0 came from no feed that could be asked", repo.Tool("lock", "--yes", "--ask-feeds").Output);
    }

    private static void Refused(TestRepo repo, SideEffect effect, string policy, string code)
    {
        repo.Write(Guarded.PolicyFile, Guarded.Policy(policy));
        effect.Reset();
        repo.Run("restore", "App").Red(code, "App/App.csproj", -1);
        repo.Run("build", "App").Red(code, "App/App.csproj", -1);
        Assert.AreNotEqual(0, repo.Run("build", "App", "--no-restore").ExitCode);
        Assert.IsFalse(effect.Happened);
        var locked = repo.Tool("lock", "--yes");
        Assert.AreEqual(1, locked.ExitCode, locked.Output);
    }
}
