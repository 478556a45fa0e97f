using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
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

    /// <summary>It is said wherever the repo lies: whether somebody ran the app there makes no difference.</summary>
    [TestMethod]
    public void AnAppThatNobodyLocked()
    {
        var fix = "Run: dotnet restore scripts/app.cs, then buildguard lock (add --yes where nobody can be asked), and check the file in.";
        Says(WithApp(Facts.Repo(), "Serilog", "Contoso.Util"), "/repo/scripts/app.cs(1,1): error BG2004: The app scripts/app.cs names packages (Serilog, Contoso.Util) and is not in the lock.", fix);
        var locked = Facts.Repo().Lock(l => l with { Projects = l.Projects.Add("scripts/app.cs") });
        Silent(WithApp(locked, "serilog", "$(Some)"));
        Assert.Contains("names packages ($(Some)) and is not in the lock", Only(WithApp(Facts.Repo(), "$(Some)")).Finding.What);
        Says(WithApp(locked, "Serilog", "Contoso.Util"), "/repo/scripts/app.cs(2,1): error BG2004: The app scripts/app.cs names Contoso.Util, which the lock does not hold.", fix);
    }

    [TestMethod]
    public void AnAppThatWasReadIsJudgedByWhatItUses() =>
        Assert.Contains("scripts/app.cs is not in the lock.", Only(WithApp(Facts.Repo().WithProjects(new ProjectFacts("/repo/scripts/app.cs", "scripts/app.cs")).Lock(l => l with { Projects = [] }), "Other")).Finding.What);

    private static CheckInput WithApp(CheckInput input, params string[] ids) =>
        input with { Graph = input.Graph with { Apps = [new("scripts/app.cs", [.. ids.Select((id, i) => new AppPackage(id, new("/repo/scripts/app.cs", i + 1, 1)))])] } };

    [TestMethod]
    public void ATraversalProjectIsToldOnlyWhereItNamesPackages()
    {
        CheckInput With(bool names) => Facts.Repo().WithProjects(new ProjectFacts(Facts.Project, "src/App/App.csproj"), new ProjectFacts("/repo/dirs.proj", "dirs.proj") { NamesPackages = names }).Lock(l => l with { Projects = ["src/App/App.csproj"] });
        Silent(With(names: false));
        Says(With(names: true), "/repo/dirs.proj(1,1): error BG2004: dirs.proj is not in the lock.", "Run: buildguard lock dirs.proj");
    }

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

    public static IEnumerable<object[]> Edits() =>
    [
        [(LockedPackage p) => p with { Signer = null }, "signer (lock: none, package: sha256:aaaaaaaaaaaa…)"],
        [(LockedPackage p) => p with { Owners = [] }, "owners (lock: none, package: serilog + alpha)"],
        [(LockedPackage p) => p with { Published = new(2020, 1, 1) }, "published (lock: 2020-01-01, package: 2026-02-11)"],
        [(LockedPackage p) => p with { Published = null }, "published (lock: none, package: 2026-02-11)"],
        [(LockedPackage p) => p with { Signer = null, Owners = [], Published = null }, "signer (lock: none, package: sha256:aaaaaaaaaaaa…), owners (lock: none, package: serilog + alpha), published (lock: none, package: 2026-02-11)"],
    ];

    [TestMethod]
    [DynamicData(nameof(Edits))]
    public void WhatTheLockSaysOfASignatureIsHeldAgainstIt(object edit, string words) =>
        Says(Facts.Repo().Lock(l => l with { Packages = [((Func<LockedPackage, LockedPackage>)edit)(l.Packages[0])] }),
            $"/repo/buildguard.lock.json(7,5): error BG2004: The lock's entry of Serilog 4.3.0 does not say what the package's signature says: {words}.", "take it from version control", "buildguard lock");

    [TestMethod]
    public void OwnersAreComparedAsASetAndWithoutCase() => Silent(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Owners = ["SERILOG", "alpha", "Alpha"] }] }));

    [TestMethod]
    public void OtherBytesLostTrustAndBrokenSignaturesAreOtherRules()
    {
        Silent(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Owners = ["mallory"], Published = null }] }));
        Silent(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Signer = null, ContentHash = "sha512-" + Facts.Hash("other") }] }));
        var broken = Facts.Signed with { Problems = [new(SignatureTrouble.Content, "NU3008", "changed")] };
        Silent(Facts.Repo().With(Facts.Package("A", "1.0.0") with { Signature = Evidence<SignatureFacts>.Of(broken) }).Lock(l => l with { Packages = [l.Packages[0] with { Signer = null }] }));
    }

    [TestMethod]
    public void SilentWithoutALock() => Silent(Facts.Repo().NoLock());

    [TestMethod]
    public void ThePolicyMayLowerIt() =>
        Assert.AreEqual(Severity.Warning, Only(Facts.Repo().Policy("""{ "version": 1, "rules": { "BG2004": "warning" } }""").Lock(l => l with { Projects = [] })).Severity);
}
