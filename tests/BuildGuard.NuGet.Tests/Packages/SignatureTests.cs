using BuildGuard.Core.Graph;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Packages;

[TestClass]
public sealed class SignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>A root that nobody here trusts.</summary>
    private static readonly TestCertificates Strangers = new("Strangers");

    [TestMethod]
    public void GoodSignaturesGiveNoFinding_AndTheirFacts()
    {
        using var repo = Repo(PackageSigning.SignLikeGallery(Content(), "alice", "bob"));
        Assert.AreEqual("", repo.Check().Codes());
        var facts = repo.Package().Signature.Value;
        Assert.AreEqual(TestCertificates.Fingerprint(TestCertificates.Shared.Author), "sha256:" + facts.Author!.Certificate);
        Assert.AreEqual(TestCertificates.Fingerprint(TestCertificates.Shared.Repository), "sha256:" + facts.Repository!.Certificate);
        CollectionAssert.AreEqual(new[] { "alice", "bob" }, facts.Owners.ToArray());
        Assert.AreEqual("https://feed.gallery.example/v3/index.json", facts.ServiceIndex);
        Assert.IsLessThan(TimeSpan.FromHours(1), (DateTimeOffset.UtcNow - facts.Repository.Timestamp!.Value).Duration());
    }

    [TestMethod]
    public void ARepositorySignatureAloneIsGood()
    {
        using var repo = Repo(PackageSigning.RepositorySign(Content(), new() { Timestamp = Now, Owners = ["alice"] }));
        Assert.AreEqual("", repo.Check().Codes());
        Assert.AreEqual(SignatureKind.Repository, repo.Package().Signature.Value.Signers.Single().Kind);
    }

    [TestMethod]
    public void UnsignedIsRefused()
    {
        using var repo = Repo(Content());
        var result = repo.Check();
        Assert.AreEqual("BG1001", result.Codes());
        Assert.AreEqual(1, result.ExitCode);
    }

    [TestMethod]
    public void AStrangersSignatureDoesNotHold_ButTheContentIsWhatItSigned()
    {
        using var repo = Repo(PackageSigning.AuthorSign(Content(), new() { Certificate = Strangers.Author, Issuers = Strangers }));
        Assert.AreEqual("BG1004", repo.Check().Codes());
    }

    [TestMethod]
    public void AStrangersCountersignatureDoesNotHold()
    {
        using var repo = Repo(PackageSigning.RepositoryCountersign(PackageSigning.AuthorSign(Content(), new() { Timestamp = Now }), new() { Certificate = Strangers.Repository, Issuers = Strangers }));
        Assert.AreEqual("BG1004", repo.Check().Codes());
    }

    [TestMethod]
    public void TheSignatureStripped()
    {
        using var repo = Repo(PackageSigning.SignLikeGallery(Content(), "alice"));
        Tamper(repo, PackageSigning.StripSignature);
        // The content hash is the same: only the signature rules see it.
        Assert.AreEqual("BG1001 BG1006", repo.Check().Codes());
    }

    [TestMethod]
    public void TheContentChangedAndTheSignatureKept()
    {
        using var repo = Repo(PackageSigning.SignLikeGallery(Content(), "alice"));
        Tamper(repo, PackageSigning.ChangeContentKeepSignature);
        Assert.AreEqual("BG1003 BG2002", repo.Check().Codes());
    }

    [TestMethod]
    public void TheContentChangedAndTheLockAsWell()
    {
        using var repo = Repo(PackageSigning.ChangeContentKeepSignature(PackageSigning.SignLikeGallery(Content(), "alice")));
        Assert.AreEqual("BG1003", repo.Check().Codes());
    }

    [TestMethod]
    [DataRow(SignaturePart.Primary)]
    [DataRow(SignaturePart.Countersignature)]
    [DataRow(SignaturePart.Timestamp)]
    [DataRow(SignaturePart.CountersignatureTimestamp)]
    public void AByteFlippedInASignatureValue(SignaturePart part)
    {
        using var repo = Repo(PackageSigning.SignLikeGallery(Content(), "alice"));
        Tamper(repo, p => PackageSigning.FlipByteInSignature(p, part));
        Assert.Contains(repo.Check().Codes(), (string[])["BG1003", "BG1004"]);
    }

    [TestMethod]
    public void BytesFlippedAnywhereInTheSignatureFile()
    {
        var signed = PackageSigning.SignLikeGallery(Content(), "alice");
        using var repo = Repo(signed);
        var signature = PackageSigning.ReadSignature(signed)!;
        var stripped = PackageSigning.StripSignature(signed);
        var good = repo.Package().Signature.Value;
        var silent = new List<int>();
        for (var at = 0; at < signature.Length; at += 89)
        {
            signature[at] ^= 1;
            File.WriteAllBytes(repo.Nupkg("A"), PackageSigning.WithSignature(stripped, signature));
            signature[at] ^= 1;
            var result = repo.Check();
            Assert.IsEmpty(result.Of("BG0009"), $"byte {at}\n{result.Text()}");
            if (result.Codes() is "BG1003" or "BG1004")
                continue;
            Assert.AreEqual("", result.Codes(), $"byte {at}");
            if (!InCopyOf(TestCertificates.Shared.Root.RawData, signature, at) && !InCopyOf(Convert.FromHexString("020103310D300B0609608648016503040201"), signature, at))
                silent.Add(at);
        }
        Assert.IsEmpty(silent, $"{string.Join(' ', silent)} of {signature.Length}");
        Assert.IsEmpty(good.Problems);
    }

    /// <summary>A countersignature that no longer says whose it is must not pass as none: that would take the owners away unseen.</summary>
    [TestMethod]
    public void ACountersignatureThatIsNotARepositorysDoesNotHold()
    {
        var signed = PackageSigning.SignLikeGallery(Content(), "alice");
        using var repo = Repo(signed);
        // The commitment type "proof of receipt" is what makes a signature a repository's; the author's says "proof of origin" (…06 01).
        var signature = PackageSigning.ReadSignature(signed)!;
        var receipt = signature.AsSpan().IndexOf(Convert.FromHexString("060B2A864886F70D0109100602"));
        Assert.IsGreaterThan(0, receipt);
        signature[receipt + 12] = 0x09;
        File.WriteAllBytes(repo.Nupkg("A"), PackageSigning.WithSignature(PackageSigning.StripSignature(signed), signature));
        Assert.AreEqual("BG1003", repo.Check().Codes());
    }

    [TestMethod]
    public void AnythingElseInTheSignatureFile()
    {
        foreach (var signature in (byte[][])[[], [0], "not a signature"u8.ToArray(), new byte[100_000]])
        {
            using var repo = Repo(PackageSigning.WithSignature(Content(), signature));
            Assert.AreEqual("BG1003", repo.Check().Codes(), $"{signature.Length} bytes");
        }
    }

    [TestMethod]
    public void ASignatureOfAnotherPackage()
    {
        var other = PackageSigning.SignLikeGallery(new TestPackage("B", "1.0.0").ToBytes(), "alice");
        using var repo = Repo(PackageSigning.WithSignature(Content(), PackageSigning.ReadSignature(other)!));
        Assert.AreEqual("BG1003", repo.Check().Codes());
    }

    [TestMethod]
    public void OddAttributesOfTheSignatureEntry()
    {
        using var repo = Repo(PackageSigning.SetSignatureAttributes(PackageSigning.SignLikeGallery(Content(), "alice")));
        Assert.AreEqual("BG1003", repo.Check().Codes());
    }

    [TestMethod]
    public void TwoSignatureEntries()
    {
        using var repo = Repo(PackageSigning.SignLikeGallery(Content(), "alice"));
        Tamper(repo, PackageSigning.DuplicateSignatureEntry);
        repo.Check().AssertGap("two entries of one name");
    }

    [TestMethod]
    public void AnExpiredCertificateNeedsATimestamp()
    {
        var expired = new SignatureOptions { Certificate = TestCertificates.Shared.Expired };
        using (var repo = Repo(PackageSigning.AuthorSign(Content(), expired)))
            Assert.AreEqual("BG1004", repo.Check().Codes());
        using (var repo = Repo(PackageSigning.AuthorSign(Content(), expired with { Timestamp = TestCertificates.WhileExpiredWasValid })))
            Assert.AreEqual("", repo.Check().Codes());
        using (var repo = Repo(PackageSigning.AuthorSign(Content(), expired with { Timestamp = Now })))
            Assert.Contains(repo.Check().Codes(), (string[])["BG1003", "BG1004"]);
    }

    [TestMethod]
    public void ACertificateThatIsNotForSigningCode()
    {
        foreach (var certificate in (System.Security.Cryptography.X509Certificates.X509Certificate2[])[
            TestCertificates.Shared.WrongEku, TestCertificates.Shared.WeakKey, TestCertificates.Shared.NotYetValid])
        {
            using var repo = Repo(PackageSigning.AuthorSign(Content(), new() { Certificate = certificate }));
            Assert.Contains(repo.Check().Codes(), (string[])["BG1003", "BG1004"], certificate.Subject);
        }
    }

    [TestMethod]
    public void ATimestampOfAStrangersAuthorityDoesNotHold()
    {
        using var repo = Repo(PackageSigning.AuthorSign(Content(), new() { Timestamp = Now, TimestampCertificate = Strangers.TimestampAuthority }));
        Assert.Contains(repo.Check().Codes(), (string[])["BG1003", "BG1004"]);
    }

    /// <summary>
    /// Whether a byte belongs to a part that decides nothing: a copy of the root certificate, which travels along although the SDK's own is the one that is trusted;
    /// a CMS header's list of digest algorithms, which is a hint for reading in one pass.
    /// </summary>
    private static bool InCopyOf(byte[] part, byte[] signature, int at)
    {
        var from = Math.Max(0, at - part.Length + 1);
        var copy = signature.AsSpan(from).IndexOf(part);
        return copy >= 0 && from + copy <= at;
    }

    private static byte[] Content() => new TestPackage("A", "1.0.0").File("lib/net10.0/_._", "content").ToBytes();

    private static FakeRestore Repo(byte[] bytes) => new FakeRestore().Install("A", bytes).App("A/1.0.0").Lock();

    private static void Tamper(FakeRestore repo, Func<byte[], byte[]> how) => File.WriteAllBytes(repo.Nupkg("A"), how(File.ReadAllBytes(repo.Nupkg("A"))));
}
