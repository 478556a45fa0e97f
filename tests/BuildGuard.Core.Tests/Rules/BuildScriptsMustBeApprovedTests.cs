using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class BuildScriptsMustBeApprovedTests : RuleTests<BuildScriptsMustBeApproved>
{
    private static readonly PackageFacts Tool = Facts.Running("Contoso.Gen", "1.2.0", "build/Contoso.Gen.props", "build/Contoso.Gen.targets", "tools/gen.py");

    private static readonly PackageFacts Unreadable = Facts.Showing(Tool, new BuildTrait(BuildTraitKind.Unreadable, "build/Contoso.Gen.props", 0, "it is UTF-16"));

    private static readonly GuardFacts Gated = new() { HasGate = true };

    protected override CheckInput Violation => Facts.Repo().With(Tool);

    protected override CheckInput Compliance => Facts.Repo().With(Tool).Policy(Approving("Contoso.Gen", "props", "targets", "tools"));

    [TestMethod]
    public void GivesCommandAndEntry() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG4001: Contoso.Gen 1.2.0 brings props, targets and tools that nobody approved: build/Contoso.Gen.props, build/Contoso.Gen.targets, tools/gen.py.",
            "buildguard approve Contoso.Gen --reason \"…\" (add --yes where nobody can be asked)",
            """to "buildScripts.allow" in buildguard.json: { "id": "Contoso.Gen", "kinds": [ "props", "targets", "tools" ], "reason": "…" }""");

    /// <summary>"approve" refuses a package that is not in the lock, so whoever has to approve one is told first how it gets there.</summary>
    [TestMethod]
    public void APackageIsLockedBeforeItIsApproved()
    {
        Assert.StartsWith("Look at it and approve it: buildguard approve Contoso.Gen ", Only(Violation).Finding.Fix);
        var unlocked = Evaluation.Run(Facts.Repo().With(Tool).Lock(l => l with { Packages = [] })).Findings.Single(f => f.Finding.Code == "BG4001").Finding.Fix;
        Assert.StartsWith("Run buildguard lock (add --yes where nobody can be asked), which shows what it changes in trust. Then look at it and approve it: buildguard approve Contoso.Gen ", unlocked);
    }

    [TestMethod]
    public void TheEntryThatItGivesResolvesIt() => Silent(Compliance);

    [TestMethod]
    public void NamesOnlyTheKindsThatAreMissing()
    {
        var finding = Only(Facts.Repo().With(Tool).Policy(Approving("Contoso.*", "targets", "props"))).Finding;
        Assert.AreEqual("Contoso.Gen 1.2.0 brings tools that nobody approved: tools/gen.py.", finding.What);
        Assert.Contains("\"kinds\": [ \"tools\" ]", finding.Fix);
    }

    [TestMethod]
    public void EveryEntryThatMatchesCounts() =>
        Silent(Facts.Repo().With(Tool).Policy("""
            { "version": 1, "buildScripts": { "allow": [
              { "id": "*", "kinds": [ "tools" ], "reason": "r" },
              { "id": "contoso.gen", "kinds": [ "props", "targets" ], "reason": "r" } ] } }
            """));

    [TestMethod]
    public void ManyFilesAreCounted() =>
        Assert.EndsWith("build/4.targets, build/5.targets and 2 more.", Only(Facts.Repo().With(Facts.Running("A", "1.0.0", [.. Enumerable.Range(1, 7).Select(i => $"build/{i}.targets")]))).Finding.What);

    [TestMethod]
    public void CompiledContentNeedsAnApprovalToo() =>
        Assert.StartsWith("A 1.0.0 brings content that nobody approved: contentFiles/", Only(Facts.Repo().With(Facts.Running("A", "1.0.0", "contentFiles/cs/any/a.cs"))).Finding.What);

    [TestMethod]
    public void AnalyzersAreAnotherRule() => Silent(Facts.Repo().With(Facts.Running("A", "1.0.0", "analyzers/a.dll")));

    [TestMethod]
    public void SilentWhereThePolicyLetsEverythingRun() =>
        Assert.AreEqual("", Evaluation.Run(Facts.Repo().With(Tool).Policy("""{ "version": 1, "buildScripts": { "default": "allow" } }""")).Codes());

    [TestMethod]
    public void WithAGateItTellsOfExclusion() =>
        Assert.Contains("write \"whenDenied\": \"exclude\"", Only(Facts.Repo().With(Tool).Guarded(Gated)).Finding.Fix);

    [TestMethod]
    public void WhatTheGateLeavesOutIsNoViolation()
    {
        const string excluding = """{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }""";
        Assert.AreEqual("", Evaluation.Run(Facts.Repo().With(Tool).Policy(excluding).Guarded(Gated)).Codes());
        Says(Facts.Repo().With(Tool).Policy(excluding),
            "/repo/Directory.Packages.props(12,5): error BG4001: Contoso.Gen 1.2.0 brings props, targets and tools that nobody approved: build/Contoso.Gen.props, build/Contoso.Gen.targets, tools/gen.py; the policy excludes them, but there is no gate that could.",
            "Run: buildguard init");
    }

    [TestMethod]
    public void AnEntryThatTheGateCannotFollowIsTold()
    {
        var partly = Facts.Repo().With(Tool).Guarded(Gated)
            .Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude", "allow": [ { "id": "Contoso.Gen", "kinds": [ "props", "targets" ], "reason": "r" } ] } }""");
        Says(partly, "/repo/Directory.Packages.props(12,5): error BG4001: Contoso.Gen 1.2.0 brings tools that nobody approved: tools/gen.py; build files load each other, so the gate leaves out those that are approved as well.");
        Assert.AreEqual("props targets tools", string.Join(' ', BuildScriptDecisions.Denied(partly).Single().Kinds));
    }

    [TestMethod]
    public void WhatCannotBeReadCannotBeApproved()
    {
        var repo = Facts.Repo().With(Unreadable);
        const string expected = "/repo/Directory.Packages.props(12,5): error BG4001: Contoso.Gen 1.2.0 has build files that cannot be read (it is UTF-16): build/Contoso.Gen.props.";
        Says(repo, expected, "no approval makes this pass");
        Says(repo.Policy(Approving("Contoso.Gen", "props", "targets", "tools")), expected);
        Says(repo.Policy("""{ "version": 1, "buildScripts": { "default": "allow" } }"""), expected);
    }

    [TestMethod]
    public void WhatCannotBeReadMayStayOut()
    {
        var repo = Facts.Repo().With(Unreadable).Guarded(Gated).Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }""");
        Assert.AreEqual("", Evaluation.Run(repo).Codes());
        Only(repo.Guarded(new() { HasGate = false }));
        Only(Facts.Repo().With(Unreadable).Guarded(Gated).Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude", "allow": [ { "id": "*", "kinds": [ "props", "targets", "tools" ], "reason": "r" } ] } }"""));
    }

    [TestMethod]
    public void WhatNoBuildTakesMayBeUnreadable() => Assert.AreEqual("", Evaluation.Run(Facts.Repo().With(Unreadable with { TakenIntoBuild = [] })).Codes());

    private static string Approving(string id, params string[] kinds) =>
        $$"""{ "version": 1, "buildScripts": { "allow": [ { "id": "{{id}}", "kinds": [ {{string.Join(", ", kinds.Select(k => $"\"{k}\""))}} ], "reason": "r" } ] } }""";
}
