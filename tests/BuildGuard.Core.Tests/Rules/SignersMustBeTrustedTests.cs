using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SignersMustBeTrustedTests : RuleTests<SignersMustBeTrusted>
{
    private const string Stranger = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
    private const string Author = $$""" "author": { "kind": "author", "certificates": [ "sha256:{{Facts.Author}}" ] } """;
    private const string Feed = $$""" "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}" ] } """;

    protected override CheckInput Violation => Asked($$""" "default": "trusted", "signers": { {{Feed}} } """, By(SignatureKind.Author, Stranger, "Mallory Ltd"));

    protected override CheckInput Compliance => Asked($$""" "default": "trusted", "signers": { {{Feed}} } """);

    [TestMethod]
    public void SaysWhoSignedAndWhoShouldHave() =>
        Says(Violation, $"/repo/Directory.Packages.props(12,5): error BG1002: Contoso.Util 1.2.0 is not signed by \"feed\", but by author \"Mallory Ltd\" (sha256:{Stranger}).",
            $$"""add to "signatures.signers" in buildguard.json: "mallory-ltd": { "kind": "author", "certificates": [ "sha256:{{Stranger}}" ] }""");

    [TestMethod]
    public void TheSignerThatItGivesResolvesIt() =>
        Silent(Asked($$""" "default": "trusted", "signers": { {{Feed}}, {{Given(Violation)}} } """, By(SignatureKind.Author, Stranger, "Mallory Ltd")));

    [TestMethod]
    [DataRow(Author)]
    [DataRow(Feed)]
    [DataRow(Author + ", " + Feed)]
    public void OneOfTheSignaturesByOneOfTheSignersIsEnough(string signers)
    {
        Silent(Asked($$""" "default": "trusted", "signers": { {{signers}} } """));
        Silent(Asked($$""" "default": "trusted", "signers": { {{signers}} }, "packages": [ { "id": "Contoso.*" } ] """));
    }

    [TestMethod]
    public void ACertificateCountsOnlyForItsKind()
    {
        Only(Asked($$""" "default": "trusted", "signers": { "x": { "kind": "repository", "certificates": [ "sha256:{{Facts.Author}}" ] } } """));
        Only(Asked($$""" "default": "trusted", "signers": { "x": { "kind": "author", "certificates": [ "sha256:{{Facts.Gallery}}" ] } } """));
    }

    [TestMethod]
    [DataRow(""" "packages": [ { "id": "Contoso.*", "signer": "author" }, { "id": "Contoso.Util", "signer": "feed" } ] """, 0)]
    [DataRow(""" "packages": [ { "id": "Contoso.*", "signer": "feed" }, { "id": "Contoso.Util", "signer": "author" } ] """, 1)]
    [DataRow(""" "packages": [ { "id": "CONTOSO.UTIL", "signer": "author" }, { "id": "*", "signer": "feed" } ] """, 1)]
    [DataRow(""" "default": "trusted", "packages": [ { "id": "Contoso.Util", "signer": "author" } ] """, 1)]
    [DataRow(""" "default": "off", "packages": [ { "id": "Contoso.Util", "signer": "author" } ] """, 1)]
    [DataRow(""" "default": "off", "packages": [ { "id": "Contoso.Util" } ] """, 0)]
    [DataRow(""" "default": "trusted", "packages": [ { "id": "Contoso.Util", "unsigned": true, "reason": "r" } ] """, 0)]
    [DataRow(""" "default": "signed" """, 0)]
    public void TheLongestEntryDecidesWhoMustSign(string rest, int findings) =>
        Assert.HasCount(findings, Evaluation.Run(Asked($$""" "signers": { {{Author}}, {{Feed}} }, {{rest}} """, By(SignatureKind.Repository, Facts.Gallery, "Gallery"))).Of("BG1002"));

    [TestMethod]
    public void ANewCertificateOfTheSignerIsOneMoreInItsList()
    {
        CheckInput input = Asked($$""" "signers": { {{Feed}} }, "packages": [ { "id": "Contoso.*", "signer": "feed" } ] """, By(SignatureKind.Repository, Stranger, "Feed"));
        const string json = $$""" "signers": { "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}", "sha256:{{Stranger}}" ] } }""";
        Says(input, $"/repo/Directory.Packages.props(12,5): error BG1002: Contoso.Util 1.2.0 is not signed by \"feed\", but by repository \"Feed\" (sha256:{Stranger}).",
            $"Only if you know from \"feed\" itself that this is a certificate of theirs, add it in buildguard.json:{json}");
        Silent(Asked($$""" {{json}}, "packages": [ { "id": "Contoso.*", "signer": "feed" } ] """, By(SignatureKind.Repository, Stranger, "Feed")));
    }

    [TestMethod]
    public void TheGallerysNextCertificateIsOneMoreBesideTheKnownOnes()
    {
        var next = By(SignatureKind.Repository, Stranger, "Gallery");
        Says(Asked(""" "packages": [ { "id": "Contoso.*", "signer": "gallery" } ] """, next),
            $"/repo/Directory.Packages.props(12,5): error BG1002: Contoso.Util 1.2.0 is not signed by \"gallery\", but by repository \"Gallery\" (sha256:{Stranger}).",
            $$"""add it in buildguard.json: "signers": { "gallery": { "kind": "repository", "certificates": [ "gallery", "sha256:{{Stranger}}" ] } }""");
    }

    [TestMethod]
    public void APinnedSignerOfTheOtherKindIsReplacedByName() =>
        Says(Asked($$""" "signers": { {{Feed}} }, "packages": [ { "id": "Contoso.*", "signer": "feed" } ] """, By(SignatureKind.Author, Facts.Author, "Gallery")),
            $"/repo/Directory.Packages.props(12,5): error BG1002: Contoso.Util 1.2.0 is not signed by \"feed\", but by author \"Gallery\" (sha256:{Facts.Author}).",
            $$"""buildguard.json: "gallery-2": { "kind": "author", "certificates": [ "sha256:{{Facts.Author}}" ] } and write "signer": "gallery-2" in the entry for "Contoso.*".""");

    [TestMethod]
    [DataRow("https://feed.gallery.example/v3/index.json", 0)]
    [DataRow("https://FEED.gallery.example:443/v3/index.json", 0)]
    [DataRow("https://feed.gallery.example/v3/INDEX.json", 1)]
    [DataRow("http://feed.gallery.example/v3/index.json", 1)]
    [DataRow("https://feed.gallery.example.evil.example/v3/index.json", 1)]
    public void ARepositorySignatureIsOfTheServiceThatItNames(string index, int findings)
    {
        CheckInput input = Asked($$""" "default": "trusted", "signers": { "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}" ], "serviceIndex": "{{index}}" } } """);
        var found = Evaluation.Run(input).Of("BG1002");
        Assert.HasCount(findings, found);
        if (findings > 0)
            Assert.AreEqual($"Contoso.Util 1.2.0 is signed with a certificate of \"feed\", but for the service https://feed.gallery.example/v3/index.json instead of {index}.", found[0].Finding.What);
    }

    /// <summary>Whoever gets hold of a certificate of the gallery's for another feed is not the gallery.</summary>
    [TestMethod]
    [DataRow("https://feed.gallery.example/v3/index.json", "the service https://feed.gallery.example/v3/index.json")]
    [DataRow("not an address", "the service not an address")]
    [DataRow(null, "no service")]
    public void TheGallerysCertificatesSignForTheGallery(string? index, string words)
    {
        foreach (var certificate in TrustedSigner.Gallery.Certificates)
        {
            var facts = By(SignatureKind.Repository, certificate, "Gallery") with { ServiceIndex = index };
            Assert.AreEqual($"Contoso.Util 1.2.0 is signed with a certificate of \"gallery\", but for {words} instead of the public gallery.",
                Only(Asked(""" "packages": [ { "id": "Contoso.*", "signer": "gallery" } ] """, facts)).Finding.What);
            Silent(Asked($$""" "default": "trusted", "signers": { "x": { "kind": "repository", "certificates": [ "gallery" ], "serviceIndex": "https://feed.gallery.example/v3/index.json" } } """,
                facts with { ServiceIndex = "https://feed.gallery.example/v3/index.json" }));
        }
    }

    [TestMethod]
    [DataRow(""" "packages": [ { "id": "*", "signer": "gallery" } ] """)]
    [DataRow(""" "default": "trusted", "signers": { "any-name": { "kind": "repository", "certificates": [ "gallery" ] } } """)]
    public void TheGalleryIsKnown(string signatures)
    {
        var package = Facts.OfGallery("Contoso.Util", "1.2.0", "contoso");
        Assert.AreEqual("", Evaluation.Run(Asked(signatures).With(package)).Codes());
        Only(Asked(signatures).With(package with { Signature = Evidence<SignatureFacts>.Of(package.Signature.Value with { ServiceIndex = package.Signature.Value.ServiceIndex + "?" }) }));
    }

    [TestMethod]
    public void WhatIsNotIntactIsToldByItsOwnRule()
    {
        var bad = Facts.Signed with { Problems = [new(SignatureTrouble.Content, "NU3008", "changed")] };
        Assert.AreEqual("BG1003", Evaluation.Run(Asked(""" "packages": [ { "id": "*", "signer": "gallery" } ] """, bad)).Codes());
        Assert.AreEqual("BG1001", Evaluation.Run(Asked(""" "packages": [ { "id": "*", "signer": "gallery" } ] """, SignatureFacts.Unsigned)).Codes());
    }

    /// <summary>A policy that turns BG1004 off still says who must sign.</summary>
    [TestMethod]
    public void ASignatureThatDoesNotHoldIsNoWayRoundTheSigners()
    {
        var doubtful = Facts.Signed with { Problems = [new(SignatureTrouble.Trust, "NU3018", "no chain")] };
        Assert.AreEqual("BG1002 BG1004", Evaluation.Run(Asked(""" "packages": [ { "id": "*", "signer": "gallery" } ] """, doubtful)).Codes());
    }

    [TestMethod]
    public void ASignatureThatNamesNobodyIsNobodys() =>
        Says(Asked($$""" "default": "trusted", "signers": { {{Author}}, {{Feed}} } """, new() { Problems = [new(SignatureTrouble.Trust, "NU3000", "names nobody")] }),
            "/repo/Directory.Packages.props(12,5): error BG1002: Contoso.Util 1.2.0 is not signed by \"author\" or \"feed\", but by nobody whom the signature names.", "Use a version that an accepted signer signed.");

    [TestMethod]
    public void AnExceptionThatTheSignerNeedsIsUsed()
    {
        const string exception = """ "packages": [ { "id": "Contoso.*", "unsigned": true, "reason": "r" } ] """;
        Assert.IsEmpty(Evaluation.Run(Asked($$""" "default": "trusted", "signers": { "gallery": { "kind": "repository", "certificates": [ "gallery" ] } }, {{exception}} """)).Findings);
        Assert.AreEqual("BG0004", Evaluation.Run(Asked($$""" "default": "trusted", "signers": { {{Feed}} }, {{exception}} """)).Codes());
        Assert.AreEqual("BG0004", Evaluation.Run(Asked(exception)).Codes());
    }

    [TestMethod]
    public void NamesOfHostileCertificatesAreHarmless()
    {
        var finding = Only(Asked($$""" "default": "trusted", "signers": { {{Feed}} } """, By(SignatureKind.Author, Stranger, "\u001b[2J\u202e\"Gallery ééé"))).Finding;
        Assert.DoesNotContain("\u001b", finding.What + finding.Fix);
        Assert.DoesNotContain("\u202e", finding.What + finding.Fix);
        Assert.Contains("\"2j-gallery\": {", finding.Fix);
    }

    private static SignatureFacts By(SignatureKind kind, string certificate, string subject) =>
        new() { Signers = [new(kind, certificate, subject, new(2026, 2, 11, 8, 0, 0, TimeSpan.Zero))] };

    private static Facts Asked(string signatures, SignatureFacts? facts = null) =>
        Facts.Repo().Policy($$"""{ "version": 1, "signatures": { {{signatures}} } }""")
            .With(Facts.Package("Contoso.Util", "1.2.0", "Serilog 4.3.0") with { Signature = Evidence<SignatureFacts>.Of(facts ?? Facts.Signed) });

    private static string Given(CheckInput input) => Only(input).Finding.Fix.Split("buildguard.json: ")[1];
}
