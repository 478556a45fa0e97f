using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using CsCheck;

namespace BuildGuard.Core.Tests.Policy;

[TestClass]
public sealed class PolicyReaderTests
{
    private const string Full = """
        {
          "$schema": "./buildguard.schema.json",
          "version": 1,
          "mode": "audit",
          "gate": "required",
          "strictExceptions": true,
          "extends": [ "policies/org.json" ],
          "signatures": {
            "default": "off",
            "packages": [ { "id": "Contoso.*", "unsigned": true, "reason": "internal feed", "expires": "2027-03-31" }, { "id": "Serilog*" },
              { "id": "Own.*", "signer": "own", "owners": [ "us" ] } ],
            "signers": { "own": { "kind": "repository", "certificates": [ "gallery" ], "serviceIndex": "https://feed.own.example/v3/index.json" } }
          },
          "hashes": { "lock": "locks/buildguard.lock.json", "extracted": "full" },
          "block": [ { "id": "Evil.*", "versions": "[1.0,2.0)", "reason": "bad", "use": "Good" } ],
          "allow": [ { "id": "Good", "versions": "[1.0.0]" } ],
          "buildScripts": { "default": "allow", "whenDenied": "exclude", "allow": [ { "id": "Old.Lib", "kinds": [ "scripts", "targets" ], "reason": "reviewed", "expires": "2027-03-31" } ] },
          "rules": { "BG2004": "warning", "BG4005": "off" }
        }
        """;

    [TestMethod]
    public void ReadsEveryKey()
    {
        var policy = Good(Full);
        Assert.AreEqual((GuardMode.Audit, true, true, SignatureRequirement.Off, "locks/buildguard.lock.json"), (policy.Mode, policy.GateRequired, policy.StrictExceptions, policy.Signatures.Default, policy.LockFile));
        Assert.AreEqual("Contoso.* True, Serilog* False, Own.* False", string.Join(", ", policy.Signatures.Packages.Select(p => $"{p.Id} {p.Unsigned is not null}")));
        Assert.AreEqual(new DateOnly(2027, 3, 31), policy.Signatures.Packages[0].Unsigned!.Expires);
        Assert.AreEqual("/repo/buildguard.json(10,19)", policy.Signatures.Packages[0].Unsigned!.Location.ToString());
        Assert.AreEqual(("Evil.*", "bad", "Good"), (policy.Block[0].Id.Text, policy.Block[0].Reason, policy.Block[0].Use));
        Assert.HasCount(1, policy.Allow!.Value);
        Assert.AreEqual("scripts targets", string.Join(' ', policy.BuildScripts[0].Kinds));
        Assert.AreEqual((false, true, true), (policy.BuildScriptsNeedApproval, policy.ExcludeDeniedBuildScripts, policy.HashEveryFile));
        Assert.AreEqual((Severity.Warning, Severity.Off), (policy.Rules["BG2004"].Value, policy.Rules["BG4005"].Value));
        Assert.AreEqual("signatures.packages buildScripts.allow", string.Join(' ', policy.Exceptions.Select(e => e.Key)));
    }

    [TestMethod]
    public void TheSmallestPolicyHasTheDocumentedDefaults()
    {
        var policy = Good("""{ "version": 1 }""");
        Assert.AreEqual((GuardMode.Enforce, false, false, SignatureRequirement.Signed, "buildguard.lock.json"), (policy.Mode, policy.GateRequired, policy.StrictExceptions, policy.Signatures.Default, policy.LockFile));
        Assert.AreEqual((true, false, false), (policy.BuildScriptsNeedApproval, policy.ExcludeDeniedBuildScripts, policy.HashEveryFile));
        Assert.IsNull(policy.Allow);
        Assert.IsEmpty(policy.Block);
        Assert.IsEmpty(policy.Exceptions);
    }

