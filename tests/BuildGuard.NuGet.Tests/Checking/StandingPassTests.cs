using BuildGuard.NuGet.Checking;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

/// <summary>Not beside other tests: these change the environment of the process.</summary>
[TestClass]
[DoNotParallelize]
[OSCondition(OperatingSystems.Linux)]
public sealed class StandingPassTests : IDisposable
{
    private const string Variable = "STANDING_PASS_TEST";

    private readonly TempFolder _home = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
    private readonly FakeRestore _repo = Repo();

    private string Output => _home.Path("output");

    private string[] Entries => Directory.GetFiles(_home.Path("buildguard", "passes-5"));

    [TestInitialize]
    public void Begin() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _home.Root);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _before);
        Environment.SetEnvironmentVariable(Variable, null);
        _repo.Dispose();
        _home.Dispose();
    }

    [TestMethod]
    public void APassStands_WithAllThatItSaid()
    {
        Keep();
        var found = Find();
        Assert.IsNotNull(found);
        Assert.AreEqual("all is well", found.Summary);
        Assert.AreEqual(new(Output, "stamps", "network"), found.Gate);
        Assert.AreSequenceEqual([new StandingWarning("BG0001", "text", "file", 1, 2, "once")], found.Warnings);
    }

    public static IEnumerable<(string What, Action<StandingPassTests> Change)> Changes =>
    [
        ("the policy", t => File.AppendAllText(t._repo.InRepo("buildguard.json"), " ")),
        ("the lock", t => File.AppendAllText(t._repo.InRepo("buildguard.lock.json"), " ")),
        ("the lock is gone", t => File.Delete(t._repo.InRepo("buildguard.lock.json"))),
        ("a policy above", t => File.WriteAllText(t._repo.Temp.Path("buildguard.json"), "{}")),
        ("the project", t => File.AppendAllText(t._repo.ProjectFile(), " ")),
        ("the assets file", t => File.AppendAllText(t._repo.AssetsFile(), " ")),
        ("restore's verdict", t => File.AppendAllText(Path.Combine(Path.GetDirectoryName(t._repo.AssetsFile())!, "project.nuget.cache"), " ")),
        ("a file that a tool left in obj", t => File.WriteAllText(Path.Combine(Path.GetDirectoryName(t._repo.AssetsFile())!, "App.csproj.evil.targets"), "<Project />")),
        ("the archive", t => FlipAndSetTimeBack(t._repo.Nupkg("A"))),
        ("an extracted file", t => FlipAndSetTimeBack(t.InPackage("lib/net10.0/a.txt"))),
        ("a planted file", t => File.WriteAllText(t.InPackage("lib/net10.0/b.dll"), "")),
        ("a planted folder", t => Directory.CreateDirectory(t.InPackage("build"))),
        ("a file taken away", t => File.Delete(t.InPackage("lib/net10.0/a.txt"))),
        ("a link in place of a file", t => Link(t.InPackage("lib/net10.0/a.txt"))),
        ("NuGet's note", t => File.AppendAllText(t.InPackage(".nupkg.metadata"), " ")),
        ("a build file above the project", t => File.WriteAllText(t._repo.InRepo("Directory.Build.props"), "<Project />")),
        ("packages.config", t => File.WriteAllText(t._repo.InRepo("src", "App", "packages.config"), "<packages />")),
        ("a response file", t => File.WriteAllText(t._repo.InRepo("src", "Directory.Build.rsp"), "-p:X=1")),
        ("a user's file beside the project", t => File.WriteAllText(t._repo.InRepo("src", "App", "App.csproj.user"), "<Project><PropertyGroup><X>1</X></PropertyGroup></Project>")),
        ("a global.json", t => File.WriteAllText(t._repo.InRepo("global.json"), "{}")),
        ("a NuGet configuration", t => File.WriteAllText(t._repo.InRepo("nuget.config"), "<configuration />")),
        ("a NuGet configuration above the repo", t => File.WriteAllText(t._repo.Temp.Path("NuGet.Config"), "<configuration />")),
        ("a tool manifest", t => File.WriteAllText(Path.Combine(Directory.CreateDirectory(t._repo.InRepo(".config")).FullName, "dotnet-tools.json"), """{ "version": 1, "tools": {} }""")),
        ("a traversal project", t => File.WriteAllText(t._repo.InRepo("dirs.proj"), "<Project />")),
        ("the environment", _ => Environment.SetEnvironmentVariable(Variable, "1")),
        ("what was written for builds", t => File.AppendAllText(t.Output, " ")),
        ("what was written for builds is gone", t => File.Delete(t.Output)),
        ("the entry is cut short", t => Cut(t.Entries.Single())),
        ("others may write entries", t => OpenToAll(t._home.Path("buildguard", "passes-5"))),
    ];

    [TestMethod]
    [DynamicData(nameof(Changes), DynamicDataDisplayName = nameof(NameOf))]
    public void NothingOutlivesAChange(string what, Action<StandingPassTests> change)
    {
        Keep();
        Assert.IsNotNull(Find());
        change(this);
        Assert.IsNull(Find(), what);
    }

    public static string NameOf(System.Reflection.MethodInfo method, object[] data) => $"{method.Name}: {data[0]}";

    [TestMethod]
    public void AnotherQuestion_AnotherDayAndAClockThatWasSetBackAreMisses()
    {
        Keep();
        Assert.IsNull(StandingPass.Find(StandingPass.KeyOf("another"), FakeRestore.Day));
        Assert.IsNull(StandingPass.Find(Key, FakeRestore.Day.AddDays(1)));
        Assert.IsNull(StandingPass.Find(Key, FakeRestore.Day.AddDays(-1)));
        Assert.AreNotEqual(StandingPass.KeyOf("a", "bc"), StandingPass.KeyOf("ab", "c"));
        Assert.AreNotEqual(StandingPass.KeyOf("", "a"), StandingPass.KeyOf(null, "a"));
    }

    [TestMethod]
    public void EveryByteOfAnEntryCounts()
    {
        Keep();
        var bytes = File.ReadAllBytes(Entries.Single());
        for (var i = 0; i < bytes.Length; i += 97)
        {
            bytes[i] ^= 1;
            File.WriteAllBytes(Entries.Single(), bytes);
            Assert.IsNull(Find(), $"byte {i}");
            bytes[i] ^= 1;
        }
        File.WriteAllBytes(Entries.Single(), bytes);
        Assert.IsNotNull(Find());
    }

    [TestMethod]
    [DataRow("buildguard.json", DisplayName = "changed")]
    [DataRow("Directory.Build.props", DisplayName = "came")]
    public void WhatChangesWhileItIsReadIsNotKept(string file)
    {
        Keep(meanwhile: () => File.AppendAllText(_repo.InRepo(file), " "));
        Assert.IsNull(Find());
        Assert.IsEmpty(Entries);
    }

    [TestMethod]
    public void WhatComesAndGoesWhileItIsReadIsNotKept()
    {
        StandingPass.Record();
        Assert.IsFalse(NuGet.Files.Disk.IsFile(_repo.InRepo("x")));
        File.WriteAllText(_repo.InRepo("x"), "");
        Assert.IsTrue(NuGet.Files.Disk.Exists(_repo.InRepo("x")));
        File.Delete(_repo.InRepo("x"));
        new StandingPass("", [], null).Keep(Key, FakeRestore.Day, []);
        Assert.IsNull(Find());
    }

    [TestMethod]
    public void WhatChangedJustBeforeMayChangeAgainInTheSameTick_AndIsNotKept()
    {
        File.AppendAllText(_repo.InRepo("buildguard.json"), " ");
        Run();
        Assert.IsNull(Find());
    }

    [TestMethod]
    public void TheirNumberIsBounded()
    {
        Keep();
        var entry = Entries.Single();
        for (var i = 0; i < 150; i++)
            File.Copy(entry, $"{entry}{i}");
        Environment.SetEnvironmentVariable(Variable, "2");
        Keep();
        Assert.IsLessThanOrEqualTo(100, Entries.Length);
        Assert.IsNotNull(Find());
    }

    private static string Key => StandingPass.KeyOf("question");

    private static StandingPass? Find() => StandingPass.Find(Key, FakeRestore.Day);

    private static FakeRestore Repo()
    {
        var repo = new FakeRestore($$"""{ "version": 1, "signatures": { "default": "off" }, "sources": { "feed": { "url": "{{FakeRestore.Source}}" } } }""");
        return repo.Install("A", new TestPackage("A", "1.0.0").File("lib/net10.0/a.txt", "content of the file").ToBytes()).App("A/1.0.0").Lock();
    }

    private string InPackage(string path) => Path.Combine(_repo.PackageFolder("A", "1.0.0"), path);

    /// <summary>Keeps a pass of the repo, once all that was just written has come to rest.</summary>
    private void Keep(Action? meanwhile = null)
    {
        // What a check reads must not have changed within the clock's last tick.
        Thread.Sleep(60);
        Run(meanwhile);
    }

    private void Run(Action? meanwhile = null)
    {
        StandingPass.Record();
        var (result, _) = CheckRun.Execute(_repo.Request() with { Machine = null, UseCache = true }, CancellationToken.None);
        // Sources of this machine are warnings.
        Assert.AreEqual(0, result.ExitCode, result.Text());
        meanwhile?.Invoke();
        File.WriteAllText(Output, "for builds");
        new StandingPass("all is well", [new("BG0001", "text", "file", 1, 2, "once")], new(Output, "stamps", "network")).Keep(Key, FakeRestore.Day, [Output]);
    }

    private static void FlipAndSetTimeBack(string path)
    {
        var time = File.GetLastWriteTimeUtc(path);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Link(string path)
    {
        File.Move(path, path + ".moved");
        File.CreateSymbolicLink(path, path + ".moved");
    }

    private static void OpenToAll(string folder)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite);
    }

    private static void Cut(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
}
