using BuildGuard.Core.Policy;
using BuildGuard.Core.Weakening;

namespace BuildGuard.Core.Tests.Weakening;

[TestClass]
public sealed class PolicyWeakeningTests
{
    private const string Aa = "sha256:" + Facts.Author;
    private const string Bb = "sha256:" + Facts.Gallery;

    // Each row is a weakening one way and none the other way: before, after, what is said.
    [TestMethod]
    [DataRow(""" "mode": "enforce" """, """ "mode": "audit" """, "mode: \"enforce\" became \"audit\": violations are warnings")]
    [DataRow(""" "gate": "required" """, "", "gate: \"required\" became \"optional\"")]
    [DataRow(""" "strictExceptions": true """, "", "strictExceptions: exceptions need no end any more")]
    [DataRow(""" "hashes": { "extracted": "full" } """, "", "hashes.extracted: \"full\" became \"fast\": files whose stat did not change are not hashed")]
    [DataRow(""" "toolchain": "pinned" """, """ "toolchain": "off" """, "toolchain: \"pinned\" became \"off\"")]
    [DataRow("", """ "network": { "build": "report" } """, "network.build: \"deny\" became \"report\": builds have the network, and what uses it is listed")]
    [DataRow(""" "network": { "build": "report" } """, """ "network": { "build": "allow" } """, "network.build: it became \"allow\": builds have the network, and nobody looks")]
    [DataRow("", """ "network": { "whenUnavailable": "warn" } """, "network.whenUnavailable: \"fail\" became \"warn\": builds that cannot be sealed go on")]
    [DataRow("", """ "buildScripts": { "default": "allow" } """, "buildScripts.default: \"deny\" became \"allow\": packages run in builds without an approval")]
    [DataRow("", """ "buildScripts": { "whenDenied": "exclude" } """, "buildScripts.whenDenied: \"fail\" became \"exclude\": what is not approved is left out without an error")]
    [DataRow("", """ "buildScripts": { "allow": [ { "id": "A", "kinds": [ "targets" ], "reason": "r" } ] } """, "buildScripts.allow: \"A\" may run targets now (r)")]
    [DataRow(""" "buildScripts": { "allow": [ { "id": "A", "kinds": [ "targets" ], "reason": "r" } ] } """, """ "buildScripts": { "allow": [ { "id": "A*", "kinds": [ "targets" ], "reason": "r" } ] } """, "buildScripts.allow: \"A*\" may run targets now (r)")]
    [DataRow(""" "buildScripts": { "allow": [ { "id": "A", "kinds": [ "props" ], "reason": "r" } ] } """, """ "buildScripts": { "allow": [ { "id": "a", "kinds": [ "props", "tasks" ], "reason": "r" } ] } """, "buildScripts.allow: \"a\" may run tasks now (r)")]
    [DataRow(""" "buildScripts": { "allow": [ { "id": "A", "kinds": [ "props" ], "reason": "r", "expires": "2026-07-01" } ] } """, """ "buildScripts": { "allow": [ { "id": "A", "kinds": [ "props" ], "reason": "r", "expires": "2027-07-01" } ] } """, "buildScripts.allow: \"A\" is tolerated until 2027-07-01, and was until 2026-07-01")]
    [DataRow(""" "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r", "expires": "2026-07-01" } ] } """, """ "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r" } ] } """, "signatures.packages: \"A\" is tolerated without an end, and was until 2026-07-01")]
    [DataRow("", """ "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r" } ] } """, "signatures.packages: \"A\": no signature is asked for any more")]
    [DataRow("", """ "signatures": { "default": "off" } """, "signatures: packages that no entry names: no signature is asked for any more")]
    [DataRow(""" "signatures": { "default": "trusted", "signers": { "us": { "kind": "author", "certificates": [ "AA" ] } } } """, """ "signatures": { "signers": { "us": { "kind": "author", "certificates": [ "AA" ] } } } """, "signatures: packages that no entry names: anybody may sign now, and not only those who were named")]
    [DataRow(""" "signatures": { "default": "trusted", "signers": { "us": { "kind": "author", "certificates": [ "AA" ] } } } """, """ "signatures": { "default": "trusted", "signers": { "us": { "kind": "author", "certificates": [ "AA" ] }, "them": { "kind": "author", "certificates": [ "BB" ] } } } """, "signatures: packages that no entry names: \"them\" may sign with certificates, or for services, that were not accepted")]
    [DataRow(""" "signatures": { "default": "trusted", "signers": { "us": { "kind": "repository", "certificates": [ "AA" ], "serviceIndex": "https://a.example/" } } } """, """ "signatures": { "default": "trusted", "signers": { "us": { "kind": "repository", "certificates": [ "AA" ] } } } """, "signatures: packages that no entry names: \"us\" may sign with certificates, or for services, that were not accepted")]
    [DataRow(""" "signatures": { "signers": { "us": { "kind": "author", "certificates": [ "AA" ] } } } """, """ "signatures": { "signers": { "us": { "kind": "author", "certificates": [ "AA", "BB" ] } } } """, "signatures.signers: \"us\" gained bbbbbbbbbbbb…")]
    [DataRow(""" "signatures": { "packages": [ { "id": "A*", "signer": "gallery", "owners": [ "x" ] } ] } """, """ "signatures": { "packages": [ { "id": "A*", "signer": "gallery", "owners": [ "x", "y" ] } ] } """, "signatures.packages: \"A*\": the owner y may have it now")]
    [DataRow(""" "signatures": { "packages": [ { "id": "A*", "signer": "gallery", "owners": [ "x" ] } ] } """, """ "signatures": { "packages": [ { "id": "A*", "signer": "gallery" } ] } """, "signatures.packages: \"A*\": any owner is accepted now")]
    [DataRow(""" "signatures": { "packages": [ { "id": "A*", "signer": "gallery", "owners": [ "x" ] } ] } """, """ "signatures": { "packages": [ { "id": "A*", "signer": "gallery", "owners": [ "x" ] }, { "id": "A.Evil", "signer": "gallery" } ] } """, "signatures.packages: \"A.Evil\": any owner is accepted now")]
    [DataRow(""" "signatures": { "default": "off", "packages": [ { "id": "A" } ] } """, """ "signatures": { "default": "off" } """, "signatures.packages: \"A\": no signature is asked for any more")]
    [DataRow(""" "sources": { "a": { "url": "https://a.example/" } } """, "", "sources: the list is gone: packages may come from anywhere")]
    [DataRow(""" "sources": { "a": { "url": "https://a.example/" } } """, """ "sources": { "a": { "url": "https://a.example/" }, "b": { "url": "https://b.example/" } } """, "sources: packages that no entry names may come from \"b\" now")]
    [DataRow(""" "sources": { "a": { "url": "https://a.example/" }, "c": { "url": "https://c.example/", "packages": [ "Contoso.*" ], "exclusive": true } } """, """ "sources": { "a": { "url": "https://a.example/" }, "c": { "url": "https://c.example/", "packages": [ "Contoso.*" ] } } """, "sources: \"Contoso.*\" may come from \"a\" now, and came only from \"c\"")]
    [DataRow(""" "sources": { "a": { "url": "https://a.example/" }, "c": { "url": "https://c.example/", "packages": [ "Contoso.*" ], "exclusive": true } } """, """ "sources": { "a": { "url": "https://a.example/", "packages": [ "*", "Contoso.Util" ] }, "c": { "url": "https://c.example/", "packages": [ "Contoso.*" ], "exclusive": true } } """, "sources: \"Contoso.Util\" may come from \"a\" now, and came only from \"c\"")]
    [DataRow(""" "block": [ { "id": "Evil*", "reason": "r" } ] """, """ "block": [ { "id": "Evil.A", "reason": "r" } ] """, "block: \"Evil*\" is not blocked any more, or not all of it")]
    [DataRow(""" "block": [ { "id": "Evil", "versions": "[1.0,3.0)", "reason": "r" } ] """, """ "block": [ { "id": "Evil", "versions": "[1.0,2.0)", "reason": "r" } ] """, "block: \"Evil\" [1.0,3.0) is not blocked any more, or not all of it")]
    [DataRow(""" "allow": [ { "id": "A" } ] """, """ "allow": null """, "allow: the list is gone: any package is accepted")]
    [DataRow(""" "allow": [ { "id": "A", "versions": "[1.0]" } ] """, """ "allow": [ { "id": "A", "versions": "1.0" } ] """, "allow: \"A\" 1.0 is accepted now")]
    [DataRow(""" "advisories": { "databases": [ "a" ] } """, "", "advisories: nothing is looked up any more")]
    [DataRow(""" "advisories": { "databases": [ "a", "b" ] } """, """ "advisories": { "databases": [ "a" ] } """, "advisories.databases: b is not looked into any more")]
    [DataRow(""" "advisories": { "databases": [ "a" ] } """, """ "advisories": { "databases": [ "a" ], "fail": "critical" } """, "advisories.fail: \"moderate\" became \"critical\"")]
    [DataRow(""" "advisories": { "databases": [ "a" ], "whenNew": "fail" } """, """ "advisories": { "databases": [ "a" ] } """, "advisories.whenNew: \"fail\" became \"warn\"")]
    [DataRow(""" "advisories": { "databases": [ "a" ] } """, """ "advisories": { "databases": [ "a" ], "maxAge": "99d" } """, "advisories.maxAge: data may be 99 days old, and not 14")]
    [DataRow(""" "advisories": { "databases": [ "a" ] } """, """ "advisories": { "databases": [ "a" ], "ignore": [ { "id": "GHSA-1", "package": "A", "reason": "r" } ] } """, "advisories.ignore: \"A\" (GHSA-1) is a new exception (r)")]
    [DataRow(""" "minimumAge": { "days": 7 } """, "", "minimumAge: versions may be of any age")]
    [DataRow(""" "minimumAge": { "days": 7 } """, """ "minimumAge": { "days": 3 } """, "minimumAge: 7 days became 3")]
    [DataRow(""" "minimumAge": { "days": 7 } """, """ "minimumAge": { "days": 7, "except": [ "A" ] } """, "minimumAge.except: \"A\" is a new exception")]
    [DataRow(""" "lookalikes": { "protect": [ "Contoso.*" ] } """, "", "lookalikes.protect: \"Contoso.*\" is not protected any more")]
    [DataRow("", """ "lookalikes": { "except": [ "A" ] } """, "lookalikes.except: \"A\" is a new exception")]
    [DataRow("", """ "rules": { "BG3001": "warning" } """, "rules: BG3001 PackagesMustNotBeBlocked: error became warning")]
    [DataRow(""" "rules": { "BG3001": "warning" } """, """ "rules": { "BG3001": "off" } """, "rules: BG3001 PackagesMustNotBeBlocked: warning became off")]
    [DataRow(""" "rules": { "BG0004": "error" } """, "", "rules: BG0004 ExceptionsMustBeUsed: error became warning")]
    [DataRow(""" "rules": { "BG3003": "error" } """, "", "rules: BG3003 PackagesMustNotBeVulnerable: error became warning")]
    public void OneWayIsAWeakeningTheOtherIsNot(string before, string after, string said)
    {
        Assert.AreEqual(said, Between(before, after));
        Assert.AreEqual("", Between(after, before));
        Assert.AreEqual("", Between(before, before));
    }

