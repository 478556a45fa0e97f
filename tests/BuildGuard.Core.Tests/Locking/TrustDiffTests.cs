using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Tests.Locking;

[TestClass]
public sealed class TrustDiffTests
{
    private static readonly LockedPackage Old = Facts.Locked("Serilog", "4.2.0") with { Signer = "sha256:" + Facts.Author, Owners = ["serilog"] };

    private static readonly SignerNames Names = SignerNames.Of(Facts.Repo().Policy($$"""
        { "version": 1, "signatures": { "signers": { "feed": { "kind": "repository", "certificates": [ "sha256:{{Facts.Gallery}}", "sha256:{{Facts.Gallery.Replace('b', 'c')}}" ] } } } }
        """).Build());

    [TestMethod]
    public void NoChangeIsNoLine()
    {
        Assert.AreEqual("", Diff([Old], [Old]));
        Assert.AreEqual("", Diff([Old], [Old with { Owners = ["SERILOG"] }]));
    }

    [TestMethod]
    public void ANewPackageSaysWhoSignedIt()
    {
        Assert.AreEqual("Added Serilog/4.2.0: package, signer CN=Author (sha256:aaaaaaaa…), owners serilog", Diff([], [Old]));
        Assert.AreEqual("Added Serilog/4.2.0: package, unsigned", Diff([], [Facts.Locked("Serilog", "4.2.0")]));
    }

    [TestMethod]
    public void APackageThatIsGone() => Assert.AreEqual("Removed Serilog/4.2.0: package", Diff([Old], []));

    [TestMethod]
    public void AnUpdateIsOneLine() => Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0", Diff([Old], [Next]));

    [TestMethod]
    public void AnUpdateThatChangesTrustIsAnAlarm()
    {
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Alarm Serilog/4.3.0: NOT SIGNED any more: 4.2.0 was signed by CN=Author (sha256:aaaaaaaa…), owners serilog", Diff([Old], [Next with { Signer = null, Owners = [] }]));
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Alarm Serilog/4.3.0: OTHER SIGNER: feed (sha256:bbbbbbbb…); 4.2.0 was signed by CN=Author (sha256:aaaaaaaa…)", Diff([Old], [Next with { Signer = "sha256:" + Facts.Gallery }]));
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Alarm Serilog/4.3.0: OTHER OWNERS: mallory + serilog; 4.2.0 belonged to serilog", Diff([Old], [Next with { Owners = ["mallory", "serilog"] }]));
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Alarm Serilog/4.3.0: OTHER OWNERS: nobody; 4.2.0 belonged to serilog", Diff([Old], [Next with { Owners = [] }]));
    }

    [TestMethod]
    public void WhatGetsBetterIsNoAlarm()
    {
        var unsigned = Old with { Signer = null, Owners = [] };
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Updated Serilog/4.3.0: is signed now, by CN=Author (sha256:aaaaaaaa…); Updated Serilog/4.3.0: names owners now: serilog", Diff([unsigned], [Next]));
        Assert.AreEqual("Updated Serilog: 4.2.0 to 4.3.0; Updated Serilog/4.3.0: signed with another certificate of the same signer, feed (sha256:cccccccc…)",
            Diff([Old with { Signer = "sha256:" + Facts.Gallery }], [Next with { Signer = "sha256:" + Facts.Gallery.Replace('b', 'c') }]));
    }

    [TestMethod]
    public void OtherContentUnderTheSameVersionIsAnAlarm() =>
        Assert.AreEqual("Alarm Serilog/4.2.0: other content under the same version: the hash changed", Diff([Old], [Old with { ContentHash = "sha512-" + Facts.Hash("other") }]));

    /// <summary>What nobody approved in another version was approved by the change that brings the package in, also where the policy's pattern covers its id already.</summary>
    [TestMethod]
    public void ANewPackageThatMayRunSomethingIsAnAlarm()
    {
        static LockedPackage With(LockedPackage package, string hash) => package with { BuildScripts = package.BuildScripts.Add("targets", hash) };
        var (one, two) = ("sha256-" + Facts.Hash("1"), "sha256-" + Facts.Hash("2"));
        Assert.Contains($"Alarm Serilog/4.2.0: targets are approved now ({one[..15]}…)", Diff([], [With(Old, one)]));
        Assert.Contains($"Alarm Serilog/4.3.0: other targets are approved than before ({two[..15]}…)", Diff([With(Old, one)], [With(Old, one), With(Next, two)]));
        Assert.DoesNotContain("Alarm", Diff([With(Old, one)], [With(Old, one), With(Next, one)]));
    }

