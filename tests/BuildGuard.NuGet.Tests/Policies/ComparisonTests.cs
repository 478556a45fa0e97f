using System.Diagnostics;
using BuildGuard.NuGet.Policies;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Policies;

[TestClass]
public sealed class ComparisonTests
{
    private const string Strict = """{ "version": 1, "gate": "required", "extends": [ "policies/org.json" ] }""";
    private const string Lock = """{ "version": 1, "projects": [ "App.csproj" ], "packages": {} }""";

    [TestMethod]
    public void FilesOfTheCommitAreComparedWithThoseOnTheDisk()
    {
        using var temp = Repo();
        Assert.AreEqual("", Weakened(temp, "HEAD"));
        File.WriteAllText(temp.Path("repo/buildguard.json"), """{ "version": 1, "extends": [ "policies/org.json" ] }""");
        Assert.AreEqual("gate: \"required\" became \"optional\"", Weakened(temp, "HEAD"));
        Assert.AreEqual("gate: \"required\" became \"optional\"", Weakened(temp, "main"));
        // What the repo's policy extends is of the commit as well.
        File.WriteAllText(temp.Path("repo/buildguard.json"), Strict);
        File.WriteAllText(temp.Path("repo/policies/org.json"), """{ "version": 1 }""");
        Assert.AreEqual("block: \"Evil.*\" is not blocked any more, or not all of it", Weakened(temp, "HEAD"));
        Git(temp, "commit", "-qam", "weaker");
        Assert.AreEqual("", Weakened(temp, "HEAD"));
        Assert.AreEqual("block: \"Evil.*\" is not blocked any more, or not all of it", Weakened(temp, "HEAD~1"));
    }

    [TestMethod]
    public void FromAFolderBelow()
    {
        using var temp = Repo();
        File.WriteAllText(temp.Path("repo/buildguard.json"), """{ "version": 1, "extends": [ "policies/org.json" ] }""");
        Assert.AreEqual("gate: \"required\" became \"optional\"", Weakened(temp, "HEAD", "repo/policies"));
    }

    [TestMethod]
    public void APolicyOrALockThatIsGone()
    {
        using var temp = Repo();
        File.Delete(temp.Path("repo/buildguard.lock.json"));
        Assert.AreEqual("buildguard.lock.json: the lock is gone", Weakened(temp, "HEAD"));
        File.Delete(temp.Path("repo/buildguard.json"));
        Assert.AreEqual("buildguard.json: the policy is gone", Weakened(temp, "HEAD"));
    }

    [TestMethod]
    public void ACommitWithoutAPolicyAsksForNothing()
    {
        using var temp = Repo();
        Git(temp, "commit", "-q", "--allow-empty", "-m", "x");
        Git(temp, "rm", "-q", "-r", "--cached", ".");
        Git(temp, "commit", "-q", "-m", "nothing");
        Assert.AreEqual("", Weakened(temp, "HEAD"));
    }

    [TestMethod]
    [DataRow("nowhere", "no such commit")]
    [DataRow("", "no name of a revision")]
    [DataRow("--help", "no such commit")]
    [DataRow("--output=x", "no such commit")]
    [DataRow("HEAD:buildguard.json", "no such commit")]
    [DataRow("a\nb", "no name of a revision")]
    public void ARevisionThatIsNone(string revision, string said)
    {
        using var temp = Repo();
        var (result, problem) = Comparison.With(temp.Path("repo"), null, revision);
        Assert.IsNull(result);
        Assert.AreEqual("BG0008", problem!.Value.Code);
        Assert.Contains(said, problem.Value.What);
        Assert.IsFalse(File.Exists(temp.Path("repo/x")));
    }

    [TestMethod]
    public void AFolderWithoutARepo()
    {
        using var temp = new TempFolder();
        Assert.Contains("not a git repository", Comparison.With(temp.Root, null, "HEAD").Problem!.Value.What);
    }

    [TestMethod]
    [DataRow("{", """{ "version": 1 }""", "BG0001")]
    [DataRow("""{ "version": 1, "nonsense": 1 }""", """{ "version": 1 }""", "BG0002")]
    [DataRow("""{ "version": 1, "extends": [ "../../outside.json" ] }""", """{ "version": 1 }""", "BG0001")]
    [DataRow("""{ "version": 1 }""", """{ "version": 1, "mode": "x" }""", "BG0003")]
    public void APolicyThatCannotBeReadIsNotComparedAway(string before, string after, string code)
    {
        using var temp = Repo(before);
        File.WriteAllText(temp.Path("outside.json"), """{ "version": 1 }""");
        File.WriteAllText(temp.Path("repo/buildguard.json"), after);
        var (result, problem) = Comparison.With(temp.Path("repo"), null, "HEAD");
        Assert.IsNull(result);
        Assert.AreEqual(code, problem!.Value.Code);
    }

