namespace BuildGuard.Package.Tests;

/// <summary>Whatever stops a check, nothing that it leaves behind is taken for a pass.</summary>
[TestClass]
public sealed class Killed
{
    private const string Record = "App/obj/buildguard/passed";

    /// <summary>With the gate, its stamp vouches for what the record says; the record need only be there. Without the gate it is all that there is.</summary>
    [TestMethod]
    public void The_record_of_a_pass_goes_before_the_check()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("build", "App").Green();
        File.Delete(repo.Path(Record));
        repo.Run("build", "App", "--no-restore").Green();
        Assert.IsTrue(repo.Exists(Record));
        // What the gate did not compare: the project's own file, and another mode or policy than that of the pass.
        repo.Write("App/App.csproj", repo.Read("App/App.csproj") + "<!-- -->");
        repo.Run("build", "App", "--no-restore").Green();
        Assert.IsEmpty(repo.Run("build", "App", "--no-restore").EnsureSuccess().Summaries());
        repo.Write("App/" + Guarded.PolicyFile, Guarded.Blocking("Good.*"));
        Assert.Contains("a nearer policy", repo.Run("build", "App", "--no-restore").Red("BG0001", "App/" + Guarded.PolicyFile, 1).Message);
        repo.Run("build", "App", "--no-restore", "-p:BuildGuardPolicyFile=" + repo.Path("App/" + Guarded.PolicyFile)).Red("BG3001", "App/App.csproj", -1);
        Assert.IsFalse(repo.Exists(Record));
    }

    [TestMethod]
    public void Without_the_gate_garbage_in_the_record_counts_for_nothing()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        File.Delete(repo.Path(Guarded.PolicyFile));
        repo.Tool("init", "--no-gate").EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Run("build", "App").Green();
        var record = repo.Read(Record);
        Assert.IsEmpty(repo.Run("build", "App", "--no-restore").EnsureSuccess().Summaries());

        foreach (var broken in (string[])["", "garbage", "|", "a|b|c\n;;;\n", record[..(record.Length / 2)], record[..(record.TrimEnd().LastIndexOf('\n') + 1)], record.Replace('a', 'b')])
        {
            repo.Write(Record, broken);
            repo.Run("build", "App", "--no-restore").Green();
            Assert.AreEqual(record, repo.Read(Record));
        }

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Good.*").Replace("\"version\": 1,", "\"version\": 1, \"gate\": \"optional\",", StringComparison.Ordinal));
        repo.Run("restore", "App").Red("BG3001", "App/App.csproj", -1);
        Assert.IsFalse(repo.Exists(Record));
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
        Assert.IsFalse(repo.Exists(Record));
    }

    [TestMethod]
    public void Two_builds_at_once()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.App("Other", [("Good.Lib", "1.0.0")]);
        var solution = repo.Solution("slnx", "App/App.csproj", "Other/Other.csproj");
        repo.Run("restore", solution);
        repo.Tool("lock", "--yes").EnsureSuccess();
        var locked = repo.Read(Guarded.LockFile);
        // Both check the whole repo and write both records; what is compiled is apart, because two compilers in one obj folder fail without a guard too.
        var both = new[] { "App", "Other" }.Select(p => Task.Run(() => (Restore: repo.Run("restore", solution), Build: repo.Run("build", p)))).ToArray();
        Task.WaitAll(both);
        foreach (var one in both)
        {
            one.Result.Restore.Green();
            one.Result.Build.Green();
        }
        Assert.AreEqual(locked, repo.Read(Guarded.LockFile));
        repo.Run("build", solution).Green();
    }
}
