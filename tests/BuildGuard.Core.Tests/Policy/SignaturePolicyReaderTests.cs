using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Tests.Policy;

[TestClass]
public sealed class SignaturePolicyReaderTests
{
    private const string A = "sha256:AAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [TestMethod]
    public void ReadsSignersAndWhoIsAskedFor()
    {
        var policy = Good($$"""
            "default": "trusted",
            "signers": { "own": { "kind": "author", "certificates": [ "{{A}}" ] }, "feed": { "kind": "repository", "certificates": [ "{{A}}" ], "serviceIndex": "http://feed.own.example/" } },
            "packages": [ { "id": "Own.*", "signer": "own" }, { "id": "Serilog", "signer": "gallery", "owners": [ "serilog", "a" ], "reason": "only for people" }, { "id": "Plain" } ]
            """);
        Assert.AreEqual(SignatureRequirement.Trusted, policy.Default);
        Assert.AreEqual($"Author {Facts.Author} ; Repository {Facts.Author} http://feed.own.example/", string.Join("; ", policy.Signers.Select(s => $"{s.Kind} {s.Certificates.Single()} {s.ServiceIndex}")));
        Assert.AreEqual("own , gallery serilog a,  ", string.Join(", ", policy.Packages.Select(p => $"{p.Signer?.Name} {string.Join(' ', p.Owners)}")));
        Assert.AreSame(TrustedSigner.Gallery, policy.Packages[1].Signer);
        Assert.AreEqual("own feed gallery", string.Join(' ', policy.Known.Select(s => s.Name)));
    }

    [TestMethod]
    public void TheGallerysCertificatesStandForThemselvesInAList()
    {
        var signer = Good($$"""  "signers": { "gallery": { "kind": "repository", "certificates": [ "gallery", "{{A}}" ] } }  """).Known.Single();
        Assert.IsTrue(signer.IsGallery);
        Assert.IsTrue(signer.Certificates.SetEquals(TrustedSigner.Gallery.Certificates.Add(Facts.Author)));
    }

    /// <summary>Who lists the gallery's certificates by hand means the gallery: its address is checked as well.</summary>
    [TestMethod]
    public void TheGalleryByAnyOtherNameIsTheGallery()
    {
        Assert.IsTrue(Good($$"""  "signers": { "x": { "kind": "repository", "certificates": [ "sha256:{{TrustedSigner.Gallery.Certificates.First().ToUpperInvariant()}}" ] } }  """).Signers.Single().IsGallery);
        Assert.IsFalse(Good($$"""  "signers": { "gallery": { "kind": "repository", "certificates": [ "{{A}}" ] } }  """).Known.Single().IsGallery);
    }

    /// <summary>Who pins one certificate of the gallery gets that one back, when a message says what to write.</summary>
    [TestMethod]
    public void WhatASignerIsWrittenAsIsWhatItIs()
    {
        foreach (var member in (string[])[
            """gallery": { "kind": "repository", "certificates": [ "gallery" ] }""",
            $$"""x": { "kind": "repository", "certificates": [ "gallery", "sha256:{{Facts.Author}}" ], "serviceIndex": "https://feed.own.example/" }""",
            $$"""x": { "kind": "repository", "certificates": [ "sha256:{{TrustedSigner.Gallery.Certificates.Last()}}" ] }""",
            $$"""x": { "kind": "author", "certificates": [ "sha256:{{Facts.Author}}", "sha256:{{Facts.Gallery}}" ] }"""])
        {
            Assert.AreEqual('"' + member, Good($$"""  "signers": { "{{member}} }  """).Signers.Single().ToJson());
        }
    }

