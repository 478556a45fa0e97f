using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Tests;

[TestClass]
public sealed class BuildScriptDecisionsTests
{
    private static readonly PackageFacts Gen = Facts.Running("Gen", "1.0.0", "build/Gen.props", "build/Gen.targets", "build/Gen.dll", "contentFiles/cs/any/a.cs", "analyzers/a.dll");

    private static readonly Facts Repo = Facts.Repo().With(Facts.Package("Serilog", "4.3.0"), Gen);

    [TestMethod]
    public void WithoutAnApprovalEverythingIsDenied() => Assert.AreEqual("Gen: props targets tasks analyzers content", Denied(Repo));

    [TestMethod]
    public void WhatIsApprovedIsNotDenied() => Assert.AreEqual("", Denied(Repo.Policy(Policy("", "props", "targets", "tasks", "analyzers", "content"))));

    [TestMethod]
    public void BuildFilesStayOutTogether()
    {
        Assert.AreEqual("Gen: props targets tasks", Denied(Repo.Policy(Policy("", "props", "targets", "analyzers", "content"))));
        Assert.AreEqual("Gen: analyzers content", Denied(Repo.Policy(Policy("", "props", "targets", "tasks"))));
    }

    [TestMethod]
    public void OtherContentThanWasApprovedIsDenied()
    {
        var approved = Repo.Policy(Policy("", "props", "targets", "tasks", "analyzers", "content"));
        Assert.AreEqual("Gen: analyzers", Denied(approved.Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { BuildScripts = p.BuildScripts.SetItem("analyzers", PackageFile.RootOf([])) })] })));
        Assert.AreEqual("Gen: props targets tasks", Denied(approved.Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { BuildScripts = p.BuildScripts.Remove("tasks") })] })));
        Assert.AreEqual("Gen: props targets tasks analyzers content", Denied(approved.NoLock()));
    }

    [TestMethod]
    public void WhatCannotBeReadIsDenied()
    {
        var repo = Facts.Repo().With(Facts.Showing(Gen, new BuildTrait(BuildTraitKind.Unreadable, "build/Gen.props", 0, "x"))).Policy(Policy("", "props", "targets", "tasks", "analyzers", "content"));
        Assert.AreEqual("Gen: props targets tasks", Denied(repo));
    }

    [TestMethod]
    public void NothingIsDeniedWhereEverythingMayRun() => Assert.AreEqual("", Denied(Repo.Policy(Policy("\"default\": \"allow\", "))));

    private static string Denied(CheckInput input) => string.Join("; ", BuildScriptDecisions.Denied(input).Select(d => $"{d.Package.Id}: {string.Join(' ', d.Kinds)}"));

    private static string Policy(string keys, params string[] kinds) =>
        $$"""{ "version": 1, "buildScripts": { {{keys}}"allow": [ { "id": "Gen", "kinds": [ {{string.Join(", ", kinds.Select(k => $"\"{k}\""))}} ], "reason": "r" } ] } }""";
}
