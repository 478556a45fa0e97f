using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SignaturesMustBeValidTests : RuleTests<SignaturesMustBeValid>
{
    private static readonly SignatureProblem Chain = new(SignatureTrouble.Trust, "NU3018", "The author primary signature's signing certificate is not trusted.");

    protected override CheckInput Violation => With(Chain);

    protected override CheckInput Compliance => With();

    [TestMethod]
    public void GivesTheExactEntry() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG1004: Contoso.Util 1.2.0 carries a signature that does not hold (NU3018: The author primary signature's signing certificate is not trusted).",
            """in "signatures.packages" in buildguard.json: { "id": "Contoso.Util", "unsigned": true, "reason": "…" }""");

    [TestMethod]
    [DataRow("""{ "default": "off" }""")]
    [DataRow("""{ "packages": [ { "id": "Contoso.Util", "unsigned": true, "reason": "…" } ] }""")]
    public void SilentWhereAnUnsignedPackageWouldPass(string signatures)
    {
        CheckInput input = With(Chain).Policy($$"""{ "version": 1, "signatures": {{signatures}} }""");
        Assert.AreEqual("", Evaluation.Run(input).Codes());
    }

    [TestMethod]
    [DataRow("""{ "default": "signed" }""")]
    [DataRow("""{ "default": "off", "packages": [ { "id": "Contoso.*" } ] }""")]
    [DataRow("""{ "packages": [ { "id": "*", "unsigned": true, "reason": "r" }, { "id": "Contoso.*" } ] }""")]
    public void FiresWhereTheLongestEntryAsksForASignature(string signatures) => Only(With(Chain).Policy($$"""{ "version": 1, "signatures": {{signatures}} }"""));

    [TestMethod]
    public void ChangedContentIsToldOnceAndWorse()
    {
        CheckInput input = With(new SignatureProblem(SignatureTrouble.Content, "NU3008", "x."), Chain);
        Assert.AreEqual("BG1003", Evaluation.Run(input).Codes());
    }

    private static Facts With(params SignatureProblem[] problems) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0") with { Signature = Evidence<SignatureFacts>.Of(Facts.Signed with { Problems = [.. problems] }) });
}
