using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ExceptionsMustNotExpireTests : RuleTests<ExceptionsMustNotExpire>
{
    protected override CheckInput Violation => With("2026-05-31");

    protected override CheckInput Compliance => With("2026-06-01");

    [TestMethod]
    public void NamesTheDayAndTheReason()
    {
        Says(Violation, "/repo/buildguard.json(3,5): error BG0005: The exception for \"Contoso.*\" in \"signatures.packages\" ended on 2026-05-31.", "\"expires\"");
        Assert.Contains("internal feed", Only(Violation).Finding.Why);
    }

    [TestMethod]
    public void AnApprovalExpiresAsWell() =>
        Says(Facts.Repo().Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Old.*", "kinds": [ "scripts" ], "reason": "r", "expires": "2020-02-29" } ] } }"""),
            "/repo/buildguard.json(1,46): error BG0005: The exception for \"Old.*\" in \"buildScripts.allow\" ended on 2020-02-29.");

    [TestMethod]
    public void WithoutADayItDoesNotEnd() => Silent(Facts.Repo().Policy("""{ "version": 1, "signatures": { "packages": [ { "id": "Contoso.*", "unsigned": true, "reason": "r" } ] } }"""));

    private static Facts With(string day) => Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0")).Policy($$"""
        { "version": 1,
          "signatures": { "packages": [
            { "id": "Contoso.*", "unsigned": true, "reason": "internal feed", "expires": "{{day}}" } ] } }
        """);
}
