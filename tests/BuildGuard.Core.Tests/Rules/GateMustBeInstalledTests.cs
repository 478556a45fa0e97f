using BuildGuard.Core.Findings;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class GateMustBeInstalledTests : RuleTests<GateMustBeInstalled>
{
    protected override CheckInput Violation => Facts.Repo().Guarded(new() { Level = GuardLevel.PackageReference });

    protected override CheckInput Compliance => Facts.Repo().Policy("""{ "version": 1, "gate": "required" }""").Guarded(new() { Level = GuardLevel.RestoreHook, HasGate = true });

    private protected override Severity DefaultSeverity => Severity.Warning;

    [TestMethod]
    public void AWarningWhereTheGateIsOptional() =>
        Says(Violation, "/repo/App.sln: warning BG0010: BuildGuard is only a PackageReference here: it cannot act in a restore, and hostile packages are imported beside it.",
            "Run: buildguard init", "-t:BuildGuardInit");

    [TestMethod]
    [DataRow("""{ "version": 1, "gate": "required" }""")]
    [DataRow("""{ "version": 1, "rules": { "BG0010": "error" } }""")]
    public void AnErrorWhereThePolicyAsksForIt(string policy) =>
        Assert.AreEqual(Severity.Error, Only(Facts.Repo().Policy(policy).Guarded(new() { Level = GuardLevel.PackageReference })).Severity);

    [TestMethod]
    [DataRow(GuardLevel.RestoreHook)]
    [DataRow(GuardLevel.CommandLine)]
    public void AHookWithoutTheGateIsEnoughWhereThePolicyLeavesItOptional(GuardLevel level)
    {
        Silent(Facts.Repo().Guarded(new() { Level = level }));
        Says(Facts.Repo().Policy("""{ "version": 1, "gate": "required" }""").Guarded(new() { Level = level }),
            "/repo/buildguard.json(1,1): error BG0010: The policy asks for the gate, which is not installed: there is no .buildguard/Gate.props.", "buildguard init", "\"gate\": \"optional\"");
    }
}