    [TestMethod]
    // Key problems: (text, place, words of the message, words of the fix).
    [DataRow("""{ "version": 1, "Mode": "audit" }""", "(1,17)", "\"Mode\" is not a key of the policy.", "Did you mean \"mode\"?")]
    [DataRow("""{ "version": 1, "signature": {} }""", "(1,17)", "\"signature\" is not a key of the policy.", "Did you mean \"signatures\"?")]
    [DataRow("""{ "version": 1, "zzzzzzzzzzzzzzzzzzzzzzzzzz": {} }""", "(1,17)", "is not a key of the policy.", "Remove it; the keys here are $schema, version, mode")]
    [DataRow("""{ "version": 1, "signatures": { "defualt": "off" } }""", "(1,33)", "\"signatures.defualt\" is not a key of the policy.", "Did you mean \"default\"?")]
    [DataRow("""{ "version": 1, "block": [ { "id": "A", "reason": "r", "version": "1" } ] }""", "(1,56)", "\"block.version\" is not a key of the policy.", "Did you mean \"versions\"?")]
    [DataRow("""{ "version": 1, "rules": { "2004": "off" } }""", "(1,28)", "\"2004\" in \"rules\" is not a rule code such as \"BG2004\".", "Write a rule code")]
    [DataRow("""{ "version": 1, "rules": { "BG9999": "off" } }""", "(1,38)", "names BG9999, which is not a rule of this version", "Remove the line")]
    [DataRow("""{ "version": 1, "network": { "exec": {} } }""", "(1,30)", "\"network.exec\" is a key that this version of BuildGuard cannot enforce yet.", "Remove it")]
    public void RefusesAKey(string text, string place, string what, string fix) => Bad(text, PolicyTrouble.Key, place, what, fix);

    [TestMethod]
    // Value problems.
    [DataRow("""{ }""", "(1,1)", "The policy has no \"version\".", "Add \"version\": 1.")]
    [DataRow("""[]""", "(1,1)", "The policy is a list, but must be an object.", "Write an object.")]
    [DataRow("""null""", "(1,1)", "is null, but must be an object.", "Write an object.")]
    [DataRow("""{ "version": 2 }""", "(1,14)", "\"version\" is 2, but must be 1.", "Write 1.")]
    [DataRow("""{ "version": "1" }""", "(1,14)", "\"version\" is \"1\", but must be 1.", "Write 1.")]
    [DataRow("""{ "version": 1.0 }""", "(1,14)", "\"version\" is 1.0, but must be 1.", "Write 1.")]
    [DataRow("""{ "version": 1, "mode": "off" }""", "(1,25)", "\"mode\" is \"off\", but must be one of enforce, audit.", "Write one of enforce, audit.")]
    [DataRow("""{ "version": 1, "mode": "adit" }""", "(1,25)", "\"mode\" is \"adit\"", "Did you mean \"audit\"?")]
    [DataRow("""{ "version": 1, "mode": ["audit"] }""", "(1,25)", "\"mode\" is a list", "Write one of enforce, audit.")]
    [DataRow("""{ "version": 1, "mode": null }""", "(1,25)", "\"mode\" is null", "Write one of enforce, audit.")]
    [DataRow("""{ "version": 1, "strictExceptions": "true" }""", "(1,37)", "\"strictExceptions\" is \"true\", but must be true or false.", "Write true or false.")]
    [DataRow("""{ "version": 1, "strictExceptions": 1 }""", "(1,37)", "\"strictExceptions\" is 1, but must be true or false.", "Write true or false.")]
    [DataRow("""{ "version": 1, "block": {} }""", "(1,26)", "\"block\" is an object, but must be a list.", "Write a list.")]
    [DataRow("""{ "version": 1, "block": [ "Evil" ] }""", "(1,28)", "\"block\" is \"Evil\", but must be an object.", "Write an object.")]
    [DataRow("""{ "version": 1, "block": [ { "reason": "r" } ] }""", "(1,28)", "An entry of \"block\" has no \"id\".", "Add \"id\":")]
    [DataRow("""{ "version": 1, "block": [ { "id": "a b", "reason": "r" } ] }""", "(1,36)", "\"block.id\" is \"a b\", but must be a package id, with * for any run of characters.", "Write a package id")]
    [DataRow("""{ "version": 1, "block": [ { "id": "A", "reason": "  " } ] }""", "(1,51)", "\"block.reason\" is \"  \"", "Write a reason")]
    [DataRow("""{ "version": 1, "rules": [] }""", "(1,26)", "\"rules\" is a list, but must be an object.", "Write an object.")]
    [DataRow("""{ "version": 1, "rules": { "BG1001": "of" } }""", "(1,38)", "\"rules.BG1001\" is \"of\"", "Did you mean \"off\"?")]
    [DataRow("""{ "version": 1, "hashes": { "extracted": "none" } }""", "(1,42)", "\"hashes.extracted\" is \"none\", but must be one of fast, full.", "Write one of fast, full.")]
    [DataRow("""{ "version": 1, "buildScripts": { "default": "denied" } }""", "(1,46)", "\"buildScripts.default\" is \"denied\", but must be one of deny, allow.", "Write one of deny, allow.")]
    [DataRow("""{ "version": 1, "buildScripts": { "whenDenied": true } }""", "(1,49)", "\"buildScripts.whenDenied\" is true, but must be one of fail, exclude.", "Write one of fail, exclude.")]
    [DataRow("""{ "version": 1, "hashes": { "lock": "" } }""", "(1,37)", "\"hashes.lock\" is \"\"", "Write a path")]
    [DataRow("""{ "version": 1, "hashes": { "lock": "a\u0000b" } }""", "(1,37)", @"""hashes.lock"" is ""a\u0000b""", "Write a path")]
    [DataRow("""{ "version": 1, "extends": "org.json" }""", "(1,28)", "\"extends\" is \"org.json\", but must be a list.", "Write a list.")]
    [DataRow("""{ "version": 1, "signatures": { "packages": [ { "id": "A", "unsigned": true } ] } }""", "(1,47)", "The exception for \"A\" in \"signatures.packages\" has no reason.", "Add \"reason\":")]
    [DataRow("""{ "version": 1, "buildScripts": { "allow": [ { "id": "A", "kinds": [ "script" ], "reason": "r" } ] } }""", "(1,70)", "\"buildScripts.allow.kinds\" is \"script\"", "Did you mean \"scripts\"?")]
    [DataRow("""{ "version": 1, "strictExceptions": true, "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r" } ] } }""", "(1,73)", "has no end, and \"strictExceptions\" asks for one.", "Add \"expires\":")]
    [DataRow("""{ "version": 1, "strictExceptions": true, "buildScripts": { "allow": [ { "id": "A", "kinds": [ "scripts" ], "reason": "r" } ] } }""", "(1,72)", "has no end, and \"strictExceptions\" asks for one.", "Add \"expires\":")]
    public void RefusesAValue(string text, string place, string what, string fix) => Bad(text, PolicyTrouble.Value, place, what, fix);

