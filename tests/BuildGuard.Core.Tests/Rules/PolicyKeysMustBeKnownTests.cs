using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PolicyKeysMustBeKnownTests : RuleTests<PolicyKeysMustBeKnown>
{
    protected override CheckInput Violation => Facts.Repo().Policy("{\n  \"version\": 1,\n  \"blok\": []\n}");

    protected override CheckInput Compliance => Facts.Repo().Policy("""{ "version": 1, "block": [] }""");

    [TestMethod]
    public void NamesTheNearestKey() =>
        Says(Violation, "/repo/buildguard.json(3,3): error BG0002: \"blok\" is not a key of the policy.", "Did you mean \"block\"?");

    [TestMethod]
    public void RefusesAKeyThatCannotBeEnforcedYet() =>
        Says(Facts.Repo().Policy("""{ "version": 1, "capabilities": { "default": "deny" } }"""),
            "/repo/buildguard.json(1,17): error BG0002: \"capabilities\" is a key that this version of BuildGuard cannot enforce yet.", "Remove it");

    [TestMethod]
    public void RefusesARuleThatDoesNotExist() =>
        Says(Facts.Repo().Policy("""{ "version": 1, "rules": { "BG9999": "off" } }"""),
            "/repo/buildguard.json(1,38): error BG0002: \"rules\" names BG9999, which is not a rule of this version of BuildGuard.", "Remove the line");
}
