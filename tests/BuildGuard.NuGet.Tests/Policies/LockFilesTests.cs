using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.NuGet.Tests.Policies;

[TestClass]
public sealed class LockFilesTests
{
    [TestMethod]
    public void WhatIsSavedIsLoaded_AndSavedOnlyOnce()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        var input = NuGet.Checking.CheckRun.Gather(repo.Request(), CancellationToken.None);
        Assert.IsTrue(LockFiles.Load(input.Document).IsAbsent);
        var made = LockWriter.From(input.Graph, LockFile.Empty);
        Assert.IsTrue(LockFiles.Save(LockFiles.PathFor(input.Document), made));
        Assert.IsFalse(LockFiles.Save(LockFiles.PathFor(input.Document), made));
        var read = LockFiles.Load(input.Document).Lock!;
        CollectionAssert.AreEqual(LockWriter.Write(made), LockWriter.Write(read));
        Assert.AreEqual("sha512-" + FakeRestore.NuGetHash(File.ReadAllBytes(repo.Nupkg("A"))), read.Packages.Single().ContentHash);
    }

    [TestMethod]
    public void ThePolicySaysWhereTheLockIs()
    {
        using var repo = new FakeRestore("""{ "version": 1, "signatures": { "default": "off" }, "hashes": { "lock": "eng/locks/all.json" } }""").Install("A").App("A/1.0.0").Lock();
        Assert.IsTrue(File.Exists(repo.InRepo("eng", "locks", "all.json")));
        Assert.AreEqual("", repo.Check().Codes());
    }

    [TestMethod]
    public void APathWithANulIsNoInternalError()
    {
        using var repo = new FakeRestore("""{ "version": 1, "hashes": { "lock": "a\u0000b" } }""").Install("A").App("A/1.0.0");
        var result = repo.Check();
        Assert.AreEqual(2, result.ExitCode);
        Assert.IsEmpty(result.Of("BG0009"), result.Text());
    }

    [TestMethod]
    public void NoLockIsSaid()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        Assert.AreEqual("BG2001", repo.Check().Codes());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{ \"version\": 1 }")]
    [DataRow("<<<<<<< HEAD\n{}")]
    public void ALockThatCannotBeReadIsAGap(string text)
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        File.WriteAllText(repo.InRepo("buildguard.lock.json"), text);
        repo.Check().AssertGap("The lock file cannot be");
    }

    [TestMethod]
    public void AFolderInThePlaceOfTheLockIsAGap()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0");
        Directory.CreateDirectory(repo.InRepo("buildguard.lock.json"));
        repo.Check().AssertGap("it is a folder");
    }

    [TestMethod]
    public void OtherBytesThanTheLocksAreRefused()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        // The package, its metadata and the assets file all agree; only the lock knows better.
        repo.Install("A", new TestKit.TestPackage("A", "1.0.0").File("lib/net10.0/_._", "other").ToBytes()).App("A/1.0.0");
        var result = repo.Check();
        Assert.AreEqual("BG2002", result.Codes());
        Assert.Contains("than the lock says", result.Of("BG2002")[0].What);
    }
}