    [TestMethod]
    [DataRow("2027-13-01")]
    [DataRow("2027-02-29")]
    [DataRow("2027-1-1")]
    [DataRow("NaN")]
    [DataRow("")]
    [DataRow("9999")]
    [DataRow("9999-12-31")]
    [DataRow("1999-12-31")]
    [DataRow("0001-01-01")]
    [DataRow("2027-03-31T00:00:00Z")]
    [DataRow(" 2027-03-31")]
    [DataRow("31.03.2027")]
    [DataRow("٢٠٢٧-٠٣-٣١")]
    public void RefusesADay(string day) =>
        Bad($$"""{ "version": 1, "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r", "expires": "{{day}}" } ] } }""", PolicyTrouble.Value, "(1,104)",
            $"\"signatures.packages.expires\" is \"{day}\", but must be a day as YYYY-MM-DD.", "Write a day as YYYY-MM-DD.");

    [TestMethod]
    public void ADayIsAText() =>
        Bad("""{ "version": 1, "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r", "expires": 9999 } ] } }""", PolicyTrouble.Value, "(1,104)", "is 9999, but must be a day", "Write a day");

    [TestMethod]
    [DataRow("")]
    [DataRow("x")]
    [DataRow("[1.0")]
    [DataRow("1.0]")]
    [DataRow("[1.0,2.0,3.0]")]
    [DataRow("(1.0)")]
    [DataRow("[2.0,1.0]")]
    [DataRow("(1.0,1.0)")]
    [DataRow("[1.0,1.0)")]
    [DataRow("[,]x")]
    // A floating version is an instruction for a restore. As a range NuGet reads 1.* as "1.0 or newer, without end".
    [DataRow("1.*")]
    [DataRow("*")]
    [DataRow("[1.*,2.0)")]
    public void RefusesARange(string range) =>
        Bad($$"""{ "version": 1, "block": [ { "id": "A", "versions": "{{range}}", "reason": "r" } ] }""", PolicyTrouble.Value, "(1,53)", "but must be a NuGet version range", "Write a NuGet version range");

    [TestMethod]
    [DataRow("[1.0,2.0)")]
    [DataRow("[1.0]")]
    [DataRow("1.0")]
    [DataRow("(,1.0)")]
    [DataRow("[1.0-alpha,)")]
    public void AcceptsARange(string range) => Good($$"""{ "version": 1, "allow": [ { "id": "A", "versions": "{{range}}" } ] }""");

    [TestMethod]
    public void ReportsEveryProblemAtOnce()
    {
        var document = Facts.ReadPolicy("""{ "version": 2, "mode": 1, "bock": [] }""");
        Assert.AreEqual("Value Value Key", string.Join(' ', document.Problems.Select(p => p.Trouble)));
        Assert.IsNull(document.Policy);
    }

