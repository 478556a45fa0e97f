namespace BuildGuard.Package.Tests;

/// <summary>Whatever stops a check, nothing that it leaves behind is taken for a pass.</summary>
[TestClass]
public sealed class Killed
{
    private const string Record = "App/obj/buildguard/passed";

    [TestMethod]
    public void The_record_of_a_pass_goes_before_the_check_and_garbage_in_it_counts_for_nothing()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Run("build", "App").Green();
        var record = repo.Read(Record);
        Assert.IsEmpty(repo.Run("build", "App", "--no-restore").EnsureSuccess().Summaries());

        foreach (var broken in (string[])["", "garbage", "|", "a|b|c\n;;;\n", record[..(record.Length / 2)], record[..(record.TrimEnd().LastIndexOf('\n') + 1)], record.Replace('a', 'b')])
        {
            repo.Write(Record, broken);
            repo.Run("build", "App", "--no-restore").Green();
            Assert.AreEqual(record, repo.Read(Record));
        }

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Good.*"));
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
