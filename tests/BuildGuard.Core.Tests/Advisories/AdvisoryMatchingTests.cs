using BuildGuard.Core.Advisories;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Tests.Advisories;

/// <summary>What a lock remembers of advisories, and what its diff says of them.</summary>
[TestClass]
public sealed class AdvisoryMatchingTests
{
    private static readonly Advisory Json = Records.All["GHSA-8g4q-xg66-9fp4"];

    private static readonly Facts Repo = Facts.Repo().With(Facts.Package("System.Text.Json", "8.0.4"), Facts.Package("Serilog", "4.3.0"));

    [TestMethod]
    public void ANewPackageIsLockedWithWhatIsKnown()
    {
        var file = Write(Repo.WithAdvisories(Json).NoLock());
        Assert.AreSequenceEqual(["GHSA-8g4q-xg66-9fp4"], file.Packages.Single(p => p.Id == "System.Text.Json").Advisories);
        Assert.IsEmpty(file.Packages.Single(p => p.Id == "Serilog").Advisories);
        Assert.AreSequenceEqual(["+ package, signer sha256:aaaaaaaa…, owners alpha + serilog", "! has a known vulnerability: GHSA-8g4q-xg66-9fp4"],
            TrustDiff.Between(LockFile.Empty, file, SignerNames.None).Where(c => c.Subject == "System.Text.Json/8.0.4").Select(c => $"{(c.Kind == TrustChangeKind.Added ? '+' : '!')} {c.Detail}"));
    }

    [TestMethod]
    public void WritingTheLockAgainDoesNotMakeAnAdvisoryOld() => Assert.IsTrue(Write(Repo.WithAdvisories(Json)).Packages.All(p => p.Advisories.IsEmpty));

    [TestMethod]
    public void OtherBytesAreAnotherPackage()
    {
        var input = Repo.WithAdvisories(Json).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { ContentHash = "sha512-" + Facts.Hash("old") })] });
        Assert.AreSequenceEqual(["GHSA-8g4q-xg66-9fp4"], Write(input).Packages.Single(p => p.Id == "System.Text.Json").Advisories);
    }

    [TestMethod]
    public void WhatTheLockKnewStaysThere()
    {
        Facts knowing = Repo.WithAdvisories(Json).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Advisories = ["GHSA-old"] })] });
        Assert.IsTrue(Write(knowing).Packages.All(p => p.Advisories is ["GHSA-old"]));
        Assert.IsTrue(Write(knowing.Policy("""{ "version": 1 }""")).Packages.All(p => p.Advisories is ["GHSA-old"]));
    }

    [TestMethod]
    public void AnUpdateIsLockedWithWhatIsKnownOfIt()
    {
        var before = Write(Repo.WithAdvisories(Json).NoLock());
        CheckInput after = Repo.With(Facts.Package("System.Text.Json", "8.0.3")).WithAdvisories(Json).Lock(_ => before);
        Assert.AreSequenceEqual(["GHSA-8g4q-xg66-9fp4"], Write(after).Packages.Single().Advisories);
    }

    private static LockFile Write(CheckInput input) => AdvisoryMatching.Remember(LockWriter.From(input.Graph, input.Lock.Lock ?? LockFile.Empty), input);
}