    [TestMethod]
    [DataRow("""  "default": "trusted"  """, "(1,44)", "\"signatures.default\" is \"trusted\", but \"signatures.signers\" names nobody.", "\"signers\": { \"gallery\": { \"kind\": \"repository\", \"certificates\": [ \"gallery\" ] } }")]
    [DataRow("""  "default": "trusted", "signers": {}  """, "(1,44)", "names nobody.", "\"certificates\": [ \"gallery\" ]")]
    [DataRow("""  "signers": { "a": { "certificates": [ "gallery" ] } }  """, "(1,51)", "An entry of \"signatures.signers.a\" has no \"kind\".", "Add \"kind\": \"author\".")]
    [DataRow("""  "signers": { "a": { "kind": "repository" } }  """, "(1,51)", "has no \"certificates\".", "Add \"certificates\": [ … ].")]
    [DataRow("""  "signers": { "a": { "kind": "repo", "certificates": [ "gallery" ] } }  """, "(1,61)", "\"signatures.signers.a.kind\" is \"repo\", but must be one of author, repository.", "author, repository")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "sha256:abc" ] } }  """, "(1,89)", "\"signatures.signers.a.certificates\" is \"sha256:abc\", but must be \"sha256:\" and 64 hexadecimal digits, or \"gallery\".", "Write \"sha256:\"")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "AAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" ] } }  """, "(1,89)", "64 hexadecimal digits", "Write \"sha256:\"")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "sha256:gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" ] } }  """, "(1,89)", "64 hexadecimal digits", "Write \"sha256:\"")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [] } }  """, "(1,87)", "The signer \"a\" has no certificate, so nobody can be it.", "Add the SHA-256")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "gallery" ] } }  """, "(1,89)", "The signer \"a\" is an author, and the certificates of \"gallery\" sign as a repository.", "Write \"kind\": \"repository\"")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" ], "serviceIndex": "https://a.example" } }  """, "(1,182)", "only repository signatures name a service index.", "Remove \"serviceIndex\"")]
    [DataRow("""  "signers": { "a": { "kind": "repository", "certificates": [ "gallery" ], "serviceIndex": "feed.example" } }  """, "(1,122)", "\"signatures.signers.a.serviceIndex\" is \"feed.example\", but must be an absolute http or https address.", "Write an absolute")]
    [DataRow("""  "signers": { "a": { "kind": "repository", "certificates": [ "gallery" ], "serviceIndex": "file:///feed" } }  """, "(1,122)", "must be an absolute http or https address.", "Write an absolute")]
    [DataRow("""  "packages": [ { "id": "A", "signer": "galery" } ]  """, "(1,70)", "The entry for \"A\" in \"signatures.packages\" names the signer \"galery\", which nothing defines.", "Did you mean \"gallery\"? The signers are gallery.")]
    [DataRow("""  "packages": [ { "id": "A", "signer": "somebody else entirely" } ]  """, "(1,70)", "which nothing defines.", "Define it in \"signatures.signers\"; the signers are gallery.")]
    [DataRow("""  "packages": [ { "id": "A", "owners": [ "a" ] } ]  """, "(1,70)", "names owners, but no repository that vouches for them.", "such as \"signer\": \"gallery\"")]
    [DataRow("""  "signers": { "a": { "kind": "author", "certificates": [ "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" ] } }, "packages": [ { "id": "A", "signer": "a", "owners": [ "a" ] } ]  """, "(1,222)", "no repository that vouches for them.", "such as \"signer\": \"gallery\"")]
    [DataRow("""  "packages": [ { "id": "A", "signer": "gallery", "owners": [] } ]  """, "(1,91)", "accepts no owner at all.", "Name an owner")]
    [DataRow("""  "packages": [ { "id": "A", "signer": "gallery", "unsigned": true, "reason": "r" } ]  """, "(1,70)", "says both who must sign and that nobody need.", "Remove \"unsigned\" or \"signer\".")]
    [DataRow("""  "packages": [ { "id": "A", "signer": "gallery", "expires": "2027-01-01" } ]  """, "(1,92)", "has an end, but is no exception.", "Remove \"expires\"")]
    public void RefusesAValue(string signatures, string place, string what, string fix)
    {
        var problems = Facts.ReadPolicy(Policy(signatures)).Problems;
        Assert.HasCount(1, problems, string.Join('\n', problems.Select(p => p.What)));
        Assert.AreEqual((PolicyTrouble.Value, Facts.PolicyPath + place), (problems[0].Trouble, problems[0].Location.ToString()));
        Assert.Contains(what, problems[0].What);
        Assert.Contains(fix, problems[0].Fix);
    }

    [TestMethod]
    public void AMisspeltKeyHasANearestOne()
    {
        var problem = Facts.ReadPolicy(Policy("""  "signers": { "a": { "kind": "author", "certificats": [] } }  """)).Problems[0];
        Assert.AreEqual((PolicyTrouble.Key, "\"signatures.signers.a.certificats\" is not a key of the policy."), (problem.Trouble, problem.What));
        Assert.StartsWith("Did you mean \"certificates\"?", problem.Fix);
    }

    [TestMethod]
    public void ASharedPolicyDefinesWhatTheReposEntriesName()
    {
        var org = Tree($$"""  "default": "trusted", "signers": { "own": { "kind": "author", "certificates": [ "{{A}}" ] } }  """, "/repo/policies/org.json");
        var policy = PolicyReader.Build(PolicyReader.Overlay([org, Tree("""  "packages": [ { "id": "Own.*", "signer": "own" } ]  """, Facts.PolicyPath)]), out var problems);
        Assert.IsEmpty(problems);
        Assert.AreEqual(SignatureKind.Author, policy.Signatures.Packages.Single().Signer!.Kind);
        PolicyReader.Build(PolicyReader.Overlay([org, Tree("""  "packages": [ { "id": "Own.*", "signer": "owm" } ]  """, Facts.PolicyPath)]), out problems);
        Assert.Contains("Did you mean \"own\"?", problems.Single().Fix);
    }

    private static string Policy(string signatures) => $$"""{ "version": 1, "signatures": { {{signatures.Trim()}} } }""";

    private static SignaturePolicy Good(string signatures)
    {
        var document = Facts.ReadPolicy(Policy(signatures));
        Assert.IsEmpty(document.Problems, document.Problems.FirstOrDefault()?.What);
        return document.Policy!.Signatures;
    }

    private static BuildGuard.Core.Json.JsonValue Tree(string signatures, string path) => PolicyReader.ReadFile(System.Text.Encoding.UTF8.GetBytes(Policy(signatures)), path).Tree!;
}