    [TestMethod]
    public void AcceptsCommentsTrailingCommasAndAByteOrderMark()
    {
        byte[] text = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("// c\n{ /* c */ \"version\": 1, \"block\": [ ], }\n")];
        Assert.IsNotNull(Facts.ReadPolicy(text).Policy);
    }

    [TestMethod]
    public void WhatCannotBeReadSaysSo()
    {
        byte[][] texts = [[], [0xFF, 0xFE, 0x7B, 0], [.. "{ \"version\": 1, \"mode\": \""u8, 0xC0, .. "\" }"u8], [.. "{ \"version\": 1, \"version\": 1 }"u8], [0], "{ 'version': 1 }"u8.ToArray()];
        foreach (var text in texts)
        {
            var document = Facts.ReadPolicy(text);
            Assert.AreEqual(PolicyTrouble.Unreadable, document.Problems.Single().Trouble);
            Assert.StartsWith("The policy cannot be read: ", document.Problems[0].What);
            Assert.IsNull(document.Policy);
        }
    }

    [TestMethod]
    [DataRow(100_000)]
    [DataRow(2_500_000)]
    public void DeepNestingIsAnsweredAtOnce(int depth)
    {
        var bytes = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        var clock = Stopwatch.StartNew();
        Assert.AreEqual(PolicyTrouble.Unreadable, Facts.ReadPolicy(bytes).Problems.Single().Trouble);
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    [TestMethod]
    public void AFloodOfUnknownKeysIsAnsweredAtOnce()
    {
        var text = new StringBuilder("{ \"version\": 1");
        for (var i = 0; text.Length < PolicyReader.MaxBytes - 200; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"signaturessignaturessignatures{i}\":0");
        var clock = Stopwatch.StartNew();
        var problems = Facts.ReadPolicy(text.Append('}').ToString()).Problems;
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
        Assert.HasCount(100, problems);
    }

    [TestMethod]
    public void WhatAHostilePolicyWritesIsShown()
    {
        var document = Facts.ReadPolicy("""{ "version": 1, "\u001b[2J": 1, "mode": "\u202e", "rules": { "\u001b[2J": 5 } }""");
        Assert.HasCount(4, document.Problems);
        foreach (var problem in document.Problems)
            Assert.AreEqual(problem.What + problem.Fix, Printable.Of(problem.What + problem.Fix, 10_000));
    }

    [TestMethod]
    public void ANearerFileReplacesListsAndJoinsObjects()
    {
        var org = Tree("""
            { "version": 1, "mode": "audit", "strictExceptions": true, "block": [ { "id": "Evil", "reason": "r" } ], "allow": [ { "id": "A" } ],
              "signatures": { "default": "off", "packages": [ { "id": "A" }, { "id": "B" } ] }, "rules": { "BG2004": "off", "BG4005": "off" } }
            """, "/repo/policies/org.json");
        var own = Tree("""
            { "version": 1, "mode": "enforce", "block": [ { "id": "Other", "reason": "r" } ], "allow": null,
              "signatures": { "packages": [ { "id": "C" } ] }, "rules": { "BG4005": "warning" } }
            """, Facts.PolicyPath);
        var policy = PolicyReader.Build(PolicyReader.Overlay([org, own]), out var problems);
        Assert.IsEmpty(problems);
        Assert.AreEqual((GuardMode.Enforce, true, SignatureRequirement.Off), (policy.Mode, policy.StrictExceptions, policy.Signatures.Default));
        Assert.AreEqual("Other", policy.Block.Single().Id.Text);
        Assert.AreEqual("C", policy.Signatures.Packages.Single().Id.Text);
        Assert.IsNull(policy.Allow);
        Assert.AreEqual((Severity.Off, Severity.Warning), (policy.Rules["BG2004"].Value, policy.Rules["BG4005"].Value));
        Assert.AreEqual("/repo/policies/org.json", policy.Rules["BG2004"].Location.File);
    }

    [TestMethod]
    public void WhatOnlyTheWholePolicyShowsPointsAtTheFileThatSaysIt()
    {
        var org = Tree("""{ "version": 1, "signatures": { "packages": [ { "id": "A", "unsigned": true, "reason": "r" } ] } }""", "/repo/policies/org.json");
        var own = Tree("""{ "version": 1, "strictExceptions": true }""", Facts.PolicyPath);
        PolicyReader.Build(PolicyReader.Overlay([org, own]), out var problems);
        Assert.AreEqual("/repo/policies/org.json(1,47)", problems.Single().Location.ToString());
    }

    [TestMethod]
    public void GivesThePathsThatItExtends()
    {
        Assert.AreEqual("a.json b.json", string.Join(' ', PolicyReader.Extends(Tree("""{ "version": 1, "extends": [ "a.json", "b.json" ] }""", Facts.PolicyPath)).Select(e => e.Text)));
        Assert.IsEmpty(PolicyReader.Extends(Tree("""{ "version": 1 }""", Facts.PolicyPath)));
    }

    [TestMethod]
    public void NeverThrowsOnArbitraryBytes() => Gen.Byte.Array[0, 200].Sample(bytes => Consistent(Facts.ReadPolicy(bytes)), iter: 5000);

    [TestMethod]
    public void NeverThrowsOnAMutatedPolicy()
    {
        var valid = Encoding.UTF8.GetBytes(Full);
        var edit = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 3], Gen.OneOf(Gen.Byte, Gen.OneOf("\"{}[]:,0123456789.*-\\/ntf"u8.ToArray())));
        edit.Array[1, 6].Sample(edits =>
        {
            var bytes = valid.ToList();
            foreach (var (at, kind, value) in edits)
            {
                var i = Math.Min(at, bytes.Count - 1);
                if (kind == 0)
                    bytes.RemoveAt(i);
                else if (kind == 1)
                    bytes.Insert(i, value);
                else if (kind == 2)
                    bytes[i] = value;
                else
                    bytes.InsertRange(i, bytes.GetRange(i, Math.Min(40, bytes.Count - i)));
            }
            return Consistent(Facts.ReadPolicy([.. bytes]));
        }, iter: 5000);
    }

    [TestMethod]
    public void NeverThrowsOnAnyTreeOfKnownWords()
    {
        // Keys and values that all occur in policies, in places where most of them do not belong.
        string[] words = ["version", "mode", "audit", "signatures", "packages", "id", "Contoso.*", "unsigned", "reason", "expires", "2027-03-31", "block", "versions", "[1.0,2.0)", "allow", "buildScripts", "kinds", "scripts", "signers", "signer", "owners", "certificates", "gallery", "kind", "repository", "author", "serviceIndex", "rules", "BG1001", "BG0001", "off", "extends", "hashes", "lock", "default", "trusted"];
        var word = Gen.OneOf(words);
        var value = Gen.Recursive<string>((depth, inner) => depth > 4
            ? Gen.OneOf("1", "true", "null", "\"off\"")
            : Gen.Frequency(
                (3, Gen.OneOf("1", "true", "false", "null", "\"\"")),
                (3, word.Select(w => $"\"{w}\"")),
                (2, inner.Array[0, 3].Select(i => $"[{string.Join(',', i)}]")),
                (4, Gen.Select(word, inner).Array[0, 5].Select(m => "{" + string.Join(',', m.DistinctBy(p => p.Item1).Select(p => $"\"{p.Item1}\":{p.Item2}")) + "}"))));
        Gen.Select(word, value).Array[0, 6].Sample(members =>
            Consistent(Facts.ReadPolicy("{ \"version\": 1" + string.Concat(members.Where(m => m.Item1 != "version").DistinctBy(m => m.Item1).Select(m => $", \"{m.Item1}\": {m.Item2}")) + " }")), iter: 3000);
    }

    /// <summary>A document has values or problems, and a problem has words and a line.</summary>
    private static bool Consistent(PolicyDocument document) =>
        document.Policy is null != document.Problems.IsEmpty && document.Problems.All(p => p.What.Length > 0 && p.Fix.Length > 0 && p.Location.Line > 0 && p.Location.Column > 0);

    private static GuardPolicy Good(string text)
    {
        var document = Facts.ReadPolicy(text);
        Assert.IsEmpty(document.Problems, document.Problems.FirstOrDefault()?.What);
        return document.Policy!;
    }

    private static BuildGuard.Core.Json.JsonValue Tree(string text, string path)
    {
        var (tree, problems) = PolicyReader.ReadFile(Encoding.UTF8.GetBytes(text), path);
        Assert.IsEmpty(problems);
        return tree!;
    }

    private static void Bad(string text, PolicyTrouble trouble, string place, string what, string fix)
    {
        ImmutableArray<PolicyProblem> problems = Facts.ReadPolicy(text).Problems;
        Assert.HasCount(1, problems, string.Join('\n', problems.Select(p => p.What)));
        Assert.AreEqual((trouble, Facts.PolicyPath + place), (problems[0].Trouble, problems[0].Location.ToString()));
        Assert.Contains(what, problems[0].What);
        Assert.Contains(fix, problems[0].Fix);
    }
}
