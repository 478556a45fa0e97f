using System.Collections.Immutable;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Weakening;

namespace BuildGuard.Core.Tests.Weakening;

[TestClass]
public sealed class LockWeakeningTests
{
    private const string Root = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static readonly LockedPackage Entry = Facts.Locked("A", "1.0.0") with
    {
        Signer = "sha256:" + Facts.Author,
        Owners = ["alpha"],
        Published = new(2026, 2, 11),
        FeedDate = new(2026, 2, 11),
        Files = Root,
        SignedHash = Root,
        Source = "contoso",
        Advisories = ["GHSA-1"],
        BuildScripts = ImmutableSortedDictionary<string, string>.Empty.Add("targets", Root),
    };

    private static readonly Dictionary<string, (Func<LockedPackage, LockedPackage> Change, string Said)> Cases = new()
    {
        ["content"] = (p => p with { ContentHash = "sha512-" + Facts.Hash("x") }, "A/1.0.0: other content under the same version: the hash changed"),
        ["files"] = (p => p with { Files = "sha256-x" }, "A/1.0.0: the hash of its files changed, and that of the package did not: that is never honest"),
        ["no files"] = (p => p with { Files = null }, "A/1.0.0: the hash of its files is gone"),
        ["unsigned"] = (p => p with { Signer = null, Owners = [] }, "A/1.0.0: NOT SIGNED any more: 1.0.0 was signed by sha256:aaaaaaaa…, owners alpha"),
        ["signer"] = (p => p with { Signer = "sha256:" + Facts.Gallery }, "A/1.0.0: OTHER SIGNER: sha256:bbbbbbbb…; 1.0.0 was signed by sha256:aaaaaaaa…"),
        ["owners"] = (p => p with { Owners = ["mallory"] }, "A/1.0.0: OTHER OWNERS: mallory; 1.0.0 belonged to alpha"),
        ["published"] = (p => p with { Published = new(2020, 1, 1) }, "A/1.0.0: the day of its publication changed from 2026-02-11 to 2020-01-01"),
        ["unpublished"] = (p => p with { Published = null }, "A/1.0.0: the day of its publication changed from 2026-02-11 to nothing"),
        ["older"] = (p => p with { FeedDate = new(2020, 1, 1) }, "A/1.0.0: the day that its feed gave changed from 2026-02-11 to 2020-01-01"),
        ["source"] = (p => p with { Source = "gallery" }, "A/1.0.0: OTHER SOURCE: gallery; 1.0.0 came from contoso"),
        ["advisories"] = (p => p with { Advisories = [] }, "A/1.0.0: it forgets that GHSA-1 was known: that fails no longer, but counts as new"),
        ["approval"] = (p => p with { BuildScripts = p.BuildScripts.Add("props", Root) }, "A/1.0.0: props are approved now (sha256-AAAAAAAA…)"),
        ["other approval"] = (p => p with { BuildScripts = p.BuildScripts.SetItem("targets", "sha256-BBBBBBBBBBBB") }, "A/1.0.0: other targets are approved than before (sha256-BBBBBBBB…)"),
        ["update"] = (p => p with { Version = new(2, 0, 0), Signer = null, Owners = [] }, "A/2.0.0: NOT SIGNED any more: 1.0.0 was signed by sha256:aaaaaaaa…, owners alpha"),
    };

    public static IEnumerable<object[]> Names => Cases.Keys.Select(k => new object[] { k });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void EachIsAWeakening(string name)
    {
        Assert.AreEqual(Cases[name].Said, Between(Lock(Entry), Lock(Cases[name].Change(Entry))));
        Assert.AreEqual("", Between(Lock(Entry), Lock(Entry)));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void PacksSdksAndToolsCountAsWell(string name)
    {
        Assert.AreEqual(Cases[name].Said, Between(LockFile.Empty with { Packs = [Entry] }, LockFile.Empty with { Packs = [Cases[name].Change(Entry)] }));
        Assert.AreEqual(Cases[name].Said, Between(LockFile.Empty with { Sdks = [Entry] }, LockFile.Empty with { Sdks = [Cases[name].Change(Entry)] }));
        Assert.AreEqual(Cases[name].Said, Between(LockFile.Empty with { Tools = [Entry] }, LockFile.Empty with { Tools = [Cases[name].Change(Entry)] }));
    }

    // What is missing from a lock fails a check; what is new in it is judged by the policy.
    [TestMethod]
    public void WhatCameOrWentIsNone()
    {
        Assert.AreEqual("", Between(Lock(Entry), LockFile.Empty));
        Assert.AreEqual("", Between(LockFile.Empty, Lock(Facts.Locked("A", "1.0.0"))));
    }

    [TestMethod]
    public void OtherFilesOfTheSameSdk()
    {
        static LockFile With(string hash) => LockFile.Empty with { Toolchains = [new("linux-x64", "10.0.401", ImmutableSortedDictionary<string, string>.Empty.Add("sdk", hash))] };
        Assert.AreEqual(".NET SDK 10.0.401 for linux-x64: other files under the same version", Between(With(Root), With("sha256-x")));
    }

    private static LockFile Lock(LockedPackage package) => LockFile.Empty with { Packages = [package] };

    /// <summary>A package from anywhere passes where the lock says that its bytes came from a source that the policy accepts.</summary>
    [TestMethod]
    public void ASourceThatSomebodyWroteIn()
    {
        static LockFile Of(LockedPackage package) => new() { Packages = [package] };
        Assert.AreEqual("A/1.0.0: it says now that these bytes came from \"contoso\", and so where they come from is not asked any more", Between(Of(Entry with { Source = null }), Of(Entry)));
        Assert.AreEqual("", Between(Of(Entry with { Source = null }), Of(Entry), namesSources: false));
    }

    private static string Between(LockFile before, LockFile after, bool namesSources = true) => string.Join('\n', LockWeakening.Between(before, after, SignerNames.None, namesSources).Select(w => $"{w.Key}: {w.What}"));
}
