using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class GuardMustNotBeOverriddenTests : RuleTests<GuardMustNotBeOverridden>
{
    private static readonly PackageFacts Own = Touching(Facts.Running("BuildGuard", "0.1.0", "build/BuildGuard.targets"));

    protected override CheckInput Violation => Approved(Touching(Facts.Running("Contoso.Evil", "1.2.0", "build/Contoso.Evil.targets")));

    protected override CheckInput Compliance => Approved(Facts.Showing(Facts.Running("Contoso.Evil", "1.2.0", "build/Contoso.Evil.targets"), new BuildTrait(BuildTraitKind.DefinesTarget, "build/Contoso.Evil.targets", 3, "Hello")));

    [TestMethod]
    public void NamesPlaceAndName() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG4008: Contoso.Evil 1.2.0 touches what belongs to the guard: BuildGuardMode (build/Contoso.Evil.targets, line 3).", "no approval makes this pass");

    [TestMethod]
    public void WhatNoBuildTakesTouchesNothing() =>
        Silent(Approved(Touching(Facts.Running("Contoso.Evil", "1.2.0", "build/Contoso.Evil.targets")) with { TakenIntoBuild = [] }));

    [TestMethod]
    public void ExclusionAndLaxnessDoNotHideIt()
    {
        var repo = Facts.Repo().With(Touching(Facts.Running("Contoso.Evil", "1.2.0", "build/Contoso.Evil.targets"))).Guarded(new() { HasGate = true });
        Only(repo.Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }"""));
        Only(repo.Policy("""{ "version": 1, "mode": "audit", "buildScripts": { "default": "allow" } }"""));
    }

    [TestMethod]
    public void TheGuardsOwnPackageIsBelievedOnlyWhereItIsLocked()
    {
        var repo = Facts.Repo().With(Own);
        Assert.AreEqual("", Evaluation.Run(repo).Codes());
        Says(repo.Lock(l => l with { Packages = [] }), "/repo/Directory.Packages.props(12,5): error BG4008: BuildGuard 0.1.0 touches what belongs to the guard: BuildGuardMode (build/Contoso.Evil.targets, line 3).", "If you added or updated BuildGuard yourself, run: buildguard lock");
        Only(repo.NoLock());
        Only(repo.Lock(l => l with { Packages = [l.Packages[0] with { ContentHash = "sha512-" + Facts.Hash("other") }] }));
        Only(Approved(Own with { Id = "BuildGuard.Extras" }));
    }

    private static PackageFacts Touching(PackageFacts package) => Facts.Showing(package, new BuildTrait(BuildTraitKind.TouchesGuard, "build/Contoso.Evil.targets", 3, "BuildGuardMode"));

    private static Facts Approved(PackageFacts package) =>
        Facts.Repo().With(package).Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "*", "kinds": [ "targets" ], "reason": "r" } ] } }""");
}
