using System.Diagnostics;
using BuildGuard.Core;
using BuildGuard.NuGet.Packages;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Packages;

/// <summary>Not beside other tests: one of these changes the environment of the process.</summary>
[TestClass]
[DoNotParallelize]
[OSCondition(OperatingSystems.Linux)]
public sealed class EvidenceCacheTests : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");

    private string Entries => _home.Path("buildguard", "evidence-3");

    [TestInitialize]
    public void Begin() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _home.Root);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _before);
        _home.Dispose();
    }

    [TestMethod]
    public void TheSecondCheckReadsNoPackage_AndFindsTheSame()
    {
        using var repo = Repo(sign: PackageSigning.ChangeContentKeepSignature);
        var first = Check(repo);
        var second = Check(repo);
        Assert.AreEqual((0, 1), (first.PackagesFromCache, second.PackagesFromCache));
        Assert.AreEqual("BG1003 BG2002", first.Codes());
        Assert.AreEqual(first.Text(), second.Text());
    }

    [TestMethod]
    public void GoodEvidenceComesBackWhole()
    {
        using var repo = Repo();
        var first = repo.Package();
        Assert.AreEqual("", Check(repo).Codes());
        var cached = NuGet.Checking.CheckRun.Execute(repo.Request() with { UseCache = true }, CancellationToken.None).Input.Graph;
        Assert.AreEqual(1, cached.PackagesFromCache);
        var second = cached.Packages.Single();
        Assert.AreEqual(first.ContentHash, second.ContentHash);
        Assert.AreEqual(first.Nuspec, second.Nuspec);
        CollectionAssert.AreEqual(first.Entries.Value, second.Entries.Value);
        CollectionAssert.AreEqual(first.Signature.Value.Signers, second.Signature.Value.Signers);
        CollectionAssert.AreEqual(first.Signature.Value.Owners, second.Signature.Value.Owners);
        Assert.AreEqual(first.Signature.Value.ServiceIndex, second.Signature.Value.ServiceIndex);
        Assert.IsNotNull(second.Signature.Value.Repository!.Timestamp);
    }

    [TestMethod]
    public void AChangedByteIsNoticed_ThoughSizeAndTimeAreSetBack()
    {
        using var repo = Repo();
        Assert.AreEqual("", Check(repo).Codes());
        var nupkg = repo.Nupkg("A");
        var time = File.GetLastWriteTimeUtc(nupkg);
        var bytes = File.ReadAllBytes(nupkg);
        bytes[bytes.AsSpan().IndexOf("content of the file"u8)] ^= 1;
        File.WriteAllBytes(nupkg, bytes);
        File.SetLastWriteTimeUtc(nupkg, time);
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(nupkg));
        var result = Check(repo);
        Assert.AreEqual(0, result.PackagesFromCache);
        Assert.Contains("BG2002", result.Codes());
    }

    [TestMethod]
    public void AnotherPolicyJudgesTheSameEvidenceAnew()
    {
        using var repo = Repo(sign: PackageSigning.StripSignature);
        Assert.AreEqual("BG1001 BG1006", Check(repo).Codes());
        repo.Policy("""{ "version": 1, "signatures": { "default": "off" } }""");
        var result = Check(repo);
        Assert.AreEqual(("BG1006", 1), (result.Codes(), result.PackagesFromCache));
    }

    [TestMethod]
    [DataRow(0, DisplayName = "empty")]
    [DataRow(31, DisplayName = "shorter than its checksum")]
    [DataRow(-1, DisplayName = "last byte missing")]
    public void ATornEntryIsAMiss(int length)
    {
        using var repo = Repo();
        Check(repo);
        var entry = PackageEntries().Single();
        var bytes = File.ReadAllBytes(entry);
        File.WriteAllBytes(entry, length < 0 ? bytes[..^1] : bytes[..length]);
        var result = Check(repo);
        Assert.AreEqual(("", 0), (result.Codes(), result.PackagesFromCache));
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
    }

    [TestMethod]
    public void AnyChangedByteOfAnEntryIsAMiss()
    {
        using var repo = Repo();
        Check(repo);
        var entry = PackageEntries().Single();
        var bytes = File.ReadAllBytes(entry);
        for (var i = 0; i < bytes.Length; i += 41)
        {
            bytes[i] ^= 1;
            File.WriteAllBytes(entry, bytes);
            Assert.IsNull(EvidenceCache.Open().Find(Path.GetFileName(entry)), $"byte {i}");
            bytes[i] ^= 1;
        }
        File.WriteAllBytes(entry, bytes);
        Assert.IsNotNull(EvidenceCache.Open().Find(Path.GetFileName(entry)));
    }

    [TestMethod]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute)]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite)]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite)]
    public void AFolderThatOthersMayWriteIsNotUsed(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var repo = Repo();
        Check(repo);
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
        File.SetUnixFileMode(Entries, mode);
        Assert.AreEqual(0, Check(repo).PackagesFromCache);
    }

    /// <summary>Whoever may write the parent could put a folder of his own there, between the question whose it is and its use.</summary>
    [TestMethod]
    public void AParentThatOthersMayWriteIsNotUsed()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var repo = Repo();
        Check(repo);
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
        var parent = Path.GetDirectoryName(Entries)!;
        File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.OtherWrite);
        Assert.AreEqual(0, Check(repo).PackagesFromCache);
    }

    [TestMethod]
    [DataRow(4, long.MaxValue, 2, DisplayName = "too many")]
    [DataRow(100, 450L, 2, DisplayName = "too large")]
    [DataRow(5, 500L, 5, DisplayName = "just enough")]
    public void TheOldestGoFirst(int maxEntries, long maxBytes, int left)
    {
        var cache = EvidenceCache.Open();
        for (var i = 0; i < 5; i++)
        {
            var path = Path.Combine(Entries, $"entry{i}");
            File.WriteAllBytes(path, new byte[100]);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(i - 10));
        }
        cache.Trim(maxEntries, maxBytes);
        CollectionAssert.AreEqual(Enumerable.Range(5 - left, left).Select(i => $"entry{i}").ToList(), Directory.GetFiles(Entries).Select(Path.GetFileName).Order().ToList());
    }

    [TestMethod]
    public void AnEntryThatIsUsedCountsAsNew()
    {
        using var repo = Repo();
        Check(repo);
        var old = DateTime.UtcNow.AddDays(-30);
        foreach (var entry in Directory.GetFiles(Entries))
            File.SetLastWriteTimeUtc(entry, old);
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
        foreach (var entry in Directory.GetFiles(Entries))
            Assert.IsGreaterThan(old.AddDays(1), File.GetLastWriteTimeUtc(entry));
    }

    /// <summary>The archive was not inflated because of what the lock said. What it says now is another matter.</summary>
    [TestMethod]
    public void WhatTheLockVouchedForIsReadAnew_WhereItSaysSomethingElse()
    {
        using var repo = Repo();
        Check(repo);
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
        var path = repo.InRepo("buildguard.lock.json");
        var files = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("packages").GetProperty("A/1.0.0").GetProperty("files").GetString()!;
        File.WriteAllText(path, File.ReadAllText(path).Replace(files, "sha256-" + Convert.ToBase64String(new byte[32]), StringComparison.Ordinal));
        var result = Check(repo);
        Assert.AreEqual(("BG2003", 0), (result.Codes(), result.PackagesFromCache));
        // Now its own entries are known, whatever any lock says.
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
    }

    [TestMethod]
    public void AFileInThePlaceOfTheFolderIsNoError()
    {
        File.WriteAllText(_home.Path("buildguard"), "");
        using var repo = Repo();
        Check(repo);
        var result = Check(repo);
        Assert.AreEqual(("", 0), (result.Codes(), result.PackagesFromCache));
    }

    [TestMethod]
    public void TheFolderBelongsToTheUserAlone()
    {
        if (OperatingSystem.IsWindows())
            return;
        EvidenceCache.Open();
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Entries));
    }

    /// <summary>Without a time stamp a signature holds until its certificate ends, and one that does not hold today may hold tomorrow: a kept answer would outlive its day.</summary>
    [TestMethod]
    public void WhatDependsOnTheDayIsNotKept()
    {
        using var repo = new FakeRestore().Install("A", PackageSigning.AuthorSign(Content())).App("A/1.0.0").Lock();
        Check(repo);
        var good = Check(repo);
        Assert.AreEqual(("", 0), (good.Codes(), good.PackagesFromCache));
        File.WriteAllBytes(repo.Nupkg("A"), PackageSigning.AuthorSign(Content(), new() { Certificate = TestCertificates.Shared.NotYetValid }));
        Check(repo);
        var early = Check(repo);
        Assert.AreEqual(("BG1004 BG1006", 0), (early.Codes(), early.PackagesFromCache));
    }

    [TestMethod]
    public void OtherTrustRootsJudgeAnew()
    {
        using var repo = Repo();
        Check(repo);
        Assert.AreEqual(1, Check(repo).PackagesFromCache);
        TestCertificates.Shared.WriteTrustedRoots(AppContext.BaseDirectory);
        Assert.AreEqual(0, Check(repo).PackagesFromCache);
    }

    [TestMethod]
    public void EvidenceThatIsMissingIsNotKept()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        File.WriteAllBytes(repo.Nupkg("A"), []);
        Check(repo);
        Assert.IsEmpty(PackageEntries());
    }

    private string[] PackageEntries() => [.. Directory.GetFiles(Entries).Where(f => !Path.GetFileName(f).StartsWith("folder-", StringComparison.Ordinal))];

    private static byte[] Content() => new TestPackage("A", "1.0.0").RawEntry("lib/net10.0/_._", "content of the file"u8.ToArray()).ToBytes();

    private static FakeRestore Repo(Func<byte[], byte[]>? sign = null)
    {
        // Stored, not deflated, so that a byte of the content can be found and changed.
        var stored = Deflated.AddStored(Content(), "lib/net10.0/stored.txt", "content of the file"u8.ToArray());
        var signed = PackageSigning.SignLikeGallery(stored, "alice");
        var repo = new FakeRestore().Install("A", signed).App("A/1.0.0").Lock();
        if (sign is not null)
            File.WriteAllBytes(repo.Nupkg("A"), sign(signed));
        return repo;
    }

    /// <summary>Checks with the cache, once the package is old enough to be kept: the cache distrusts a file of the clock's last ticks.</summary>
    private static CheckResult Check(FakeRestore repo)
    {
        var settled = new FileInfo(repo.Nupkg("A"));
        var changed = NuGet.Files.StrongStat.Of(settled.FullName)!.Value.Changed / 1_000_000;
        var limit = Stopwatch.StartNew();
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - changed <= 25)
        {
            Assert.IsLessThan(5_000, limit.ElapsedMilliseconds, "The clock does not move.");
            Thread.Yield();
        }
        return FakeRestore.Check(repo.Request() with { UseCache = true });
    }
}
