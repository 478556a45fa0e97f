using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SignedContentMustBeIntactTests : RuleTests<SignedContentMustBeIntact>
{
    protected override CheckInput Violation => With(new SignatureProblem(SignatureTrouble.Content, "NU3008", "The package integrity check failed."));

    protected override CheckInput Compliance => With();

    [TestMethod]
    public void NamesThePackageAndTheVerifiersCode() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG1003: Contoso.Util 1.2.0 was changed after it was signed (NU3008: The package integrity check failed).",
            "dotnet restore --force --no-http-cache");

    [TestMethod]
    public void HoldsWhereNoSignatureIsAskedFor() =>
        Only(With(new SignatureProblem(SignatureTrouble.Content, "NU3008", "x.")).Policy("""{ "version": 1, "signatures": { "default": "off" } }"""));

    [TestMethod]
    public void HoldsWhereThePackageMayBeUnsigned() =>
        Only(With(new SignatureProblem(SignatureTrouble.Content, "NU3008", "x.")).Policy("""{ "version": 1, "signatures": { "packages": [ { "id": "Contoso.*", "unsigned": true, "reason": "r" } ] } }"""));

    [TestMethod]
    public void TroubleWithTrustIsAnotherRulesMatter() => Silent(With(new SignatureProblem(SignatureTrouble.Trust, "NU3018", "The chain does not hold.")));

    private static Facts With(params SignatureProblem[] problems) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0") with { Signature = Evidence<SignatureFacts>.Of(Facts.Signed with { Problems = [.. problems] }) });
}
