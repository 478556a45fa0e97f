using System.Xml.Linq;
using BuildGuard.NuGet.Gate;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class GateTextTests
{
    private static readonly SealWords Words = new(new("/repo/buildguard.json", "Deny", "Enforce", false, ""), false, "/a;b/list", "/repo/.buildguard/");

    private const string Initial = "$(_BuildGuardInitial)";

    private static readonly GateContent Empty = new()
    {
        Project = "/repo/App.csproj",
        PolicyAsked = "",
        Policy = "/repo/buildguard.json",
        Judged = "",
        JudgedAssets = "",
        Texts = [],
        Basis = [],
        Generated = new(),
        Props = [],
        Targets = [],
        Manifest = "/data/list.txt",
    };

    /// <summary>Whatever a path holds, it comes out of XML and MSBuild as it went in, and nothing in it is evaluated.</summary>
    [TestMethod]
    [DataRow("/a b/é/x.props")]
    [DataRow("/a;b/x.props")]
    [DataRow("/a'b/x.props")]
    [DataRow("/$(HOME)/x.props")]
    [DataRow("/@(Item)/%(Meta)/x.props")]
    [DataRow("/%41/x*?.props")]
    [DataRow("/<&\">/x.props")]
    public void APathIsAPath(string path)
    {
        var text = GateText.Props(Empty with { Project = path, Props = [new(path, false, null)], Texts = [(path, new string('a', 64))], Basis = [(path, new string('b', 64))] });
        var root = XDocument.Parse(text).Root!;
        var import = root.Elements().Single(e => e.Name.LocalName == "Import" && e.Attribute("Project")!.Value != Initial);
        Assert.AreEqual(path, Uri.UnescapeDataString(import.Attribute("Project")!.Value));
        foreach (var written in root.Descendants().Where(e => e.Name.LocalName == "_BuildGuardFile").Select(e => e.Value).Append(import.Attribute("Project")!.Value).Where(v => v.Length > 0))
        {
            Assert.AreEqual(path, Uri.UnescapeDataString(written));
            Assert.IsFalse(written.Any(c => c is '$' or '@' or ';' or '*' or '?' or '\'' or '(' or ')'), written);
        }
    }

    [TestMethod]
    public void TheSameContentGivesTheSameText() => Assert.AreEqual(GateText.Props(Empty) + GateText.Targets(Empty), GateText.Props(Empty with { }) + GateText.Targets(Empty with { }));

    /// <summary>A shut gate imports nothing: every import and every item depends on it.</summary>
    [TestMethod]
    public void EverythingDependsOnTheGate()
    {
        var content = Empty with
        {
            Props = [new("/p/a.props", false, null), new("/p/b.props", false, "net10.0")],
            Targets = [new("/p/a.targets", false, null)],
            ToolFiles = [("/repo/obj/App.csproj.x.props", [new string('b', 64)]), ("/repo/obj/App.csproj.x.targets", [new string('c', 64), new string('d', 64)])],
        };
        var imports = new[] { GateText.Props(content), GateText.Targets(content) }.SelectMany(t => XDocument.Parse(t).Descendants().Where(e => e.Name.LocalName == "Import" && e.Attribute("Project")!.Value != Initial)).ToList();
        Assert.HasCount(5, imports);
        Assert.IsTrue(imports.All(i => i.Attribute("Condition")!.Value.StartsWith("'$(_BuildGuardOpen)' == 'true' and ", StringComparison.Ordinal)));
        Assert.HasCount(2, imports.Where(i => i.Attribute("Condition")!.Value.Contains("StableStringHash", StringComparison.Ordinal)));
    }

    /// <summary>MSBuild compares as numbers what can be read as such, and takes all that are too large for equal.</summary>
    [TestMethod]
    public void NoHashIsComparedAsANumber()
    {
        string[] hashes = [new('1', 64), new('2', 64), new('3', 64)];
        var text = GateText.Props(Empty with { Texts = [("/p/a.targets", hashes[0])], Basis = [("/repo/buildguard.json", hashes[1])], ToolFiles = [("/repo/obj/App.csproj.x.props", [hashes[2]])] });
        foreach (var hash in hashes)
        {
            var condition = XDocument.Parse(text).Descendants().Select(e => e.Attribute("Condition")?.Value ?? "").Single(c => c.Contains(hash, StringComparison.Ordinal));
            Assert.Contains($"'h{hash}'", condition);
            Assert.Contains("'h$([MSBuild]::StableStringHash(", condition);
        }
    }

    [TestMethod]
    public void WhatIsExcludedIsTakenFromTheCompilerByPackage()
    {
        var text = GateText.Targets(Empty with { WithoutAnalyzers = ["Evil.Gen"], WithoutContent = ["Evil.Src"] });
        var removed = XDocument.Parse(text).Descendants().Where(e => e.Attribute("Remove") is not null).ToList();
        Assert.AreEqual("Analyzer Compile _ContentFilesToPreprocess", string.Join(' ', removed.Select(e => e.Name.LocalName)));
        Assert.Contains("'%(Analyzer.FrameworkReferenceName)' == ''", removed[0].Attribute("Condition")!.Value);
    }

    /// <summary>What the check of this build has just seen need not be compared where its stamp is one that this check saw; texts of packages always are.</summary>
    [TestMethod]
    public void WhatTheCheckOfThisBuildHasSeen()
    {
        (string, string)[] basis = [("/repo/buildguard.json", new string('a', 64)), ("/repo/buildguard.lock.json", new string('b', 64))];
        var groups = XDocument.Parse(GateText.Props(Empty with { Texts = [("/p/a.targets", new string('c', 64))], Basis = [.. basis] })).Root!.Elements().Where(e => e.Name.LocalName == "PropertyGroup").ToList();
        Assert.IsNull(GroupOf('c').Attribute("Condition"));
        foreach (var file in (char[])['a', 'b'])
            Assert.AreEqual("'$(_BuildGuardSeen)' == ''", GroupOf(file).Attribute("Condition")!.Value);
        // Whatever was compared by then shuts the gate.
        Assert.IsGreaterThan(groups.IndexOf(GroupOf('b')), groups.FindIndex(g => g.Elements().Any(e => e.Name.LocalName == "_BuildGuardOpen")));

        XElement GroupOf(char hash) => groups.Single(g => g.Elements().Any(e => e.Attribute("Condition")?.Value.Contains(new string(hash, 64), StringComparison.Ordinal) == true));
    }

    [TestMethod]
    public void AStampIsKnownByItsPlaceAndItsText()
    {
        string[] names = [GateFiles.NameOf("/a.gate", "1"), GateFiles.NameOf("/a.gate", "2"), GateFiles.NameOf("/b.gate", "1")];
        Assert.HasCount(names.Length, names.Distinct());
        // As Gate.props names it; no hash of another kind in a mark can hold a name.
        Assert.AreEqual("g" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("gate|/a.gate|1"u8))[..16], names[0]);
    }

    /// <summary>The task is registered, and the seal put before every target of a package, before anything of a package is imported.</summary>
    [TestMethod]
    public void TheSealComesFirst()
    {
        var content = Empty with { Seal = Words, TaskAssembly = "/guard/BuildGuard.Tasks.dll", PackageTargets = ["A", "B;C"], Props = [new("/p/a.props", false, null)] };
        var names = XDocument.Parse(GateText.Props(content)).Root!.Elements().Where(e => e.Name.LocalName is "UsingTask" or "Target" or "Import").Select(e => (e.Attribute("Name") ?? e.Attribute("TaskName") ?? e.Attribute("Project"))!.Value);
        Assert.AreEqual($"{Initial} {string.Join(' ', HookTasks.Names)} BuildGuard.Tasks.SealBuild _BuildGuardSeal _BuildGuardSealEarly /p/a.props", string.Join(' ', names));
        // MSBuild asks its cache of results only where no initial target was skipped.
        var seal = XDocument.Parse(GateText.Props(content)).Descendants().Single(e => (string?)e.Attribute("Name") == "_BuildGuardSeal");
        Assert.AreEqual("_BuildGuardVerifyFiles", seal.Attribute("DependsOnTargets")?.Value);
        Assert.IsNull(seal.Attribute("Condition"));
        var early = XDocument.Parse(GateText.Props(content)).Descendants().Single(e => (string?)e.Attribute("Name") == "_BuildGuardSealEarly");
        Assert.AreEqual("A;B%3bC", early.Attribute("BeforeTargets")!.Value);
        var task = XDocument.Parse(GateText.Props(content)).Descendants().Single(e => e.Name.LocalName == "BuildGuard.Tasks.SealBuild");
        Assert.AreEqual("False%0a/a%3bb/list%0a/repo/.buildguard/%0aDeny|Enforce|False||/repo/buildguard.json", task.Attribute("Words")!.Value);
        Assert.AreEqual("'$(_BuildGuardIsSealed)' != 'true'", task.Attribute("Condition")!.Value);
        // Whoever tells what was tried is left out only where a broker that is there says that nobody did, and no property has a say in that.
        var tells = XDocument.Parse(GateText.Targets(content)).Descendants("BuildGuard.Tasks.SealBuild").ToList();
        Assert.HasCount(5, tells);
        foreach (var tell in tells)
        {
            Assert.IsNull(tell.Attribute("Condition"));
            Assert.AreEqual("!Exists('/proc/self/fd/2019/stat') or '$([System.IO.File]::ReadAllText(`/proc/self/fd/2018`))' != 'quiet' or '$([System.IO.File]::ReadAllText(`/proc/self/fd/2019/stat`).Contains(` Z `))' != 'False'",
                tell.Parent!.Attribute("Condition")!.Value);
        }
        Assert.Contains("ProjectCachePlugin Remove", GateText.Targets(content));
        Assert.AreEqual("/guard/", XDocument.Parse(GateText.Props(content)).Descendants().Single(e => e.Name.LocalName == "_BuildGuardLoadedFrom").Value);
    }

    /// <summary>
    /// A project has an initial target unless the mark of its process says that all which that would do was done, in this build, by the same words. Decided after the gate's own comparisons and before the text of a package.
    /// </summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void WhatAProjectBeginsWith(bool isSealed)
    {
        var content = Empty with { Seal = isSealed ? Words : null, TaskAssembly = "/guard/BuildGuard.Tasks.dll", Props = [new("/p/a.props", false, null)], Texts = [("/p/a.props", new string('c', 64))] };
        var elements = XDocument.Parse(GateText.Props(content)).Root!.Elements().ToList();
        var imports = elements.Where(e => e.Name.LocalName == "Import").ToList();
        Assert.AreEqual($"{Initial} /p/a.props", string.Join(' ', imports.Select(i => i.Attribute("Project")!.Value)));
        Assert.AreEqual("'$(_BuildGuardStart)' == 'target'", imports[0].Attribute("Condition")!.Value);
        var start = elements.Descendants("_BuildGuardStart").ToList();
        Assert.HasCount(isSealed ? 2 : 1, start);
        Assert.AreEqual("target", start[^1].Value);
        Assert.AreEqual("'$(_BuildGuardStart)' == ''", start[^1].Attribute("Condition")!.Value);
        Assert.IsTrue(elements.IndexOf(start[0].Parent!) < elements.IndexOf(imports[0]));
        Assert.IsTrue(start[0].ElementsBeforeSelf("_BuildGuardOpen").Any());
        if (!isSealed)
            return;
        Assert.AreEqual(Words.Name, start[0].Value);
        Assert.AreEqual($"'$(_BuildGuardOpen)' == 'true' and '$(_BuildGuardSeen)' != '' and $(_BuildGuardMarks.Contains('{SealWords.Compared("/repo/.buildguard/", "/guard/", "/data/list.txt")}')) and $(_BuildGuardMarks.Contains('{Words.Name}'))",
            start[0].Attribute("Condition")!.Value);
    }

    [TestMethod]
    public void WhatWasComparedIsNamedByAllOfIt()
    {
        string[] names = [SealWords.Compared("/r/", "/g/", null), SealWords.Compared("/r/", "/g/", "/l"), SealWords.Compared("/r/", "/h/", "/l"), SealWords.Compared("/s/", "/g/", "/l"), SealWords.Compared("/r/", "/g/", "/m")];
        Assert.HasCount(names.Length, names.Distinct());
        // As ReadMark in Check.proj names it.
        Assert.AreEqual(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("list|/r/|/g/|/l"u8)), names[1]);
    }

    [TestMethod]
    public void WordsOfASealComeBackAsTheyWere()
    {
        Assert.AreEqual(Words, SealWords.Of(Words.ToString()));
        var strange = new SealWords(new("/a|b|c/p", "Report", "Audit", true, "Error"), true, "/x|y", "/z=|");
        Assert.AreEqual(strange, SealWords.Of(strange.ToString()));
        Assert.IsNull(SealWords.Of((strange with { Packages = "/a\nb" }).ToString()));
        Assert.IsNull(SealWords.Of(""));
        Assert.IsNull(NetworkWords.Of(""));
        // No other part of a mark can hold a name: hashes have no such letter.
        Assert.MatchesRegex("^s[0-9a-f]{16}$", Words.Name);
        Assert.AreNotEqual(Words.Name, (Words with { Strict = true }).Name);
    }

    [TestMethod]
    public void NoSealWhereThePolicyAsksForNone() => Assert.DoesNotContain("Seal", GateText.Props(Empty) + GateText.Targets(Empty));
}
