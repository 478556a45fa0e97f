using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Authoring;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Tests.Authoring;

[TestClass]
public sealed class ApprovalPlanTests
{
    private static readonly PackageGraph Graph = new() { Packages = [Package("Gen.Tool", "build/Gen.Tool.targets", "build/task.dll", "analyzers/a.dll"), Package("Plain", "lib/net10.0/Plain.dll")] };

    [TestMethod]
    [DataRow("Gen*", "", "never a pattern", "one by one")]
    [DataRow("Gen.Tol", "", "No project uses a package Gen.Tol", "Did you mean Gen.Tool?")]
    [DataRow("Gen.Tool", "props", "nothing of the kind props", "tasks")]
    [DataRow("Plain", "props", "nothing of the kind props", "runs nothing")]
    public void WhatCannotBeApprovedIsSaid(string id, string kind, string what, string fix)
    {
        var plan = ApprovalPlan.Of(Input(), new(id, kind.Length > 0 ? [kind] : [], "why", null));
        Assert.Contains(what, plan.Problem!.Value.What);
        Assert.Contains(fix, plan.Problem.Value.Fix);
        Assert.IsNull(plan.Lock);
    }

    [TestMethod]
    public void AReasonIsNeeded() => Assert.Contains("needs a reason", ApprovalPlan.Of(Input(), new("Gen.Tool", [], " ", null)).Problem!.Value.What);

    [TestMethod]
    public void EverythingThatIsNotApprovedYetIsMeant_UnlessKindsAreNamed()
    {
        var all = ApprovalPlan.Of(Input(), new("gen.tool", [], "why", null));
        Assert.AreEqual("targets tasks analyzers", string.Join(' ', all.Entry!.Kinds));
        Assert.AreEqual("analyzers targets tasks", string.Join(' ', all.Lock!.Find("Gen.Tool", NuGetVersion.Parse("1.0.0"))!.BuildScripts.Keys.Order()));
        var one = ApprovalPlan.Of(Input(), new("Gen.Tool", ["analyzers"], "why", null));
        Assert.AreEqual("analyzers", string.Join(' ', one.Entry!.Kinds));
        Assert.AreEqual("analyzers", string.Join(' ', one.Lock!.Find("Gen.Tool", NuGetVersion.Parse("1.0.0"))!.BuildScripts.Keys));
    }

    [TestMethod]
    public void WhatSomebodyWroteBeforeStays_WhenKindsAreAdded()
    {
        var input = Input("""{ "id": "Gen.Tool", "kinds": [ "analyzers" ], "reason": "Lints." }""");
        Assert.AreEqual("Lints. Generates.", ApprovalPlan.Of(input, new("Gen.Tool", ["targets", "tasks"], "Generates.", null)).Entry!.Reason);
        Assert.AreEqual("Better words.", ApprovalPlan.Of(input, new("Gen.Tool", ["analyzers"], "Better words.", null)).Entry!.Reason);
    }

    [TestMethod]
    public void WhatNobodyCanReadNobodyApproves()
    {
        var broken = new BuildTrait(BuildTraitKind.Unreadable, "build/Gen.Tool.targets", 1, "it is not UTF-8");
        var graph = Graph with { Packages = [Graph.Packages[0] with { Traits = Evidence<ImmutableArray<BuildTrait>>.Of([broken]) }] };
        Assert.Contains("cannot be read", ApprovalPlan.Of(Input(graph: graph), new("Gen.Tool", [], "why", null)).Problem!.Value.What);
    }

    [TestMethod]
    public void WhatIsNotLockedIsLockedFirst()
    {
        var input = Input() with { Lock = new("/repo/buildguard.lock.json", LockFile.Empty, null) };
        Assert.Contains("buildguard lock", ApprovalPlan.Of(input, new("Gen.Tool", [], "why", null)).Problem!.Value.Fix);
    }

    [TestMethod]
    public void TheReviewShowsWhatRuns_AndNothingThatATerminalWouldObey()
    {
        var traits = new BuildTrait[] { new(BuildTraitKind.RunsCommand, "build/Gen.Tool.targets", 7, "curl \u001b[2Jevil"), new(BuildTraitKind.DefinesTarget, "build/Gen.Tool.targets", 3, "_Gen") };
        var graph = Graph with { Packages = [Graph.Packages[0] with { Traits = Evidence<ImmutableArray<BuildTrait>>.Of([.. traits]) }] };
        var text = string.Join('\n', ApprovalReview.Of(ApprovalPlan.Of(Input(graph: graph), new("Gen.Tool", [], "why", null))));
        Assert.Contains("runs commands:\n      curl ", text);
        Assert.Contains("(build/Gen.Tool.targets, line 7)", text);
        Assert.Contains("_Gen", text);
        Assert.DoesNotContain('\u001b', text);
    }

    private static CheckInput Input(string entries = "", PackageGraph? graph = null)
    {
        var (tree, problems) = PolicyReader.ReadFile(Encoding.UTF8.GetBytes($$"""{ "version": 1, "buildScripts": { "allow": [ {{entries}} ] } }"""), "/repo/buildguard.json");
        Assert.IsEmpty(problems);
        graph ??= Graph;
        return new(new("/repo/buildguard.json", PolicyReader.Build(tree!, out _), []), new("/repo/buildguard.lock.json", LockWriter.From(graph, LockFile.Empty), null), graph, new(), new(2026, 6, 1));
    }

    private static PackageFacts Package(string id, params string[] files) => new(id, NuGetVersion.Parse("1.0.0"))
    {
        Reference = new("/repo/App.csproj", 1, 1),
        ContentHash = Evidence<string>.Of("aGFzaA=="),
        Nuspec = Evidence<NuspecIdentity>.Of(new(id, "1.0.0")),
        Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned),
        Entries = Evidence<ImmutableArray<string>>.Of([.. files]),
        Files = Evidence<ImmutableArray<PackageFile>>.Of([.. files.Select(f => new PackageFile(f, new string('0', 64)))]),
        Traits = Evidence<ImmutableArray<BuildTrait>>.Of([]),
        TakenIntoBuild = [.. files.Where(BuildScripts.IsBuildFile)],
    };
}
