using System.Xml.Linq;
using BuildGuard.NuGet.Gate;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class GateTextTests
{
    private static readonly GateContent Empty = new()
    {
        Project = "/repo/App.csproj",
        PolicyAsked = "",
        Policy = "/repo/buildguard.json",
        Judged = "",
        Basis = [],
        Common = new([]),
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
        var text = GateText.Props(Empty with { Project = path, Props = [new(path, false, null)], Basis = [(path, new string('a', 64))], Common = new([(path, new string('b', 64))]) });
        var root = XDocument.Parse(text).Root!;
        var import = root.Elements().Single(e => e.Name.LocalName == "Import");
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
        var imports = new[] { GateText.Props(content), GateText.Targets(content) }.SelectMany(t => XDocument.Parse(t).Descendants().Where(e => e.Name.LocalName == "Import")).ToList();
        Assert.HasCount(5, imports);
        Assert.IsTrue(imports.All(i => i.Attribute("Condition")!.Value.StartsWith("'$(_BuildGuardOpen)' == 'true' and ", StringComparison.Ordinal)));
        Assert.HasCount(2, imports.Where(i => i.Attribute("Condition")!.Value.Contains("StableStringHash", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void WhatIsExcludedIsTakenFromTheCompilerByPackage()
    {
        var text = GateText.Targets(Empty with { WithoutAnalyzers = ["Evil.Gen"], WithoutContent = ["Evil.Src"] });
        var removed = XDocument.Parse(text).Descendants().Where(e => e.Attribute("Remove") is not null).ToList();
        Assert.AreEqual("Analyzer Compile", string.Join(' ', removed.Select(e => e.Name.LocalName)));
        Assert.Contains("'%(Analyzer.FrameworkReferenceName)' == ''", removed[0].Attribute("Condition")!.Value);
    }

    /// <summary>What all projects rest on need not be compared where the process has seen these files with this content; what is the project's own is always compared.</summary>
    [TestMethod]
    public void WhatTheCheckOfThisBuildHasSeen()
    {
        GateBasis common = new([("/repo/buildguard.json", new string('a', 64)), ("/repo/buildguard.lock.json", new string('b', 64))]);
        var text = XDocument.Parse(GateText.Props(Empty with { Basis = [("/p/a.targets", new string('c', 64))], Common = common }));
        Assert.AreEqual($"!$(_BuildGuardSeen.Contains('{common.Token}'))", text.Descendants().Single(e => e.Name.LocalName == "_BuildGuardSeen").Attribute("Condition")!.Value);
        var conditions = text.Descendants().Where(e => e.Name.LocalName == "_BuildGuardClosedBy").Select(e => e.Attribute("Condition")?.Value ?? "").ToList();
        Assert.AreEqual("'$(_BuildGuardClosedBy)' == ''", Start(conditions.Single(c => c.Contains(new string('c', 64), StringComparison.Ordinal))));
        foreach (var hash in (string[])[new('a', 64), new('b', 64)])
            Assert.AreEqual("'$(_BuildGuardClosedBy)$(_BuildGuardSeen)' == ''", Start(conditions.Single(c => c.Contains(hash, StringComparison.Ordinal))));

        static string Start(string condition) => condition[..condition.IndexOf(" and ", StringComparison.Ordinal)];
    }

    [TestMethod]
    public void ABasisIsKnownByItsFilesAndTheirContent()
    {
        GateBasis[] different = [new([]), new([("/a", "1")]), new([("/a", "2")]), new([("/b", "1")]), new([("/a", "1"), ("/b", "1")]), new([("/b", "1"), ("/a", "1")])];
        Assert.HasCount(different.Length, different.Select(b => b.Token).Distinct());
        Assert.AreEqual(different[1].Token, new GateBasis([("/a", "1")]).Token);
        Assert.IsTrue(different.All(b => b.Token.Length == 64 && b.Token.All(char.IsAsciiHexDigitLower)));
    }

    /// <summary>The task is registered, and the seal put before every target of a package, before anything of a package is imported.</summary>
    [TestMethod]
    public void TheSealComesFirst()
    {
        var content = Empty with { Seal = [("Network", "Deny"), ("Packages", "/a;b/list")], TaskAssembly = "/guard/BuildGuard.Tasks.dll", PackageTargets = ["A", "B;C"], Props = [new("/p/a.props", false, null)] };
        var names = XDocument.Parse(GateText.Props(content)).Root!.Elements().Where(e => e.Name.LocalName is "UsingTask" or "Target" or "Import").Select(e => (e.Attribute("Name") ?? e.Attribute("TaskName") ?? e.Attribute("Project"))!.Value);
        Assert.AreEqual("BuildGuard.Tasks.SealBuild _BuildGuardSeal _BuildGuardSealEarly /p/a.props", string.Join(' ', names));
        var early = XDocument.Parse(GateText.Props(content)).Descendants().Single(e => (string?)e.Attribute("Name") == "_BuildGuardSealEarly");
        Assert.AreEqual("A;B%3bC", early.Attribute("BeforeTargets")!.Value);
        var task = XDocument.Parse(GateText.Props(content)).Descendants().Single(e => e.Name.LocalName == "BuildGuard.Tasks.SealBuild");
        Assert.AreEqual("Deny /a%3bb/list", $"{task.Attribute("Network")!.Value} {task.Attribute("Packages")!.Value}");
        Assert.Contains("ProjectCachePlugin Remove", GateText.Targets(content));
        Assert.AreEqual("/guard/", XDocument.Parse(GateText.Props(content)).Descendants().Single(e => e.Name.LocalName == "_BuildGuardLoadedFrom").Value);
    }

    [TestMethod]
    public void NoSealWhereThePolicyAsksForNone() => Assert.DoesNotContain("Seal", GateText.Props(Empty) + GateText.Targets(Empty));
}
