using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class TrustMustNotDowngradeTests : RuleTests<TrustMustNotDowngrade>
{
    private const string Place = "/repo/Directory.Packages.props(12,5): error BG1006: Serilog 4.3.0 ";
    private const string Stranger = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    protected override CheckInput Violation => Now(Facts.Signed with { Owners = ["mallory"] });

    protected override CheckInput Compliance => Now(Facts.Signed);

    [TestMethod]
    public void TheSignatureIsGone()
    {
        CheckInput stripped = Now(SignatureFacts.Unsigned);
        Says(stripped, Place + "was signed by sha256:aaaaaaaa… when it was locked, and is not signed now.", "somebody took the signature away. Delete /packages/serilog/4.3.0 and run dotnet restore --force");
        Assert.DoesNotContain("buildguard lock", Only(stripped).Finding.Fix);
        Assert.AreEqual("BG1001 BG1006", Evaluation.Run(stripped).Codes());
    }

    /// <summary>No policy tolerates it: an exception for packages that nobody signs is none for one whose signature was taken away.</summary>
    [TestMethod]
    [DataRow(""" "default": "off" """)]
    [DataRow(""" "packages": [ { "id": "Serilog", "unsigned": true, "reason": "r" } ] """)]
    public void TheSignatureIsGoneWhereNoneIsAskedFor(string signatures) =>
        Assert.AreEqual("BG1006", Evaluation.Run(Now(SignatureFacts.Unsigned).Policy($$"""{ "version": 1, "signatures": { {{signatures}} } }""")).Codes());

    [TestMethod]
    public void OtherOwners()
    {
        Says(Violation, Place + "belongs to mallory, and belonged to alpha and serilog when it was locked.", "take it from version control", "Only if the change is meant, run: buildguard lock");
        Says(Now(Facts.Signed with { Owners = ["serilog", "alpha", "mallory"] }), Place + "belongs to serilog, alpha and mallory, and belonged to alpha and serilog when it was locked.");
        Says(Now(Facts.Signed with { Owners = ["serilog"] }), Place + "belongs to serilog, and belonged to alpha and serilog when it was locked.");
        Says(Now(Facts.Signed with { Owners = [] }), Place + "belongs to nobody, and belonged to alpha and serilog when it was locked.");
        Silent(Now(Facts.Signed with { Owners = ["SERILOG", "Alpha", "alpha"] }));
    }

    [TestMethod]
    public void AnotherSigner()
    {
        var other = Facts.Signed with { Signers = [new(SignatureKind.Author, Stranger, "Mallory Ltd", null), .. Facts.Signed.Signers.Skip(1)] };
        Says(Now(other), Place + "is signed by Mallory Ltd (sha256:cccccccc…), and was signed by sha256:aaaaaaaa… when it was locked.");
        Says(Now(other with { Owners = ["x"] }), Place + "is signed by Mallory Ltd (sha256:cccccccc…), and was signed by sha256:aaaaaaaa… when it was locked; it belongs to x, and belonged to alpha and serilog when it was locked.");
        // The author's signature is cut out, the repository's is left.
        Says(Now(Facts.Signed with { Signers = [Facts.Signed.Repository!] }), Place + "is signed by CN=Gallery (sha256:bbbbbbbb…), and was signed by sha256:aaaaaaaa… when it was locked.");
    }

    [TestMethod]
    public void AnotherCertificateOfTheSameSignerIsOnlyNewToTheLock()
    {
        var policy = $$"""{ "version": 1, "signatures": { "signers": { "us": { "kind": "author", "certificates": [ "sha256:{{Facts.Author}}", "sha256:{{Stranger}}" ] } } } }""";
        var renewed = Facts.Signed with { Signers = [Facts.Signed.Author! with { Certificate = Stranger }, Facts.Signed.Repository!] };
        Assert.AreEqual("BG1006", Evaluation.Run(Now(renewed)).Codes());
        Assert.AreEqual("BG2004", Evaluation.Run(Now(renewed).Policy(policy)).Codes());
        Assert.Contains("is signed by gallery (sha256:0e5f38f5…), and was signed by us (sha256:aaaaaaaa…)", Only(Now(Facts.OfGallery("Serilog", "4.3.0", "alpha", "serilog").Signature.Value).Policy(policy)).Finding.What);
    }

    /// <summary>A signature where the lock has none is no loss: the lock is not current, or somebody edited it.</summary>
    [TestMethod]
    public void ASignatureMoreIsNoDowngrade()
    {
        Assert.AreEqual("BG2004", Evaluation.Run(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Signer = null, Owners = [], Published = null }] })).Codes());
        Assert.AreEqual("BG2004", Evaluation.Run(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Owners = [] }] })).Codes());
    }

    [TestMethod]
    public void WhatOtherRulesSayIsNotSaidTwice()
    {
        Silent(Now(SignatureFacts.Unsigned).NoLock());
        Assert.AreEqual("BG2002", Evaluation.Run(Now(Facts.Signed with { Owners = [] }).Lock(l => l with { Packages = [l.Packages[0] with { ContentHash = "sha512-" + Facts.Hash("other") }] })).Codes());
        Assert.AreEqual("BG1003", Evaluation.Run(Now(Facts.Signed with { Owners = [], Problems = [new(SignatureTrouble.Content, "NU3008", "changed")] })).Codes());
    }

    [TestMethod]
    public void APackIsNoException()
    {
        var pack = Facts.Package("App.Runtime.linux-x64", "1.0.0");
        var stripped = pack with { Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned) };
        Assert.Contains("App.Runtime.linux-x64 1.0.0 was signed by", Only(Facts.Repo().WithPacks(stripped).Lock(l => l with { Packs = [Facts.Locked(pack)] })).Finding.What);
    }

    /// <summary>The package as it was locked, with other signatures now.</summary>
    private static Facts Now(SignatureFacts now)
    {
        var package = Facts.Package("Serilog", "4.3.0");
        return Facts.Repo().With(package with { Signature = Evidence<SignatureFacts>.Of(now) }).Lock(l => l with { Packages = [Facts.Locked(package)] });
    }
}
