using System.Diagnostics;
using System.Text;
using BuildGuard.TestKit;
using NuGet.Packaging;

namespace BuildGuard.NuGet.Tests.Packages;

[TestClass]
public sealed class PackageReadingTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TheContentHashIsNuGets(bool signed)
    {
        var bytes = new TestPackage("A", "1.0.0").Lib().ToBytes();
        if (signed)
            bytes = PackageSigning.SignLikeGallery(bytes, "alice");
        using var repo = FakeRestore.Unsigned().Install("A", bytes).App("A/1.0.0");
        using var reader = new PackageArchiveReader(repo.Nupkg("A"));
        // NuGet computes a hash of its own for signed packages only; for others it asks for one of the whole file, as restore writes it.
        var expected = reader.GetContentHash(CancellationToken.None, () => Convert.ToBase64String(System.Security.Cryptography.SHA512.HashData(bytes)));
        Assert.AreEqual(expected, repo.Package().ContentHash.Value);
        Assert.AreEqual(expected, reader.GetContentHash(CancellationToken.None));
    }

    [TestMethod]
    public void TheContentHashDoesNotDependOnTheSignature()
    {
        var bytes = new TestPackage("A", "1.0.0").Lib().ToBytes();
        using var repo = FakeRestore.Unsigned().Install("A", bytes).Install("B", PackageSigning.SignLikeGallery(bytes)).App("A/1.0.0", "B/1.0.0");
        Assert.AreEqual(repo.Package("A").ContentHash, repo.Package("B").ContentHash);
    }

    [TestMethod]
    public void AMissingPackageIsAGap()
    {
        using var repo = Repo();
        File.Delete(repo.Nupkg("A"));
        repo.Check().AssertGap("is missing");
    }

    [TestMethod]
    public void AMissingFolderIsAGap()
    {
        using var repo = Repo();
        Directory.Delete(repo.PackageFolder("A", "1.0.0"), recursive: true);
        repo.Check().AssertGap("is missing");
    }

    [TestMethod]
    public void AFolderInItsPlaceIsAGap()
    {
        using var repo = Repo();
        File.Delete(repo.Nupkg("A"));
        Directory.CreateDirectory(repo.Nupkg("A"));
        repo.Check().AssertGap("is not a file");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void APipeInItsPlaceIsAGap_AndNothingWaitsForIt()
    {
        using var repo = Repo();
        File.Delete(repo.Nupkg("A"));
        using (var mkfifo = Process.Start("mkfifo", [repo.Nupkg("A")]))
        {
            mkfifo.WaitForExit();
            Assert.AreEqual(0, mkfifo.ExitCode);
        }
        repo.Check().AssertGap("is not a file");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void APipeInPlaceOfAnyOtherFileIsAnAnswer()
    {
        foreach (var place in (Func<FakeRestore, string>[])[r => r.AssetsFile(), r => r.ProjectFile(), r => r.InRepo("buildguard.json"), r => r.InRepo("buildguard.lock.json"),
            r => r.InRepo("src", "App", "obj", "project.nuget.cache"), r => Path.Combine(r.PackageFolder("A", "1.0.0"), ".nupkg.metadata")])
        {
            using var repo = Repo();
            File.Delete(place(repo));
            using (var mkfifo = Process.Start("mkfifo", [place(repo)]))
                mkfifo.WaitForExit();
            var check = Task.Run(repo.Check);
            Assert.IsTrue(check.Wait(TimeSpan.FromSeconds(60)), $"It waits for {place(repo)}.");
            Assert.IsEmpty(check.Result.Of("BG0009"), check.Result.Text());
        }
    }

    [TestMethod]
    public void EveryTruncationIsAGap()
    {
        var bytes = PackageSigning.SignLikeGallery(Content());
        using var repo = Repo(bytes);
        for (var length = 0; length < bytes.Length; length += 211)
        {
            File.WriteAllBytes(repo.Nupkg("A"), bytes[..length]);
            repo.Check().AssertGap("the package is broken");
        }
    }

    [TestMethod]
    [DataRow("../evil.targets")]
    [DataRow("build/../../evil.targets")]
    [DataRow("..\\evil.targets")]
    [DataRow("build\\..\\..\\evil.targets")]
    [DataRow("/etc/evil")]
    [DataRow("\\evil")]
    [DataRow("C:\\evil")]
    [DataRow("c:evil")]
    [DataRow("build/..")]
    public void AnEntryThatLeadsOutIsAGap(string name) => Refused(p => p.RawEntry(name, []), "leads out of its folder");

    [TestMethod]
    [DataRow("build/a..b.targets")]
    [DataRow(".../x")]
    public void AnEntryWithDotsInItsNameIsFine(string name)
    {
        using var repo = Repo(new TestPackage("A", "1.0.0").RawEntry(name, []).ToBytes());
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    [DataRow("build/A.targets", "build/A.targets")]
    [DataRow("build/A.targets", "build/a.TARGETS")]
    [DataRow("build/A.targets", "BUILD\\A.targets")]
    public void TwoEntriesOfOneNameAreAGap(string first, string second) => Refused(p => p.RawEntry(first, [1]).RawEntry(second, [2]), "two entries of one name");

    [TestMethod]
    public void TwoNuspecsAreAGap() => Refused(p => p.File("B.nuspec", p.NuspecText), "more than one nuspec");

    [TestMethod]
    public void NoNuspecIsAGap()
    {
        using var repo = Repo();
        File.WriteAllBytes(repo.Nupkg("A"), Deflated.Remove(Content(), "A.nuspec"));
        repo.Check().AssertGap("no nuspec");
    }

    [TestMethod]
    [DataRow("<package><metadata><id>A</id></metadata></package>", "names no id and version")]
    [DataRow("<package><metadata><id> </id><version>1.0.0</version></metadata></package>", "names no id and version")]
    [DataRow("<package />", "names no id and version")]
    [DataRow("", "the package is broken")]
    [DataRow("<package>", "the package is broken")]
    [DataRow("<?xml version=\"1.0\" encoding=\"utf-7\"?><package />", "broken")]
    [DataRow("<?xml version=\"1.0\" encoding=\"utf-16\"?><package />", "broken")]
    public void ANuspecThatSaysNothingIsAGap(string nuspec, string says) => Refused(p => p.Nuspec(nuspec), says);

    [TestMethod]
    public void ADtdIsAGap_AndItsEntitiesAreNotExpanded()
    {
        var bomb = new StringBuilder("<!DOCTYPE package [<!ENTITY e0 \"AAAAAAAAAA\">");
        for (var i = 1; i <= 12; i++)
            bomb.Append($"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">");
        bomb.Append("]><package><metadata><id>&e12;</id><version>1.0.0</version></metadata></package>");
        Refused(p => p.Nuspec(bomb.ToString()), "DTD");
    }

    /// <summary>The tree of a document takes time with the square of its depth.</summary>
    [TestMethod]
    public void ADeepNuspecIsAGap() =>
        Refused(p => p.Nuspec(new StringBuilder().Insert(0, "<a>", 500_000).Insert(1_500_000, "</a>", 500_000).ToString()), "deep");

    /// <summary>It is well formed, and so would be read where nothing bounds it. Once as a packer makes it, and twice with headers that lie about the size.</summary>
    [TestMethod]
    [DataRow(null, "BG0008")]
    [DataRow(4u * 1024 * 1024 + 1, "BG0008")]
    [DataRow(4u * 1024 * 1024, "BG2002", DisplayName = "as much as it claims is read, and its hash is another")]
    public void ANuspecThatInflatesToAGigabyteIsRefused(uint? claimed, string code)
    {
        const string Start = "<package><metadata><id>A</id><version>1.0.0</version></metadata></package>";
        var package = Deflated.AddSpaces(Deflated.Remove(Content(), "A.nuspec"), "A.nuspec", Start, 1024L * 1024 * 1024);
        using var repo = Repo();
        File.WriteAllBytes(repo.Nupkg("A"), claimed is { } size ? Deflated.ClaimSize(package, "A.nuspec", size) : package);
        var result = repo.Check();
        Assert.AreEqual(code, result.Codes(), result.Text());
        if (code == "BG0008")
            Assert.Contains("larger than any nuspec", result.Text());
    }

    [TestMethod]
    [DataRow("B", "1.0.0")]
    [DataRow("A", "2.0.0")]
    [DataRow("A", "no version")]
    [DataRow("Α", "1.0.0", DisplayName = "a Greek Alpha")]
    public void AnotherIdentityInsideIsRefused(string id, string version)
    {
        using var repo = Repo(new TestPackage("A", "1.0.0").Nuspec($"<package><metadata><id>{id}</id><version>{version}</version></metadata></package>").ToBytes());
        Assert.AreEqual("BG2007", repo.Check().Codes());
    }

    [TestMethod]
    [DataRow("a", "1.0.0")]
    [DataRow(" A ", "1.0")]
    [DataRow("A", "1.0.0.0+build")]
    public void TheSameIdentityInOtherWordsIsFine(string id, string version)
    {
        using var repo = Repo(new TestPackage("A", "1.0.0").Nuspec($"<package><metadata><id>{id}</id><version>{version}</version></metadata></package>").ToBytes());
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    public void TooManyEntriesAreAGap()
    {
        var package = new TestPackage("A", "1.0.0");
        for (var i = 0; i <= 100_000; i++)
            package.RawEntry($"f{i}", []);
        using var repo = Repo();
        File.WriteAllBytes(repo.Nupkg("A"), package.ToBytes());
        repo.Check().AssertGap("at most 100,000");
    }

    /// <summary>Seeded, so that a failure comes back. Whatever one byte before the signature becomes, the check says so.</summary>
    [TestMethod]
    public void EveryFlippedByteIsNoticed()
    {
        var bytes = PackageSigning.SignLikeGallery(Content(), "alice");
        using var repo = new FakeRestore().Install("A", bytes).App("A/1.0.0").Lock();
        Assert.AreEqual("", repo.Check().Codes());
        // Before the header of the signature's own entry (30 bytes and its name), which no signature can cover.
        var start = bytes.AsSpan().IndexOf(PackageSigning.ReadSignature(bytes).AsSpan(0, 64)) - 30 - ".signature.p7s".Length;
        var random = new Random(11);
        var silent = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            var at = random.Next(start);
            var changed = bytes.ToArray();
            changed[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(repo.Nupkg("A"), changed);
            var result = repo.Check();
            Assert.IsEmpty(result.Of("BG0009"), $"byte {at}\n{result.Text()}");
            if (result.ExitCode == 0)
                silent.Add(at);
        }
        Assert.IsEmpty(silent, string.Join(' ', silent));
    }

    private static byte[] Content() => new TestPackage("A", "1.0.0").File("lib/net10.0/_._", "content").ToBytes();

    /// <summary>A repo with a good package A, or with these bytes in its place, restored and locked.</summary>
    private static FakeRestore Repo(byte[]? bytes = null) => FakeRestore.Unsigned().Install("A", bytes ?? Content()).App("A/1.0.0").Lock();

    private static void Refused(Func<TestPackage, TestPackage> make, string says)
    {
        using var repo = Repo();
        File.WriteAllBytes(repo.Nupkg("A"), make(new("A", "1.0.0")).ToBytes());
        repo.Check().AssertGap(says);
    }
}
