using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class FrameworkPacksMustMatchTheLockTests : RuleTests<FrameworkPacksMustMatchTheLock>
{
    private static readonly PackageFacts Runtime = Facts.Package("Contoso.App.Runtime.linux-x64", "10.0.1");

    private static Facts Repo => Facts.Repo().WithPacks(Runtime);

    protected override CheckInput Violation => Repo.Lock(l => l with { Packs = [Facts.Locked(Runtime) with { ContentHash = "sha512-" + Facts.Hash("other") }] });

    protected override CheckInput Compliance => Repo;

    [TestMethod]
    public void ShowsBothHashes() =>
        Says(Violation, $"/repo/Directory.Packages.props(12,5): error BG2005: The pack Contoso.App.Runtime.linux-x64 10.0.1 has other content than the lock says (locked sha512-{Facts.Hash("other")[..12]}…, found sha512-{Runtime.ContentHash.Value[..12]}…).",
            "delete /packages/contoso.app.runtime.linux-x64/10.0.1", "--no-http-cache");

    [TestMethod]
    public void APackThatNobodyLockedNamesTheCommand() =>
        Says(Repo.Lock(l => l with { Packs = [] }), "/repo/Directory.Packages.props(12,5): error BG2005: The pack Contoso.App.Runtime.linux-x64 10.0.1 is not in the lock.", "buildguard lock", "keeps the packs of other runtimes");

    [TestMethod]
    public void AnotherVersionIsNamed() =>
        Assert.Contains("which has 10.0.0", Only(Repo.Lock(l => l with { Packs = [Facts.Locked(Facts.Package("Contoso.App.Runtime.linux-x64", "10.0.0"))] })).Finding.What);

    [TestMethod]
    public void WhatRestoreRecordedMustAgreeAsWell() =>
        Assert.Contains("than restore recorded", Only(Facts.Repo().WithPacks(Runtime with { RestoredHash = Evidence<string>.Of(Facts.Hash("before")) })).Finding.What);

    /// <summary>Another machine locked packs of its own runtime: they are neither missing nor superfluous here.</summary>
    [TestMethod]
    public void PacksOfOtherRuntimesAreLeftAlone() =>
        Silent(Repo.Lock(l => l with { Packs = [Facts.Locked(Runtime), Facts.Locked(Facts.Package("Contoso.App.Runtime.win-x64", "10.0.1"))] }));

    /// <summary>A pack is held to what a package is held to: its signature, its files, the block list.</summary>
    [TestMethod]
    public void OtherRulesSpeakOfPacksAsWell()
    {
        Assert.AreEqual("BG1001", Evaluation.Run(Facts.Repo().WithPacks(Facts.Unsigned("Contoso.App.Runtime.linux-x64", "10.0.1"))).Codes());
        Assert.AreEqual("BG2003", Evaluation.Run(Facts.Repo().WithPacks(Runtime with { Extracted = Evidence<System.Collections.Immutable.ImmutableArray<FileDifference>>.Of([new(FileDifferenceKind.Changed, "x")]) })).Codes());
        Assert.AreEqual("BG3001", Evaluation.Run(Facts.Repo().WithPacks(Runtime).Policy("""{ "version": 1, "block": [ { "id": "Contoso.App.*", "reason": "r" } ] }""")).Codes());
        Assert.AreEqual("BG0008", Evaluation.Run(Facts.Repo().WithPacks(Runtime with { RestoredHash = Evidence<string>.Missing("restore recorded no hash for it") })).Codes());
    }
}
