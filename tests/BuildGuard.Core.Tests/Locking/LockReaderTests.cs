using System.Diagnostics;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using CsCheck;

namespace BuildGuard.Core.Tests.Locking;

[TestClass]
public sealed class LockReaderTests
{
    private static readonly string Hash = "sha512-" + Facts.Hash("x");

    private static readonly string Root = PackageFile.RootOf([]);

    [TestMethod]
    public void ReadsEveryKey()
    {
        var document = Read($$"""
            {
              "version": 1,
              "projects": [ "src/App/App.csproj" ],
              "packages": {
                "Serilog/4.3.0": {
                  "contentHash": "{{Hash}}",
                  "signedHash": "{{Root}}",
                  "files": "{{Root}}",
                  "signer": "sha256:{{new string('A', 64)}}",
                  "owners": [ "alpha", "serilog" ],
                  "published": "2026-02-11",
                  "buildScripts": { "targets": "{{Root}}", "analyzers": "{{Root}}" }
                }
              },
              "frameworkPacks": {}, "sdks": {}, "tools": {}, "toolchain": {}
            }
            """);
        Assert.IsNull(document.Problem, document.Problem?.What);
        var package = document.Lock!.Packages.Single();
        Assert.AreEqual(("Serilog/4.3.0", Hash, "sha256:" + new string('a', 64), new DateOnly(2026, 2, 11)), (package.Key, package.ContentHash, package.Signer, package.Published));
        Assert.AreSequenceEqual(["alpha", "serilog"], package.Owners);
        Assert.AreEqual(Root, package.SignedHash);
        Assert.AreEqual((Root, $"[analyzers, {Root}] [targets, {Root}]"), (package.Files, string.Join(' ', package.BuildScripts)));
        Assert.AreSequenceEqual(["src/App/App.csproj"], document.Lock.Projects);
        Assert.AreEqual("/repo/buildguard.lock.json(5,5)", package.Location!.ToString());
    }

    [TestMethod]
    public void FindsWithoutCaseAndByTheMeaningOfAVersion()
    {
        var file = Read(Packages($"\"Serilog/4.3\": {{ \"contentHash\": \"{Hash}\" }}")).Lock!;
        Assert.IsNotNull(file.Find("SERILOG", new("4.3.0.0")));
        Assert.IsNull(file.Find("Serilog", new("4.3.1")));
        Assert.IsNull(file.Find("Serilog2", new("4.3.0")));
    }

    [TestMethod]
    public void ACopyWithOtherPackagesFindsThose()
    {
        var file = Read(Packages($"\"A/1.0.0\": {{ \"contentHash\": \"{Hash}\" }}")).Lock!;
        Assert.IsNotNull(file.Find("A", new("1.0.0")));
        var copy = file with { Packages = [Facts.Locked("B", "1.0.0")] };
        Assert.IsNull(copy.Find("A", new("1.0.0")));
        Assert.IsNotNull(copy.Find("B", new("1.0.0")));
    }

