using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustNotBeBlockedTests : RuleTests<PackagesMustNotBeBlocked>
{
    private const string Where = "/repo/Directory.Packages.props(12,5): error BG3001: ";

    protected override CheckInput Violation => Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,2.0)", "reason": "leaks handles.", "use": "Contoso.Core" }""");

    protected override CheckInput Compliance => Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,1.2.0)", "reason": "leaks handles" }""");

    [TestMethod]
    public void NamesTheEntryAndTheReplacement() =>
        Says(Violation, Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): leaks handles.", "Replace the reference by Contoso.Core; then dotnet restore and buildguard lock");

    [TestMethod]
    public void SuggestsAVersionOutsideTheRange() =>
        Says(Blocking("""{ "id": "*.util", "versions": "[1.0,2.0)", "reason": "r" }"""), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "Choose a version outside (>= 1.0.0 && < 2.0.0), or remove the reference; then");

    [TestMethod]
    public void AWholeIdIsRemoved() => Says(Blocking("""{ "id": "Contoso.*", "reason": "r" }"""), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "Remove the reference; then");

    [TestMethod]
    [DataRow("", "update or replace that; then")]
    [DataRow(", \"use\": \"Good\"", "update or replace that (the policy suggests Good); then")]
    public void NamesThePackageThatBringsItIn(string use, string fix) =>
        Says(Blocking($$"""{ "id": "Contoso.Util", "reason": "r"{{use}} }""", "Serilog 4.3.0"), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "It comes in through Serilog 4.3.0: " + fix);

    [TestMethod]
    public void AReasonCannotWriteToTheTerminal() =>
        Says(Blocking("""{ "id": "Contoso.*", "reason": "a\u001b[2Jb" }"""), Where + @"Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): a\u001b[2Jb.");

    [TestMethod]
    [DataRow("[1.2.0]", true)]
    [DataRow("[1.2.0-alpha,1.2.0)", false)]
    [DataRow("1.2.0", true)]
    [DataRow("1.2.1", false)]
    [DataRow("(,1.2.0]", true)]
    [DataRow("(1.2.0,)", false)]
    public void RangesAreNuGets(string range, bool blocked) =>
        Assert.HasCount(blocked ? 1 : 0, Evaluation.Run(Blocking($$"""{ "id": "Contoso.Util", "versions": "{{range}}", "reason": "r" }""")).Of(Code));

    [TestMethod]
    public void APrereleaseInTheRangeIsBlockedAsWell() =>
        Only(Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,2.0)", "reason": "r" }""").With(Facts.Package("Contoso.Util", "1.5.0-beta.1")));

    private static Facts Blocking(string entry, params string[] through) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0", through)).Policy("{ \"version\": 1, \"block\": [\n  " + entry + " ] }");
}
