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
public sealed class PolicyDraftTests
{
    [TestMethod]
    public void NamesEachPackageThatRunsSomethingOnce()
    {
        var graph = new PackageGraph
        {
            Packages =
            [
                Package("Gen", "1.0.0", "build/Gen.targets", "tools/gen.exe"),
                Package("gen", "2.0.0", "build/Gen.props"),
                Package("Plain", "1.0.0", "lib/net8.0/Plain.dll"),
                Package("An.Analyzer", "1.0.0", "analyzers/a.dll") with { Entries = Evidence<ImmutableArray<string>>.Of(["tools/install.ps1"]) },
            ],
        };
        var policy = Read(PolicyDraft.Write(graph, withGate: true));
        Assert.AreEqual("An.Analyzer: analyzers scripts; Gen: props targets tools", string.Join("; ", policy.BuildScripts.Select(b => $"{b.Id}: {string.Join(' ', b.Kinds)}")));
        Assert.IsTrue(policy.BuildScripts.All(b => b.Id.IsExact && b.Exemption.Reason == "Ran when BuildGuard was introduced; nobody has reviewed it yet."));
        Assert.AreEqual((true, false, false), (policy.BuildScriptsNeedApproval, policy.ExcludeDeniedBuildScripts, policy.HashEveryFile));
    }

    [TestMethod]
    public void NothingThatRunsIsNoEntry()
    {
        var policy = Read(PolicyDraft.Write(new() { Packages = [Package("Plain", "1.0.0", "lib/net8.0/Plain.dll")] }, withGate: false));
        Assert.IsEmpty(policy.BuildScripts);
    }

    [TestMethod]
    public void TheDraftAndItsLockLeaveNothingUnapproved()
    {
        var graph = new PackageGraph { Packages = [Package("Gen", "1.0.0", "build/Gen.targets", "tools/gen.exe", "analyzers/a.dll")] };
        var input = new CheckInput(new("/repo/buildguard.json", Read(PolicyDraft.Write(graph, withGate: true)), []), new("/repo/buildguard.lock.json", null, null), graph, new(), new(2026, 6, 1));
        var locked = LockWriter.Approve(LockWriter.From(graph, LockFile.Empty), BuildScriptDecisions.Of(input).Where(d => d.IsNamed).Select(d => (d.Package, d.Script)));
        input = input with { Lock = new("/repo/buildguard.lock.json", locked, null) };
        Assert.IsTrue(BuildScriptDecisions.Of(input).All(d => d.IsApproved));
        Assert.IsEmpty(TrustDiff.Unapproved(input));
    }

    private static GuardPolicy Read(string text)
    {
        var (tree, problems) = PolicyReader.ReadFile(Encoding.UTF8.GetBytes(text), "/repo/buildguard.json");
        Assert.IsEmpty(problems);
        return PolicyReader.Build(tree!, out _);
    }

    private static PackageFacts Package(string id, string version, params string[] files) => new(id, NuGetVersion.Parse(version))
    {
        Reference = new("/repo/App.csproj", 1, 1),
        ContentHash = Evidence<string>.Of("x"),
        Nuspec = Evidence<NuspecIdentity>.Of(new(id, version)),
        Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned),
        Entries = Evidence<ImmutableArray<string>>.Of([.. files]),
        Files = Evidence<ImmutableArray<PackageFile>>.Of([.. files.Select(f => new PackageFile(f, new string('0', 64)))]),
        Traits = Evidence<ImmutableArray<BuildTrait>>.Of([]),
        TakenIntoBuild = [.. files.Where(BuildScripts.IsBuildFile)],
    };
}