    [TestMethod]
    // The text and the words of the problem; "HASH" stands for a good hash.
    [DataRow("", "cannot be read: the file is empty")]
    [DataRow("{", "cannot be read: it is not JSON")]
    [DataRow("// people do not write this file\n{}", "cannot be read: it is not JSON")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, }""", "cannot be read: it is not JSON")]
    [DataRow("""{ "version": 1, "version": 1 }""", "the key \"version\" stands twice")]
    [DataRow("[]", "the file must hold an object")]
    [DataRow("null", "the file must hold an object")]
    [DataRow("{}", "it has no \"version\"")]
    [DataRow("""{ "version": 0 }""", "its format version is 0, and this BuildGuard reads version 1")]
    [DataRow("""{ "version": 2 }""", "its format version is 2, and this BuildGuard reads version 1")]
    [DataRow("""{ "version": 1.0 }""", "its format version is 1.0, and this BuildGuard reads version 1")]
    [DataRow("""{ "version": "1" }""", "\"version\" must be a number")]
    [DataRow("""{ "version": 1, "package": {} }""", "\"package\" is not a key of the lock")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "tools": { "x": {} } }""", "\"x\" is not an id and a version as \"Id/1.2.3\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "tools": { "x/1.0.0": {} } }""", "\"x/1.0.0\" has no \"contentHash\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "tools": [] }""", "\"tools\" must be an object")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "sdks": [] }""", "\"sdks\" must be an object")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "sdks": { "x": {} } }""", "\"x\" is not an id and a version")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "frameworkPacks": [] }""", "\"frameworkPacks\" must be an object")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "frameworkPacks": { "linux-x64": [] } }""", "\"linux-x64\" must be an object")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "frameworkPacks": { "win-x64": { "A.linux-x64/1.0.0": { "contentHash": "HASH" } } } }""", "stands under \"win-x64\" and belongs under \"linux-x64\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "toolchain": [] }""", "\"toolchain\" must be an object")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "toolchain": { "x": { "sdk": "1", "parts": { "sdk": "y" } } } }""", "\"sdk\" of \"x\" is not \"sha256-\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "toolchain": { "x": { "sdk": "1" } } }""", "\"x\" has no \"parts\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "toolchain": { "x": { "parts": {} } } }""", "\"x\" has no \"sdk\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": {}, "toolchain": { "x": { "sdk": "1", "parts": {}, "y": 1 } } }""", "\"y\" is not a key of a toolchain")]
    [DataRow("""{ "version": 1, "packages": {} }""", "it has no \"projects\"")]
    [DataRow("""{ "version": 1, "projects": {}, "packages": {} }""", "\"projects\" must be a list")]
    [DataRow("""{ "version": 1, "projects": [ 1 ], "packages": {} }""", "\"projects\" must hold paths")]
    [DataRow("""{ "version": 1, "projects": [] }""", "it has no \"packages\"")]
    [DataRow("""{ "version": 1, "projects": [], "packages": [] }""", "\"packages\" must be an object")]
    public void RefusesAFile(string text, string words) => Refused(text.Replace("HASH", Hash, StringComparison.Ordinal), words);

    [TestMethod]
    [DataRow("""  "Serilog": { "contentHash": "HASH" } """, "\"Serilog\" is not an id and a version")]
    [DataRow("""  "/1.0.0": { "contentHash": "HASH" } """, "\"/1.0.0\" is not an id and a version")]
    [DataRow("""  "A/": { "contentHash": "HASH" } """, "\"A/\" is not an id and a version")]
    [DataRow("""  "A/x": { "contentHash": "HASH" } """, "\"A/x\" is not an id and a version")]
    [DataRow("""  "A/1.*": { "contentHash": "HASH" } """, "\"A/1.*\" is not an id and a version")]
    [DataRow("""  "A*/1.0.0": { "contentHash": "HASH" } """, "\"A*/1.0.0\" is not an id and a version")]
    [DataRow("""  "../A/1.0.0": { "contentHash": "HASH" } """, "\"../A/1.0.0\" is not an id and a version")]
    [DataRow("""  "A\u001b[2J/1.0.0": { "contentHash": "HASH" } """, @"""A\u001b[2J/1.0.0"" is not an id and a version")]
    [DataRow("""  "A/1.0.0": [] """, "\"A/1.0.0\" must be an object")]
    [DataRow("""  "A/1.0.0": {} """, "\"A/1.0.0\" has no \"contentHash\"")]
    [DataRow("""  "A/1.0.0": { "contenthash": "HASH" } """, "\"contenthash\" is not a key of a package")]
    [DataRow("""  "A/1.0.0": { "contentHash": 5 } """, "the \"contentHash\" of \"A/1.0.0\" is not \"sha512-\" and the base64 of 64 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "" } """, "is not \"sha512-\" and the base64 of 64 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "sha512-AAAA" } """, "is not \"sha512-\" and the base64 of 64 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASHx" } """, "is not \"sha512-\" and the base64 of 64 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "signer": "abc" } """, "the \"signer\" of \"A/1.0.0\" is not \"sha256:\" and 64 hexadecimal digits")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "signer": null } """, "the \"signer\" of \"A/1.0.0\" is not")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "owners": "x" } """, "\"owners\" of \"A/1.0.0\" must be a list")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "owners": [ null ] } """, "\"owners\" must hold names")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "published": "2026-02-30" } """, "\"published\" of \"A/1.0.0\" is not a day as YYYY-MM-DD")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "published": 20260211 } """, "\"published\" of \"A/1.0.0\" is not a day as YYYY-MM-DD")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH" }, "A/1.0.0": { "contentHash": "HASH" } """, "the key \"A/1.0.0\" stands twice")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH" }, "a/1.0": { "contentHash": "HASH" } """, "\"a/1.0.0\" stands twice")]
    [DataRow("""  "A/1.0.0-RC": { "contentHash": "HASH" }, "A/1.0.0-rc": { "contentHash": "HASH" } """, "\"A/1.0.0-rc\" stands twice")]
    [DataRow("""  "A/1.0.0+b1": { "contentHash": "HASH" }, "A/1.0.0+b2": { "contentHash": "HASH" } """, "\"A/1.0.0\" stands twice")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "signedHash": "HASH" } """, "the \"signedHash\" of \"A/1.0.0\" is not \"sha256-\" and the base64 of 32 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "files": null } """, "the \"files\" of \"A/1.0.0\" is not \"sha256-\" and the base64 of 32 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "files": "HASH" } """, "the \"files\" of \"A/1.0.0\" is not \"sha256-\"")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "files": "sha256-" } """, "the \"files\" of \"A/1.0.0\" is not \"sha256-\"")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "files": "sha256-\u0020\u002047DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hS" } """, "the \"files\" of \"A/1.0.0\" is not \"sha256-\"")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": [] } """, "\"buildScripts\" of \"A/1.0.0\" must be an object")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": null } """, "\"buildScripts\" of \"A/1.0.0\" must be an object")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": { "scripts": "ROOT" } } """, "\"scripts\" is not a kind of build script")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": { "Props": "ROOT" } } """, "\"Props\" is not a kind of build script")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": { "props": "x" } } """, "the \"buildScripts.props\" of \"A/1.0.0\" is not \"sha256-\" and the base64 of 32 bytes")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": { "props": true } } """, "the \"buildScripts.props\" of \"A/1.0.0\" is not \"sha256-\"")]
    [DataRow("""  "A/1.0.0": { "contentHash": "HASH", "buildScripts": { "props": "ROOT", "props": "ROOT" } } """, "the key \"props\" stands twice")]
    public void RefusesAPackage(string entries, string words) =>
        Refused(Packages(entries.Replace("HASH", Hash, StringComparison.Ordinal).Replace("ROOT", Root, StringComparison.Ordinal)), words);

    [TestMethod]
    public void DepthAndSizeAreAnsweredAtOnce()
    {
        var clock = Stopwatch.StartNew();
        Refused(new string('[', 5_000_000), "nested deeper than 32 levels");
        Refused("[0" + string.Concat(Enumerable.Repeat(",0", 3_000_000)) + "]", "more than 1,000,000 values");
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    [TestMethod]
    public void NoFileIsNotABrokenOne()
    {
        Assert.IsTrue(new LockDocument(Facts.LockPath, null, null).IsAbsent);
        Assert.IsFalse(Read("{").IsAbsent);
        Assert.IsFalse(Read(Packages("")).IsAbsent);
    }

    [TestMethod]
    public void NeverThrowsOnAMutatedLock()
    {
        var valid = Encoding.UTF8.GetBytes(Packages($$""" "Serilog/4.3.0": { "contentHash": "{{Hash}}", "signer": "sha256:{{new string('a', 64)}}", "owners": [ "a" ], "published": "2026-02-11", "signedHash": "{{Root}}", "files": "{{Root}}", "buildScripts": { "props": "{{Root}}" } } """));
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Array[0, 5].Sample(edits =>
        {
            var bytes = valid.ToArray();
            foreach (var (at, value) in edits)
                bytes[at] = value;
            var document = LockReader.Read(bytes, Facts.LockPath);
            return document.Lock is null != document.Problem is null;
        }, iter: 5000);
    }

    private static string Packages(string entries) => $$"""{ "version": 1, "projects": [], "packages": { {{entries}} } }""";

    private static LockDocument Read(string text) => LockReader.Read(Encoding.UTF8.GetBytes(text), Facts.LockPath);

    private static void Refused(string text, string words)
    {
        var document = Read(text);
        Assert.IsNull(document.Lock);
        Assert.Contains(words, document.Problem!.What);
        Assert.EndsWith(".", document.Problem.What);
        Assert.AreEqual(Facts.LockPath, document.Problem.Location.File);
        Assert.IsGreaterThan(0, document.Problem.Location.Line);
    }
}
