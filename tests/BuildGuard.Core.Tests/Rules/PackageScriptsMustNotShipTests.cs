using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackageScriptsMustNotShipTests : RuleTests<PackageScriptsMustNotShip>
{
    protected override CheckInput Violation => Shipping("lib/net8.0/a.dll", "tools/init.ps1");

    protected override CheckInput Compliance => Shipping("lib/net8.0/a.dll", "tools/initialize.ps1", "tools/init.ps1/readme.txt", "init.ps1.txt");

    [TestMethod]
    public void GivesTheExactEntry() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG4005: Contoso.Util 1.2.0 ships tools/init.ps1.",
            """to "buildScripts.allow" in buildguard.json: { "id": "Contoso.Util", "kinds": [ "scripts" ], "reason": "…" }""");

    [TestMethod]
    [DataRow("init.ps1")]
    [DataRow("tools/INIT.PS1")]
    [DataRow(@"tools\Install.ps1")]
    [DataRow("any/where/uninstall.Ps1")]
    [DataRow("tools/init%2Eps1")]
    [DataRow("tools%2finit.ps1")]
    [DataRow("tools%5Cinit%2eps1")]
    [DataRow("tools/init.ps1. ")]
    public void InAnySpellingAndPlace(string entry) => Only(Shipping(entry));

    [TestMethod]
    public void TheEntryThatItGivesResolvesIt() =>
        Silent(Shipping("tools/init.ps1").Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.Util", "kinds": [ "scripts" ], "reason": "…" } ] } }"""));

    [TestMethod]
    public void AnApprovalOfNoKindApprovesNothing() =>
        Only(Shipping("tools/init.ps1").Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.Util", "kinds": [], "reason": "r" } ] } }"""));

    private static Facts Shipping(params string[] entries) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0") with { Entries = Evidence<System.Collections.Immutable.ImmutableArray<string>>.Of([.. entries]) });
}