    [TestMethod]
    public void ABrokenLockIsNotComparedAway()
    {
        using var temp = Repo();
        File.WriteAllText(temp.Path("repo/buildguard.lock.json"), "{");
        Assert.AreEqual("BG0008", Comparison.With(temp.Path("repo"), null, "HEAD").Problem!.Value.Code);
        Git(temp, "commit", "-qam", "broken");
        File.WriteAllText(temp.Path("repo/buildguard.lock.json"), Lock);
        Assert.Contains("That is the lock of", Comparison.With(temp.Path("repo"), null, "HEAD").Problem!.Value.What);
    }

    // Whatever a repo's own configuration can name, comparing it runs none of it. Each works where git is used plainly.
    [TestMethod]
    [DataRow("core.fsmonitor", "status")]
    [DataRow("diff.evil.textconv", "show HEAD:buildguard.json --textconv")]
    [DataRow("core.pager", "--paginate show HEAD")]
    [DataRow("filter.evil.smudge", "checkout HEAD~0 -f -- buildguard.json")]
    public void AHostileRepoRunsNothing(string key, string plainly)
    {
        using var temp = Repo();
        File.WriteAllText(temp.Path("repo/.gitattributes"), "*.json diff=evil filter=evil\n");
        Git(temp, "config", key, $"touch {temp.Path("ran")}; cat");
        if (key == "core.pager")
            Git(temp, "config", "pager.cat-file", "true");
        File.Delete(temp.Path("repo/buildguard.json"));
        Start(temp, plainly.Split(' '));
        // A pager is started for a terminal only; the others show that they work.
        Assert.AreEqual(key != "core.pager", File.Exists(temp.Path("ran")), key);
        File.Delete(temp.Path("ran"));

        File.WriteAllText(temp.Path("repo/buildguard.json"), Strict);
        Assert.AreEqual("", Weakened(temp, "HEAD"));
        Assert.IsFalse(File.Exists(temp.Path("ran")));
    }

    // A clone that left objects behind fetches them when they are asked for, by a program that its configuration names.
    [TestMethod]
    public void NothingIsFetched()
    {
        using var temp = Repo();
        var blob = Start(temp, "rev-parse", "HEAD:buildguard.json").Trim();
        File.Delete(temp.Path("repo/.git/objects", blob[..2], blob[2..]));
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("core.repositoryformatversion", "1"), ("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"),
            ("protocol.ext.allow", "always"), ("remote.origin.url", $"ext::touch {temp.Path("ran")}")])
            Git(temp, "config", key, value);
        using (var plainly = Process.Start(new ProcessStartInfo("git", ["cat-file", "blob", blob]) { WorkingDirectory = temp.Path("repo"), RedirectStandardError = true, RedirectStandardOutput = true })!)
            plainly.WaitForExit();
        Assert.IsTrue(File.Exists(temp.Path("ran")));
        File.Delete(temp.Path("ran"));

        Assert.IsNotNull(Comparison.With(temp.Path("repo"), null, "HEAD").Problem);
        Assert.IsFalse(File.Exists(temp.Path("ran")));
    }

    [TestMethod]
    public void AReplacedObjectIsNotBelieved()
    {
        using var temp = Repo();
        File.WriteAllText(temp.Path("weak.json"), """{ "version": 1 }""");
        var weak = Start(temp, "hash-object", "-w", temp.Path("weak.json")).Trim();
        Git(temp, "replace", Start(temp, "rev-parse", "HEAD:buildguard.json").Trim(), weak);
        Assert.AreEqual("""{ "version": 1 }""", Start(temp, "show", "HEAD:buildguard.json"));
        File.WriteAllText(temp.Path("repo/buildguard.json"), """{ "version": 1, "extends": [ "policies/org.json" ] }""");
        Assert.AreEqual("gate: \"required\" became \"optional\"", Weakened(temp, "HEAD"));
    }

    private static string Weakened(TempFolder temp, string revision, string folder = "repo")
    {
        var (result, problem) = Comparison.With(temp.Path(folder), null, revision);
        Assert.IsNotNull(result, problem?.What);
        return string.Join('\n', result.Policy.Concat(result.Lock).Select(w => $"{w.Key}: {w.What}"));
    }

    private static TempFolder Repo(string policy = Strict)
    {
        var temp = new TempFolder();
        temp.Folder("repo", "policies");
        File.WriteAllText(temp.Path("repo/buildguard.json"), policy);
        File.WriteAllText(temp.Path("repo/buildguard.lock.json"), Lock);
        File.WriteAllText(temp.Path("repo/policies/org.json"), """{ "version": 1, "block": [ { "id": "Evil.*", "reason": "r" } ] }""");
        Git(temp, "init", "-q", "-b", "main");
        Git(temp, "config", "user.name", "t");
        Git(temp, "config", "user.email", "t@t.example");
        Git(temp, "config", "commit.gpgsign", "false");
        Git(temp, "add", ".");
        Git(temp, "commit", "-qm", "first");
        return temp;
    }

    private static void Git(TempFolder temp, params string[] arguments) => Start(temp, arguments);

    private static string Start(TempFolder temp, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = temp.Path("repo"), RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"git {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }
}
