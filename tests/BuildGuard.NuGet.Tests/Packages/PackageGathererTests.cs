using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Policies;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Packages;

/// <summary>When the lock may stand in for the archive, and when not.</summary>
[TestClass]
public sealed class PackageGathererTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WhatTheLockVouchesForIsWhatTheArchiveHolds(bool signed)
    {
        using var repo = Repo(signed);
        var vouched = await Read(repo, Locked(repo));
        var inflated = await Read(repo, null);
        Assert.IsTrue(vouched.IsVouched);
        Assert.IsFalse(inflated.IsVouched);
        Assert.AreEqual(signed, inflated.Files.Value.Any(f => f.Path == ".signature.p7s"));
        CollectionAssert.AreEqual(inflated.Files.Value, vouched.Files.Value);
        CollectionAssert.AreEqual(inflated.Traits.Value, vouched.Traits.Value);
        Assert.IsNotEmpty(vouched.Traits.Value);
    }

    [TestMethod]
    public async Task ALockThatKnowsOtherContentVouchesForNothing()
    {
        using var repo = Repo(signed: true);
        var locked = Locked(repo);
        Assert.IsFalse((await Read(repo, locked with { ContentHash = "sha512-" + Convert.ToBase64String(new byte[64]), SignedHash = null })).IsVouched);
        Assert.IsFalse((await Read(repo, locked with { Files = "sha256-" + Convert.ToBase64String(new byte[32]) })).IsVouched);
        Assert.IsFalse((await Read(repo, locked with { Files = null })).IsVouched);
    }

    [TestMethod]
    public void AChangedFileIsNamed()
    {
        using var repo = Repo(signed: true);
        File.AppendAllText(Path.Combine(repo.PackageFolder("A", "1.0.0"), "build", "A.props"), " ");
        var result = repo.Check();
        Assert.AreEqual("BG2003", result.Codes());
        Assert.Contains("build/A.props (changed)", result.Of("BG2003")[0].What);
    }

    [TestMethod]
    public void ALockThatSaysOtherFilesOfTheSamePackageIsNoticed()
    {
        using var repo = Repo(signed: true);
        EditLock(repo, Locked(repo).Files!, "sha256-" + Convert.ToBase64String(new byte[32]));
        var result = repo.Check();
        Assert.AreEqual("BG2003", result.Codes());
        Assert.Contains("holds other files than the lock says", result.Of("BG2003")[0].What);
    }

    /// <summary>Whoever can write both the lock and the packages folder can make them agree. A lock is made of archives only, so it does not take over what such a one says.</summary>
    [TestMethod]
    public void ALockIsMadeOfTheArchive_WhateverTheOneBeforeItSays()
    {
        using var repo = Repo(signed: true);
        var honest = Locked(repo).Files!;
        File.AppendAllText(Path.Combine(repo.PackageFolder("A", "1.0.0"), "build", "A.props"), " ");
        var forged = LockWriter.FilesOf(ExtractedFolder.Read(repo.PackageFolder("A", "1.0.0"), EvidenceCache.None, CancellationToken.None).Value.Files);
        EditLock(repo, honest, forged);
        var input = CheckRun.Gather(repo.Request(), CancellationToken.None);
        Assert.AreEqual(forged, input.Lock.Lock!.Packages.Single().Files);
        Assert.AreEqual(honest, LockWriter.From(input.Graph, input.Lock.Lock).Packages.Single().Files);
        Assert.HasCount(1, input.Graph.Packages.Single().Extracted.Value);
    }

    /// <summary>The extracted copy of the signature proves nothing; what counts is in the archive.</summary>
    [TestMethod]
    public async Task AnotherExtractedSignatureIsADifferenceAllTheSame()
    {
        using var repo = Repo(signed: true);
        File.AppendAllText(Path.Combine(repo.PackageFolder("A", "1.0.0"), ".signature.p7s"), " ");
        var package = await Read(repo, Locked(repo));
        Assert.IsTrue(package.IsVouched);
        var extracted = ExtractedFolder.Read(repo.PackageFolder("A", "1.0.0"), EvidenceCache.None, CancellationToken.None).Value.Files;
        Assert.AreEqual(".signature.p7s", ExtractedFolder.Compare(package.Files.Value, extracted).Single().Path);
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    public async Task AHashThatTheLockVouchesForIsTheHashOfTheBytes()
    {
        using var repo = Repo(signed: true);
        var (vouched, own) = (await Read(repo, Locked(repo)), await Read(repo, null));
        Assert.IsTrue(vouched.IsHashVouched);
        Assert.IsFalse(own.IsHashVouched);
        Assert.AreEqual(own.ContentHash, vouched.ContentHash);
        Assert.AreEqual("sha256-" + own.SignedHash, Locked(repo).SignedHash);
    }

    [TestMethod]
    public async Task OtherSignedBytes_AreHashedForThemselves()
    {
        using var repo = Repo(signed: true);
        var own = await Read(repo, null);
        var package = await Read(repo, Locked(repo) with { SignedHash = "sha256-" + Convert.ToBase64String(new byte[32]), ContentHash = "sha512-" + Convert.ToBase64String(new byte[64]) });
        Assert.IsFalse(package.IsHashVouched);
        Assert.AreEqual(own.ContentHash, package.ContentHash);
    }

    /// <summary>What the lock said once must not outlive it: the cache keeps hashes of bytes only.</summary>
    [TestMethod]
    public async Task AVouchedHashIsNotKept()
    {
        using var repo = Repo(signed: true);
        var (honest, cache) = (Locked(repo), EvidenceCache.Open());
        Thread.Sleep(30);
        var read = await Read(repo, honest, cache);
        Assert.IsTrue(read.Package.IsHashVouched);
        Assert.IsTrue((await Read(repo, honest, cache)).Cached);
        var forged = honest with { ContentHash = "sha512-" + Convert.ToBase64String(new byte[64]), SignedHash = null };
        var again = await Read(repo, forged, cache);
        Assert.IsFalse(again.Cached);
        Assert.AreEqual(read.Package.ContentHash, again.Package.ContentHash);
    }

    [TestMethod]
    public void AnEditedContentHashIsNotTakenForThePackages_WhateverTheSignedHashSays()
    {
        using var repo = Repo(signed: true);
        var honest = Locked(repo).ContentHash;
        EditLock(repo, honest, "sha512-" + Convert.ToBase64String(new byte[64]));
        var result = repo.Check();
        Assert.AreEqual("BG2002", result.Codes());
        Assert.Contains($"(locked AAAAAAAAAAAA…, found {honest[7..19]}…)", result.Of("BG2002")[0].What);
    }

    /// <summary>Names that restore and dotnet tool restore write are theirs as files only: whatever a folder or a link of that name holds is not the package's.</summary>
    [TestMethod]
    [DataRow("a.nupkg")]
    [DataRow("A.NUPKG")]
    [DataRow(".NUPKG.METADATA")]
    [DataRow("A.1.0.0.NUPKG")]
    public void AFolderUnderTheNameOfAnArchiveHidesNothing(string name)
    {
        using var repo = Repo(signed: true);
        var planted = Directory.CreateDirectory(Path.Combine(repo.PackageFolder("A", "1.0.0"), name)).FullName;
        File.WriteAllText(Path.Combine(planted, "evil.targets"), "<Project />");
        var result = repo.Check();
        Assert.AreEqual("BG2003", result.Codes(), result.Text());
        Assert.Contains("evil.targets (added)", result.Of("BG2003")[0].What);
    }

    /// <summary>What dotnet tool restore leaves is a copy of the archive. Other bytes under that name are a file that the package does not hold, also where they came after a check that saw the copy.</summary>
    [TestMethod]
    public void ACopyOfTheArchiveIsNoFileOfThePackage_AndOtherBytesAre()
    {
        using var repo = Repo(signed: true);
        var copy = Path.Combine(repo.PackageFolder("A", "1.0.0"), "A.nupkg");
        File.Copy(repo.Nupkg("A"), copy);
        Assert.AreEqual("", repo.Check().Codes());
        Thread.Sleep(30);
        Assert.AreEqual("", repo.Check().Codes());
        var bytes = File.ReadAllBytes(copy);
        bytes[^1] ^= 1;
        File.WriteAllBytes(copy, bytes);
        Assert.AreEqual("BG2003", repo.Check().Codes());
    }

    [TestMethod]
    public void ALinkUnderTheNameOfAnArchiveIsSeen()
    {
        using var repo = Repo(signed: true);
        File.CreateSymbolicLink(Path.Combine(repo.PackageFolder("A", "1.0.0"), "A.nupkg"), "/etc/passwd");
        Assert.AreEqual("BG2003", repo.Check().Codes());
    }

    [TestMethod]
    public void AnUnsignedPackageHasNoSignedHash()
    {
        using var repo = Repo(signed: false);
        Assert.IsNull(Locked(repo).SignedHash);
    }

    private static FakeRestore Repo(bool signed)
    {
        var package = new TestPackage("A", "1.0.0").Lib().Props("<Import Project=\"x.props\" />").File("build/x.props", "<Project />").ToBytes();
        var repo = new FakeRestore("""{ "version": 1, "signatures": { "default": "off" }, "buildScripts": { "default": "allow" } }""");
        return repo.Install("A", signed ? PackageSigning.SignLikeGallery(package, "alice") : package).App("A/1.0.0").Lock();
    }

    private static async Task<PackageEvidence> Read(FakeRestore repo, LockedPackage? locked) => (await Read(repo, locked, EvidenceCache.None)).Package;

    private static async Task<(PackageEvidence Package, bool Cached)> Read(FakeRestore repo, LockedPackage? locked, EvidenceCache cache)
    {
        using var gatherer = new PackageGatherer(cache, hashEveryFile: false);
        var (package, _, cached) = await gatherer.ReadAsync(repo.PackageFolder("A", "1.0.0"), repo.Nupkg("A"), locked, CancellationToken.None);
        return (package, cached);
    }

    private static LockedPackage Locked(FakeRestore repo) => LockFiles.Load(PolicyFiles.Load(repo.Repo, null)).Lock!.Packages.Single();

    private static void EditLock(FakeRestore repo, string from, string to)
    {
        var path = repo.InRepo("buildguard.lock.json");
        var text = File.ReadAllText(path);
        Assert.Contains(from, text);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }
}
