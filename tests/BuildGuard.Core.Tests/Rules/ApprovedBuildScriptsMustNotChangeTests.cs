using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ApprovedBuildScriptsMustNotChangeTests : RuleTests<ApprovedBuildScriptsMustNotChange>
{
    private const string Approving = """{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.*", "kinds": [ "props", "targets" ], "reason": "code generation" } ] } }""";

    private static readonly PackageFacts Reviewed = Facts.Running("Contoso.Gen", "1.2.0", "build/Contoso.Gen.props", "build/Contoso.Gen.targets=reviewed");

    private static readonly PackageFacts Changed = Facts.Running("Contoso.Gen", "1.2.0", "build/Contoso.Gen.props", "build/Contoso.Gen.targets=changed");

    protected override CheckInput Violation => Locked(Reviewed, Changed);

    protected override CheckInput Compliance => Locked(Changed, Changed);

    [TestMethod]
    public void SaysWhichKindsChanged() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG4002: Contoso.Gen 1.2.0 runs other content than was approved: targets (approved sha256-X+9fywZxsccx…, found sha256-8u5mp4kglPLe…).",
            "buildguard approve Contoso.Gen (add --yes where nobody can be asked)", "version control");

    [TestMethod]
    public void AnApprovalInThePolicyAloneIsNotEnough()
    {
        var repo = Facts.Repo().With(Changed).Policy(Approving).Lock(l => l with { Packages = [l.Packages[0] with { BuildScripts = l.Packages[0].BuildScripts.Clear() }] });
        Says(repo, "/repo/Directory.Packages.props(12,5): error BG4002: Contoso.Gen 1.2.0 runs other content than was approved: props (the lock has no approval of them), targets (the lock has no approval of them).");
    }

    [TestMethod]
    public void WhatNoEntryNamesIsAnotherRule()
    {
        var repo = Locked(Reviewed, Changed);
        Assert.AreEqual("BG4001", Evaluation.Run(repo.Policy("""{ "version": 1 }""")).Codes());
        Silent(repo.Policy("""{ "version": 1, "buildScripts": { "default": "allow" } }"""));
    }

    [TestMethod]
    public void WhatIsNamedIsHeldToItsContentEvenWhereEverythingMayRun() =>
        Only(Locked(Reviewed, Changed).Policy(Approving.Replace("\"allow\": [", "\"default\": \"allow\", \"allow\": [", StringComparison.Ordinal)));

    [TestMethod]
    public void ExclusionDoesNotHideIt() =>
        Only(Locked(Reviewed, Changed).Guarded(new() { HasGate = true }).Policy(Approving.Replace("\"allow\": [", "\"whenDenied\": \"exclude\", \"allow\": [", StringComparison.Ordinal)));

    [TestMethod]
    public void APackageThatIsNotLockedAtAllIsAnotherRule()
    {
        Assert.AreEqual("BG2001", Evaluation.Run(Locked(Reviewed, Changed).Lock(l => l with { Packages = [] })).Codes());
        Assert.AreEqual("BG2002", Evaluation.Run(Locked(Reviewed, Changed).Lock(l => l with { Packages = [l.Packages[0] with { ContentHash = "sha512-" + Facts.Hash("other") }] })).Codes());
    }

    /// <summary>The approvals of one content, and a graph that holds another under the same version: as after an update that was locked and not approved.</summary>
    private static Facts Locked(PackageFacts approved, PackageFacts now) => Facts.Repo().With(now).Policy(Approving)
        .Lock(l => l with { Packages = [l.Packages[0] with { BuildScripts = Facts.Locked(approved).BuildScripts }] });
}