    [TestMethod]
    public void ASecondVersionIsNew() => Assert.AreEqual("Added Serilog/4.3.0: package, signer CN=Author (sha256:aaaaaaaa…), owners serilog", Diff([Old], [Old, Next]));

    [TestMethod]
    public void ASecondVersionIsHeldAgainstTheFirst() =>
        Assert.AreEqual("Added Serilog/4.3.0: package, signer CN=Author (sha256:aaaaaaaa…), owners mallory; Alarm Serilog/4.3.0: OTHER OWNERS: mallory; 4.2.0 belonged to serilog", Diff([Old], [Old, Next with { Owners = ["mallory"] }]));

    [TestMethod]
    public void PackagesAreSortedAndIdsAreEqualWithoutCase() =>
        Assert.AreEqual("Added A/1.0.0: package, unsigned; Updated SERILOG: 4.2.0 to 4.3.0; Removed Z/1.0.0: package",
            Diff([Facts.Locked("Z", "1.0.0"), Old], [Next with { Id = "SERILOG" }, Facts.Locked("A", "1.0.0")]));

    [TestMethod]
    public void WhatIsApprovedAnewIsAnAlarm()
    {
        var before = Old with { BuildScripts = Old.BuildScripts.Add("props", PackageFile.RootOf([])).Add("tools", PackageFile.RootOf([])) };
        var after = before with { BuildScripts = before.BuildScripts.SetItem("props", PackageFile.RootOf([new("a", "b")])).Add("targets", PackageFile.RootOf([])).Remove("tools") };
        Assert.AreEqual("Alarm Serilog/4.2.0: other props are approved than before (sha256-Ve8Q22eU…); Alarm Serilog/4.2.0: targets are approved now (sha256-47DEQpj8…)", Diff([before], [after]));
    }

    [TestMethod]
    public void WhatNobodyApprovedIsTold()
    {
        var package = Facts.Running("Gen", "2.0.0", "build/Gen.props=new", "build/Gen.targets", "analyzers/a.dll");
        var repo = Facts.Repo().With(package).Lock(l => l with { Packages = [l.Packages[0] with { BuildScripts = l.Packages[0].BuildScripts.Remove("analyzers").SetItem("props", PackageFile.RootOf([])) }] });
        const string changed = "Alarm Gen/2.0.0: its props changed since somebody approved them: buildguard approve Gen";
        const string added = "Alarm Gen/2.0.0: runs analyzers in the build, which nobody approved: buildguard approve Gen";
        Assert.AreEqual($"{changed}; {added}", Text(TrustDiff.Unapproved(repo)));
        Assert.AreEqual(changed, Text(TrustDiff.Unapproved(repo.Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }"""))));
        Assert.AreEqual("", Text(TrustDiff.Unapproved(repo.Policy("""{ "version": 1, "buildScripts": { "default": "allow" } }"""))));
        Assert.AreEqual($"{changed}; {added}", Text(TrustDiff.Unapproved(repo.Policy("""{ "version": 1, "buildScripts": { "default": "allow", "allow": [ { "id": "*", "kinds": [ "props", "analyzers" ], "reason": "r" } ] } }"""))));
        Assert.AreEqual("", Text(TrustDiff.Unapproved(Facts.Repo().With(package))));
    }

    [TestMethod]
    public void ProjectsAreTold()
    {
        var changes = TrustDiff.Between(LockFile.Empty with { Projects = ["a.csproj", "b\u001b.csproj"] }, LockFile.Empty with { Projects = ["a.csproj", "c.csproj"] }, Names);
        Assert.AreEqual(@"Added c.csproj: project; Removed b\u001b.csproj: project", Text(changes));
    }

    [TestMethod]
    public void AnOwnerCannotWriteToTheTerminal() => Assert.DoesNotContain("\u001b", Diff([], [Old with { Owners = ["\u001b[2J"] }]));

    private static LockedPackage Next => Old with { Version = new("4.3.0"), ContentHash = "sha512-" + Facts.Hash("next") };

    private static string Diff(LockedPackage[] before, LockedPackage[] after) =>
        Text(TrustDiff.Between(LockFile.Empty with { Packages = [.. before] }, LockFile.Empty with { Packages = [.. after] }, Names));

    private static string Text(IEnumerable<TrustChange> changes) => string.Join("; ", changes.Select(c => $"{c.Kind} {c.Subject}: {c.Detail}"));
}
