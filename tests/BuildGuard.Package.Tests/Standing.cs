using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>A pass that stands: builds are not judged again while nothing has changed, and are as soon as anything has.</summary>
[TestClass]
public sealed class Standing
{
    private const string Unchanged = "nothing has changed since the last check";

    private static TestRepo Passed(string policy)
    {
        var repo = Guarded.Hooked(Guarded.Package("Honest"));
        repo.Write(Guarded.PolicyFile, policy);
        repo.Run("restore", "App").Green();
        // What the first check wrote into obj was new to it; the second has seen everything at rest.
        repo.Run("restore", "App").Green();
        return repo;
    }

    [TestMethod]
    public void Until_something_changes_and_again_afterwards()
    {
        using var repo = Passed(Guarded.Policy());
        Assert.Contains(Unchanged, repo.Run("restore", "App").Green().Output);
        Assert.Contains(Unchanged, repo.Run("build", "App").Green().Output);

        var library = repo.PackagePath("Honest", "1.0.0", "lib/net10.0/Honest.dll");
        var (bytes, time) = (File.ReadAllBytes(library), File.GetLastWriteTimeUtc(library));
        File.WriteAllBytes(library, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        File.SetLastWriteTimeUtc(library, time);
        repo.Run("restore", "App").Red("BG2003", "App/App.csproj", -1);
        repo.Run("restore", "App").Red("BG2003", "App/App.csproj", -1);
        File.WriteAllBytes(library, bytes);
        Assert.DoesNotContain(Unchanged, repo.Run("restore", "App").Green().Output);
        Assert.Contains(Unchanged, repo.Run("restore", "App").Green().Output);

        var planted = repo.PackagePath("Honest", "1.0.0", "build/Honest.targets");
        Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
        File.WriteAllText(planted, "<Project />");
        Assert.AreNotEqual(0, repo.Run("restore", "App").ExitCode);
        Directory.Delete(Path.GetDirectoryName(planted)!, recursive: true);
        repo.Run("restore", "App").Green();

        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Honest"));
        repo.Run("restore", "App").Red("BG3001", "App/App.csproj", -1);
        repo.Write(Guarded.PolicyFile, Guarded.Policy());
        Assert.DoesNotContain(Unchanged, repo.Run("restore", "App").Green().Output);
    }

    [TestMethod]
    public void It_warns_again()
    {
        using var repo = Passed(Guarded.Policy(", \"block\": [ { \"id\": \"Honest\", \"reason\": \"test\" } ], \"rules\": { \"BG3001\": \"warning\" }"));
        var again = repo.Run("restore", "App").Green();
        Assert.Contains(Unchanged, again.Output);
        Assert.Contains("passed with 1 warning", again.Summaries()[0]);
        again.Warned("BG3001", "App/App.csproj", -1);
        // Whoever takes warnings for errors asks something else.
        repo.Run("restore", "App", "-p:BuildGuardStrict=true").Red("BG3001", "App/App.csproj", -1);
    }

    [TestMethod]
    public void A_stamp_that_is_gone_is_written_again()
    {
        using var repo = Passed(Guarded.Policy());
        File.Delete(repo.Path("App/obj/buildguard/App.csproj.gate"));
        Assert.DoesNotContain(Unchanged, repo.Run("restore", "App").Green().Output);
        repo.Run("build", "App", "--no-restore").EnsureSuccess();
    }

    [TestMethod]
    public void With_full_hashes_every_file_is_read_every_time()
    {
        using var repo = Passed(Guarded.Policy(", \"hashes\": { \"extracted\": \"full\" }"));
        Assert.DoesNotContain(Unchanged, repo.Run("restore", "App").Green().Output);
    }
}
