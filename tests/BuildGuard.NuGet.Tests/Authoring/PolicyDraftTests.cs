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
        var policy = Read(PolicyDraft.Write(graph, withGate: true, "/repo"));
        Assert.AreEqual("An.Analyzer: analyzers scripts; Gen: props targets tools", string.Join("; ", policy.BuildScripts.Select(b => $"{b.Id}: {string.Join(' ', b.Kinds)}")));
        Assert.IsTrue(policy.BuildScripts.All(b => b.Id.IsExact && b.Exemption.Reason == "Ran when BuildGuard was introduced; nobody has reviewed it yet."));
        Assert.AreEqual((true, false, false), (policy.BuildScriptsNeedApproval, policy.ExcludeDeniedBuildScripts, policy.HashEveryFile));
    }

    [TestMethod]
    public void NothingThatRunsIsNoEntry()
    {
        var policy = Read(PolicyDraft.Write(new() { Packages = [Package("Plain", "1.0.0", "lib/net8.0/Plain.dll")] }, withGate: false, "/repo"));
        Assert.IsEmpty(policy.BuildScripts);
    }

    [TestMethod]
    public void TheDraftAndItsLockLeaveNothingUnapproved()
    {
        var graph = new PackageGraph { Packages = [Package("Gen", "1.0.0", "build/Gen.targets", "tools/gen.exe", "analyzers/a.dll")] };
        var input = new CheckInput(new("/repo/buildguard.json", Read(PolicyDraft.Write(graph, withGate: true, "/repo")), []), new("/repo/buildguard.lock.json", null, null), graph, new(), new(2026, 6, 1));
        var locked = LockWriter.Approve(LockWriter.From(graph, LockFile.Empty), BuildScriptDecisions.Of(input).Where(d => d.IsNamed).Select(d => (d.Package, d.Script)));
        input = input with { Lock = new("/repo/buildguard.lock.json", locked, null) };
        Assert.IsTrue(BuildScriptDecisions.Of(input).All(d => d.IsApproved));
        Assert.IsEmpty(TrustDiff.Unapproved(input));
    }

    [TestMethod]
    public void NamesTheSignersThatItSaw()
    {
        const string one = "https://feed.one.example/v3/index.json", two = "https://feed.two.example/v3/index.json";
        var alice = new Signer(SignatureKind.Author, new('a', 64), "Alice & Söhne GmbH", null);
        var gallery = new Signer(SignatureKind.Repository, new('b', 64), "Gallery", null);
        PackageFacts[] packages = [Signed("A", one, alice, gallery), Signed("B", one, gallery), Signed("C", two, gallery), Signed("D", null, alice), Package("E", "1.0.0"), Doubtful(Signed("F", one, gallery))];
        var graph = new PackageGraph { Packages = [.. packages] };
        var policy = Read(PolicyDraft.Write(graph, withGate: true, "/repo")).Signatures;
        Assert.AreEqual(SignatureRequirement.Trusted, policy.Default);
        Assert.AreEqual($$"""
            "gallery-2": { "kind": "repository", "certificates": [ "sha256:{{gallery.Certificate}}" ], "serviceIndex": "{{one}}" }
            "gallery-3": { "kind": "repository", "certificates": [ "sha256:{{gallery.Certificate}}" ], "serviceIndex": "{{two}}" }
            "alice-s-hne-gmbh": { "kind": "author", "certificates": [ "sha256:{{alice.Certificate}}" ] }
            """.ReplaceLineEndings("\n"), string.Join('\n', policy.Signers.Select(s => s.ToJson())));
        Assert.AreEqual("E F", string.Join(' ', policy.Packages.Where(p => p.Unsigned is not null).Select(p => p.Id)));
        Assert.IsTrue(graph.Packages.All(p => new SignatureDemand(policy, p.Id).IsMetBy(p.Signature.Value)));
    }

    [TestMethod]
    public void WhereNothingIsSignedThereIsNobodyToTrust() =>
        Assert.AreEqual((SignatureRequirement.Signed, 0), Summary(new() { Packages = [Package("A", "1.0.0")] }));

    private static (SignatureRequirement Default, int Signers) Summary(PackageGraph graph)
    {
        var policy = Read(PolicyDraft.Write(graph, withGate: true, "/repo")).Signatures;
        return (policy.Default, policy.Signers.Length);
    }

    private static PackageFacts Signed(string id, string? index, params Signer[] signers) =>
        Package(id, "1.0.0") with { Signature = Evidence<SignatureFacts>.Of(new() { Signers = [.. signers], ServiceIndex = index }) };

    private static PackageFacts Doubtful(PackageFacts package) =>
        package with { Signature = Evidence<SignatureFacts>.Of(package.Signature.Value with { Problems = [new(SignatureTrouble.Trust, "NU3018", "no chain")] }) };

    private static GuardPolicy Read(string text)
    {
        var (tree, problems) = PolicyReader.ReadFile(Encoding.UTF8.GetBytes(text), "/repo/buildguard.json");
        Assert.IsEmpty(problems);
        var policy = PolicyReader.Build(tree!, out problems);
        Assert.IsEmpty(problems);
        return policy;
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
