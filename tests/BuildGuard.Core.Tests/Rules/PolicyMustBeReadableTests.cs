using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PolicyMustBeReadableTests : RuleTests<PolicyMustBeReadable>
{
    protected override CheckInput Violation => Facts.Repo().Policy("{ \"version\": 1,\n  \"mode\" \"audit\" }");

    protected override CheckInput Compliance => Facts.Repo().Policy("// a comment\n{ \"version\": 1, }");

    [TestMethod]
    public void PointsAtThePlace() =>
        Says(Violation, "/repo/buildguard.json(2,10): error BG0001: The policy cannot be read: it is not JSON: '\"' is invalid after a property name. Expected a ':'.", "Correct the file");

    [TestMethod]
    public void CannotDecide() => Assert.AreEqual(2, Evaluation.Run(Violation).ExitCode);

    [TestMethod]
    public void NoRuleThatNeedsAPolicyRuns()
    {
        CheckInput input = Facts.Repo().Policy("{").With(Facts.Unsigned("Contoso.Util", "1.2.0"));
        Assert.AreEqual("BG0001", Evaluation.Run(input).Codes());
        Assert.ThrowsExactly<InvalidOperationException>(() => input.Policy);
    }
}
