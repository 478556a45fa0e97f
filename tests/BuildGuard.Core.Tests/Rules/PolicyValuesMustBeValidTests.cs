using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PolicyValuesMustBeValidTests : RuleTests<PolicyValuesMustBeValid>
{
    protected override CheckInput Violation => Facts.Repo().Policy("{\n  \"version\": 1,\n  \"mode\": \"enforced\"\n}");

    protected override CheckInput Compliance => Facts.Repo().Policy("""{ "version": 1, "mode": "enforce" }""");

    [TestMethod]
    public void NamesTheNearestValue() =>
        Says(Violation, "/repo/buildguard.json(3,11): error BG0003: \"mode\" is \"enforced\", but must be one of enforce, audit.", "Did you mean \"enforce\"?");

    [TestMethod]
    [DataRow("BG0001", "off")]
    [DataRow("BG0004", "off")]
    [DataRow("BG0006", "warning")]
    [DataRow("BG0007", "warning")]
    [DataRow("BG0008", "off")]
    [DataRow("BG0010", "off")]
    [DataRow("BG2002", "warning")]
    [DataRow("BG2002", "off")]
    public void RefusesToLowerAFixedRule(string code, string severity) =>
        Says(Facts.Repo().Policy($$"""{ "version": 1, "rules": { "{{code}}": "{{severity}}" } }"""),
            $"/repo/buildguard.json(1,38): error BG0003: \"rules\" lowers {code}, which cannot be lowered.", $"buildguard explain {code}");

    [TestMethod]
    public void SaysWhatIsMissing() =>
        Says(Facts.Repo().Policy("""{ "version": 1, "block": [ { "id": "Evil" } ] }"""),
            "/repo/buildguard.json(1,28): error BG0003: An entry of \"block\" has no \"reason\".", "Add \"reason\":");
}