    [TestMethod]
    public void TextsOfToolFilesAreApprovedOneByOne()
    {
        static string Files(char c) => $$""" "buildScripts": { "toolFiles": [ { "name": "EF.targets", "sha256": [ "{{new string(c, 64)}}" ], "reason": "r" } ] } """;
        Assert.AreEqual("buildScripts.toolFiles: EF.targets may have the text aaaaaaaaaaaa… now", Between("", Files('a')));
        Assert.AreEqual("buildScripts.toolFiles: EF.targets may have the text bbbbbbbbbbbb… now", Between(Files('a'), Files('b')));
    }

    // An entry for ids that only the lock shows to be the same: neither pattern matches the other.
    [TestMethod]
    public void IdsOfTheLockShowWhatPatternsDoNot()
    {
        const string before = """ "signatures": { "packages": [ { "id": "Contoso.*", "signer": "gallery", "owners": [ "contoso" ] } ] } """;
        const string after = """ "signatures": { "packages": [ { "id": "Contoso.*", "signer": "gallery", "owners": [ "contoso" ] }, { "id": "*.Util.Core", "signer": "gallery" } ] } """;
        Assert.AreEqual("", Between(before, after));
        Assert.AreEqual("signatures.packages: \"Contoso.Util.Core\": any owner is accepted now", Between(before, after, "Contoso.Util.Core", "Contoso.X.Util.Core"));
    }

    [TestMethod]
    public void RewritingWithoutAChangeOfMeaningIsNone() => Assert.AreEqual("", Between(
        """ "block": [ { "id": "Evil.A", "reason": "r" }, { "id": "Evil.B", "versions": "[1.0,2.0]", "reason": "r" } ], "signatures": { "packages": [ { "id": "A", "signer": "gallery" }, { "id": "B", "signer": "gallery" } ] } """,
        """ "block": [ { "id": "evil.*", "reason": "q" } ], "signatures": { "packages": [ { "id": "b", "signer": "gallery" }, { "id": "A", "signer": "gallery" } ] } """));

    private static string Between(string before, string after, params string[] ids) =>
        string.Join('\n', PolicyWeakening.Between(Policy(before), Policy(after), [.. ids]).Select(w => $"{w.Key}: {w.What}"));

    private static GuardPolicy Policy(string keys)
    {
        var document = Facts.ReadPolicy($"{{ \"version\": 1, {keys.Replace("\"AA\"", $"\"{Aa}\"", StringComparison.Ordinal).Replace("\"BB\"", $"\"{Bb}\"", StringComparison.Ordinal)} }}");
        return document.Policy ?? throw new AssertFailedException(document.Problems[0].What);
    }
}
