using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class OwnersMustBeTrustedTests : RuleTests<OwnersMustBeTrusted>
{
    protected override CheckInput Violation => Asked("serilog", "mallory");

    protected override CheckInput Compliance => Asked("serilog", "alpha", "serilog");

    [TestMethod]
    public void SaysBothAndGivesTheListThatAcceptsThem()
    {
        Says(Asked("serilog", "mallory", "trent"),
            "/repo/Directory.Packages.props(12,5): error BG1005: Serilog 4.3.0 belongs to mallory and trent, and not to \"serilog\" as buildguard.json(5,7) asks.",
            """write in the entry for "Serilog*" in buildguard.json: "owners": [ "serilog", "mallory", "trent" ]""");
        Silent(Asked("serilog\", \"mallory\", \"trent", "mallory", "trent"));
    }

    [TestMethod]
    [DataRow("SERILOG", 0)]
    [DataRow("x\", \"Serilog", 0)]
    [DataRow("seril", 1)]
    [DataRow("serilog ", 1)]
    public void CaseDoesNotCount(string accepted, int findings) => Assert.HasCount(findings, Evaluation.Run(Asked(accepted, "serilog", "alpha")).Of("BG1005"));

    [TestMethod]
    public void ASignatureWithoutOwnersHasNone() =>
        Says(Asked("serilog"), "/repo/Directory.Packages.props(12,5): error BG1005: Serilog 4.3.0 belongs to nobody, and not to \"serilog\" as buildguard.json(5,7) asks.",
            "Use a version whose repository signature names an owner");

    [TestMethod]
    public void TheLongestEntryDecides()
    {
        var facts = Facts.Repo().Policy($$"""
            { "version": 1, "signatures": { "signers": { "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}" ] } }, "packages": [
              { "id": "Serilog.*", "signer": "feed", "owners": [ "nobody" ] }, { "id": "S*", "signer": "feed", "owners": [ "nobody" ] }, { "id": "Serilog", "signer": "feed" } ] } }
            """);
        Silent(facts);
        Only(facts.With(Facts.Package("Serilog.Sinks", "1.0.0")));
    }

    [TestMethod]
    public void UnsignedOrChangedIsToldByItsOwnRule()
    {
        Assert.AreEqual("BG1001", Evaluation.Run(Asked(SignatureFacts.Unsigned)).Codes());
        Assert.AreEqual("BG1003", Evaluation.Run(Asked(Facts.Signed with { Owners = [], Problems = [new(SignatureTrouble.Content, "NU3008", "changed")] })).Codes());
        Assert.AreEqual("BG1004 BG1005", Evaluation.Run(Asked(Facts.Signed with { Owners = [], Problems = [new(SignatureTrouble.Trust, "NU3018", "no chain")] })).Codes());
    }

    [TestMethod]
    public void AnOwnerCannotWriteToTheTerminal()
    {
        var finding = Only(Asked("serilog", "\u001b[2J\u202e")).Finding;
        Assert.AreEqual(finding.What + finding.Fix, Printable.Of(finding.What + finding.Fix, 10_000));
    }

    private static Facts Asked(string accepted, params string[] owners) => Asked(Facts.Signed with { Owners = [.. owners] }, accepted);

    private static Facts Asked(SignatureFacts facts, string accepted = "serilog") => Facts.Repo()
        .Policy($$"""
            {
              "version": 1,
              "signatures": {
                "packages": [
                  { "id": "Serilog*", "signer": "feed", "owners": [ "{{accepted}}" ] },
                ],
                "signers": { "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}" ] } },
              },
            }
            """)
        .With(Facts.Package("Serilog", "4.3.0") with { Signature = Evidence<SignatureFacts>.Of(facts) });
}
