using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class LockMustBeCurrentTests : RuleTests<LockMustBeCurrent>
{
    protected override CheckInput Violation => Facts.Repo().Lock(l => l with { Packages = l.Packages.Add(Facts.Locked("Zeta", "1.0.0")) });

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void PointsAtTheEntryThatNothingUses() =>
        Says(Violation, "/repo/buildguard.lock.json(14,5): error BG2004: The lock holds Zeta/1.0.0, which nothing uses.", "Run: buildguard lock");

    [TestMethod]
    public void AProjectThatTheLockDoesNotName() =>
        Says(Facts.Repo().Lock(l => l with { Projects = [] }), "/repo/src/App/App.csproj(1,1): error BG2004: src/App/App.csproj is not in the lock.", "Run: buildguard lock");

    [TestMethod]
    public void SilentWhereOnlyAPartOfTheRepoWasLookedAt() =>
        Silent(Facts.Repo().Lock(l => l with { Projects = l.Projects.Add("src/Other/Other.csproj"), Packages = l.Packages.Add(Facts.Locked("Zeta", "1.0.0")) }));

    [TestMethod]
    public void SilentWhereAProjectCouldNotBeRead() =>
        Silent(Facts.Repo().WithProjects(new ProjectFacts(Facts.Project, "src/App/App.csproj") { IsComplete = false }).Lock(l => l with { Packages = l.Packages.Add(Facts.Locked("Zeta", "1.0.0")) }));

    [TestMethod]
    public void AProjectThatIsGoneIsNamedAndDoesNotHideWhatNothingUses()
    {
        CheckInput input = Facts.Repo().Lock(l => l with { Projects = l.Projects.Add("src/Gone/Gone.csproj"), Packages = l.Packages.Add(Facts.Locked("Zeta", "1.0.0")) });
        var found = Evaluation.Run(input with { Graph = input.Graph with { VanishedProjects = ["src/Gone/Gone.csproj"] } }).Of("BG2004").Select(f => f.Finding.What);
        CollectionAssert.AreEquivalent(
            new[] { "The lock names the project src/Gone/Gone.csproj, which does not exist.", "The lock holds Zeta/1.0.0, which nothing uses." }, found.ToArray());
    }

    [TestMethod]
    public void SilentWithoutALock() => Silent(Facts.Repo().NoLock());

    [TestMethod]
    public void ThePolicyMayLowerIt() =>
        Assert.AreEqual(Severity.Warning, Only(Facts.Repo().Policy("""{ "version": 1, "rules": { "BG2004": "warning" } }""").Lock(l => l with { Projects = [] })).Severity);
}
