using BuildGuard.Core.Advisories;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.NuGet.Tests.Advisories;

/// <summary>A check of a restored repo with advisories, from the files on the disk to the findings.</summary>
[TestClass]
public sealed class AdvisoryCheckTests
{
    private const string Policy = """{ "version": 1, "signatures": { "default": "off" }, "advisories": { "databases": [ "advisories" ] } }""";

    [TestMethod]
    public void AMaliciousPackageFailsAndCannotBeLocked()
    {
        using var repo = Repo().Install("Evil", "1.2.0").Install("A", "1.0.0", "Evil").App("A/1.0.0").Lock();
        Record(repo, "MAL-2026-1", "evil", "\"versions\": [ \"1.2.0\" ]");
        var found = repo.Check();
        Assert.AreEqual("BG3002", found.Codes(), found.Text());
        Assert.Contains("It comes in through A 1.0.0", found.Of("BG3002")[0].Fix);
        Assert.AreEqual(1, found.ExitCode);
    }

    [TestMethod]
    public void TheAdviceComesFromTheGraph()
    {
        using var repo = Repo().Install("Json", "1.0.0").Install("A", "1.0.0", "Json").App("A/1.0.0");
        Record(repo, "GHSA-1", "Json", Fixed("1.4.0"));
        var fix = repo.Check().Of("BG3003")[0].Fix;
        Assert.AreEqual("It comes in through A 1.0.0. The smallest fixed version that the graph accepts is 1.4.0. Add to App: <PackageReference Include=\"Json\" Version=\"1.4.0\" />, then dotnet restore and buildguard lock.", fix);
        repo.EditAssets(a => a["targets"]!["net10.0"]!["A/1.0.0"]!["dependencies"]!["Json"] = "[1.0.0, 1.2.0)");
        Assert.Contains("The smallest fixed version is 1.4.0, but A 1.0.0 accepts only (>= 1.0.0 && < 1.2.0): update that first", repo.Check().Of("BG3003")[0].Fix);
        repo.EditAssets(a => a["project"]!["restore"]!["centralPackageVersionsManagementEnabled"] = true);
        Assert.Contains("Add to Directory.Packages.props: <PackageVersion Include=\"Json\" Version=\"1.4.0\" /> and to App: <PackageReference Include=\"Json\" />", repo.Check().Of("BG3003")[0].Fix);
        repo.EditAssets(a => a["project"]!["restore"]!["CentralPackageTransitivePinningEnabled"] = true);
        Assert.Contains("Add to Directory.Packages.props: <PackageVersion Include=\"Json\" Version=\"1.4.0\" />, then", repo.Check().Of("BG3003")[0].Fix);
        Assert.AreEqual(VersionPlace.CentralWithTransitives, repo.Package("Json").VersionPlace);
    }

    // Green, then an advisory appears: a warning, however often the lock is written. Then somebody updates to another vulnerable version: an error.
    [TestMethod]
    public void AnAdvisoryThatCameLaterWarnsAndAChangeFails()
    {
        using var repo = Repo().Install("Json", "1.0.0").App("Json/1.0.0");
        Record(repo, "GHSA-0", "Other", Fixed("2.0.0"));
        Lock(repo);
        Assert.AreEqual("", repo.Check().Codes(), repo.Check().Text());
        Record(repo, "GHSA-1", "Json", Fixed("1.4.0"));
        Assert.AreEqual((0, 1), (repo.Check().Errors, repo.Check().Warnings), repo.Check().Text());
        Lock(repo);
        Assert.AreEqual((0, 1), (repo.Check().Errors, repo.Check().Warnings), repo.Check().Text());

        repo.Install("Json", "1.1.0").App("Json/1.1.0");
        Assert.AreEqual("BG2001 BG2004 BG3003", repo.Check().Codes());
        Lock(repo);
        var found = repo.Check();
        Assert.AreEqual(("BG3003", 1), (found.Codes(), found.Errors), found.Text());
    }

    [TestMethod]
    public void WithoutTheDataNothingPasses()
    {
        using var repo = Repo().Install("A").App("A/1.0.0").Lock();
        repo.Check().AssertGap("The advisories of advisories cannot be used: it does not exist.");
    }

    [TestMethod]
    public void OldDataFails()
    {
        using var repo = Repo().Install("A").App("A/1.0.0").Lock();
        Record(repo, "GHSA-0", "Other", Fixed("2.0.0"));
        Assert.AreEqual("", repo.Check().Codes());
        Assert.AreEqual("BG3004", FakeRestore.Check(repo.Request() with { Today = FakeRestore.Day.AddDays(15) }).Codes());
    }

    private static FakeRestore Repo() => new(Policy);

    private static void Lock(FakeRestore repo)
    {
        var input = CheckRun.Gather(repo.Request(), CancellationToken.None);
        LockFiles.Save(LockFiles.PathFor(input.Document), AdvisoryMatching.Remember(LockWriter.From(input.Graph, input.Lock.Lock ?? LockFile.Empty), input));
    }

    private static string Fixed(string version) => $$"""
        "ranges": [ { "type": "ECOSYSTEM", "events": [ { "introduced": "0" }, { "fixed": "{{version}}" } ] } ]
        """;

    private static void Record(FakeRestore repo, string id, string package, string versions)
    {
        Directory.CreateDirectory(repo.InRepo("advisories"));
        File.WriteAllText(repo.InRepo("advisories", id + ".json"), $$"""
            { "id": "{{id}}", "modified": "{{FakeRestore.Day:yyyy-MM-dd}}T00:00:00Z", "database_specific": { "severity": "HIGH" }, "affected": [ { "package": { "ecosystem": "NuGet", "name": "{{package}}" }, {{versions}} } ] }
            """);
    }
}
