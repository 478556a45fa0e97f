using BuildGuard.Core.Graph;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustBeSignedTests : RuleTests<PackagesMustBeSigned>
{
    protected override CheckInput Violation => Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0", "Serilog 4.3.0"));

    protected override CheckInput Compliance => Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0", "Serilog 4.3.0"));

    [TestMethod]
    public void AdvisesNoExceptionForAPackageThatWasSignedWhenItWasLocked() =>
        Says(Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0")).Lock(l => l with { Packages = [l.Packages[0] with { Signer = "sha256:" + Facts.Author }] }),
            "/repo/Directory.Packages.props(12,5): error BG1001: Contoso.Util 1.2.0 is not signed.", "Do not make an exception for it: it was signed when it was locked (BG1006).");

    [TestMethod]
    public void GivesTheExactEntry()
    {
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG1001: Contoso.Util 1.2.0 is not signed.",
            """to "signatures.packages" in buildguard.json: { "id": "Contoso.Util", "unsigned": true, "reason": "…" }""");
        Assert.AreEqual("App > Serilog 4.3.0 > Contoso.Util 1.2.0", FindingText.PathOf(Only(Violation).Finding));
        Assert.AreEqual(1, Evaluation.Run(Violation).ExitCode);
    }

    [TestMethod]
    public void TheEntryThatItGivesResolvesIt() =>
        Silent(Unsigned("""{ "packages": [ { "id": "Contoso.Util", "unsigned": true, "reason": "…" } ] }"""));

    [TestMethod]
    [DataRow("""{ "default": "off" }""")]
    [DataRow("""{ "packages": [ { "id": "contoso.*", "unsigned": true, "reason": "r" } ] }""")]
    [DataRow("""{ "packages": [ { "id": "*" }, { "id": "Contoso.U*", "unsigned": true, "reason": "r" } ] }""")]
    public void SilentWhereThePolicyToleratesIt(string signatures) => Silent(Unsigned(signatures));

    [TestMethod]
    [DataRow("""{ "default": "signed" }""")]
    [DataRow("""{ "default": "off", "packages": [ { "id": "Contoso.*" } ] }""")]
    [DataRow("""{ "default": "off", "packages": [ { "id": "Contoso.*", "unsigned": false } ] }""")]
    [DataRow("""{ "packages": [ { "id": "Contoso.*", "unsigned": true, "reason": "r" }, { "id": "Contoso.Util", "unsigned": false } ] }""")]
    [DataRow("""{ "packages": [ { "id": "Contoso", "unsigned": true, "reason": "r" } ] }""")]
    public void FiresWhereTheLongestEntryDoesNotTolerateIt(string signatures) => Only(Unsigned(signatures));

    [TestMethod]
    public void ABrokenSignatureIsNotAnUnsignedPackage() =>
        Silent(Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0") with
        {
            Signature = Evidence<SignatureFacts>.Of(new() { Problems = [new(SignatureTrouble.Content, "NU3008", "The package was changed.")] }),
        }));

    private static Facts Unsigned(string signatures) =>
        Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0")).Policy($$"""{ "version": 1, "signatures": {{signatures}} }""");
}
