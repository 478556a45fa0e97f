using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustBeAllowedTests : RuleTests<PackagesMustBeAllowed>
{
    protected override CheckInput Violation => Allowing("""[ { "id": "Serilog*" } ]""");

    protected override CheckInput Compliance => Allowing("""[ { "id": "Serilog*" }, { "id": "Contoso.Util", "versions": "[1.2.0]" } ]""");

    [TestMethod]
    public void GivesTheExactEntry() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG3008: Contoso.Util 1.2.0 is not on the policy's allow list.",
            """add to "allow" in buildguard.json: { "id": "Contoso.Util", "versions": "[1.2.0]" }""");

    [TestMethod]
    public void AnEmptyListAllowsNothing() => Only(Allowing("[]"));

    [TestMethod]
    public void AnotherVersionIsNotAllowed() => Only(Allowing("""[ { "id": "Contoso.Util", "versions": "[1.2.1]" } ]"""));

    [TestMethod]
    public void WithoutAListEverythingIsAllowed()
    {
        Silent(Allowing("null"));
        Silent(Facts.Repo());
    }

    private static Facts Allowing(string list) => Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0")).Policy($$"""{ "version": 1, "allow": {{list}} }""");
}
