using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using CsCheck;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Locking;

[TestClass]
public sealed class LockWriterTests
{
    [TestMethod]
    public void SdksAreThoseOfTheGraph()
    {
        var before = LockWriter.From(new() { Sdks = [Facts.Package("B.Sdk", "1.0.0"), Facts.Package("A.Sdk", "2.0.0"), Facts.Package("A.Sdk", "1.0.0")] }, LockFile.Empty);
        Assert.AreEqual("A.Sdk/1.0.0 A.Sdk/2.0.0 B.Sdk/1.0.0", string.Join(' ', before.Sdks.Select(p => p.Key)));
        var read = LockReader.Read(LockWriter.Write(before), Facts.LockPath).Lock!;
        Assert.AreEqual(before.Sdks[2].ContentHash, read.FindSdk("b.sdk", new("1.0"))!.ContentHash);
        Assert.IsNull(read.Find("B.Sdk", new("1.0.0")));
        var after = LockWriter.From(new() { Sdks = [Facts.Package("B.Sdk", "1.1.0")] }, before);
        Assert.AreEqual("B.Sdk/1.1.0", after.Sdks.Single().Key);
        Assert.AreEqual("A.Sdk/1.0.0 Removed, A.Sdk/2.0.0 Removed, B.Sdk Updated", string.Join(", ", TrustDiff.Between(before, after, SignerNames.None).Select(c => $"{c.Subject} {c.Kind}")));
    }

    [TestMethod]
    public void PacksOfOtherRuntimesStay_AndOtherVersionsOfThePresentOnesGo()
    {
        static PackageFacts Pack(string id, string version) => Facts.Package(id, version);
        var before = LockWriter.From(new() { Packs = [Pack("App.Runtime.linux-x64", "1.0.0"), Pack("App.Runtime.win-x64", "1.0.0"), Pack("App.Ref", "1.0.0")] }, LockFile.Empty);
        var after = LockWriter.From(new() { Packs = [Pack("App.Runtime.linux-x64", "2.0.0"), Pack("App.Host.linux-arm64", "2.0.0")] }, before);
        Assert.AreEqual("App.Ref/1.0.0 App.Host.linux-arm64/2.0.0 App.Runtime.linux-x64/2.0.0 App.Runtime.win-x64/1.0.0", string.Join(' ', after.Packs.Select(p => p.Key)));
        var read = LockReader.Read(LockWriter.Write(after), "/repo/buildguard.lock.json");
        Assert.IsNull(read.Problem);
        Assert.AreSequenceEqual(after.Packs.Select(p => p with { Location = null, Owners = [], Advisories = [] }), read.Lock!.Packs.Select(p => p with { Location = null, Owners = [], Advisories = [] }));
        Assert.AreEqual("App.Host.linux-arm64/2.0.0: Added; App.Runtime.linux-x64: Updated", string.Join("; ", TrustDiff.Between(before, after, SignerNames.None).Select(c => $"{c.Subject}: {c.Kind}")));
    }

    [TestMethod]
    public void ToolchainsOfOtherMachinesStay()
    {
        var before = LockWriter.From(new() { Toolchain = Facts.Sdk with { Runtime = "win-x64" } }, LockFile.Empty);
        var after = LockWriter.From(new() { Toolchain = Facts.Sdk }, before);
        Assert.AreEqual("linux-x64 win-x64", string.Join(' ', after.Toolchains.Select(t => t.Runtime)));
        Assert.AreEqual("linux-x64 win-x64", string.Join(' ', LockWriter.From(new(), after).Toolchains.Select(t => t.Runtime)));
        var read = LockReader.Read(LockWriter.Write(after), "/repo/buildguard.lock.json").Lock!;
        Assert.AreSequenceEqual(Facts.Sdk.Parts, read.Toolchains[0].Parts);
        Assert.AreEqual(".NET SDK 10.0.401: Added", string.Join("; ", TrustDiff.Between(before, after, SignerNames.None).Select(c => $"{c.Subject}: {c.Kind}")));
        var moved = LockWriter.From(new() { Toolchain = Facts.Sdk with { Parts = Facts.Sdk.Parts.Clear() } }, after);
        Assert.AreEqual(".NET SDK 10.0.401 for linux-x64: Alarm", string.Join("; ", TrustDiff.Between(after, moved, SignerNames.None).Select(c => $"{c.Subject}: {c.Kind}")));
    }

    [TestMethod]
    public void WritesTheseBytes()
    {
        var graph = new PackageGraph
        {
            Projects = [new("/repo/src/B/B.csproj", "src/B/B.csproj"), new("/repo/src/A/A.csproj", "src/A/A.csproj")],
            Packages =
            [
                Facts.Running("serilog", "4.3.0", "build/serilog.targets", "build/serilog.props") with { Nuspec = Evidence<NuspecIdentity>.Of(new("Serilog", "4.3.0")) },
                Facts.Unsigned("Contoso.Util", "10.0.0"),
                Facts.Unsigned("contoso.util", "9.0.0"),
            ],
        };
        var approved = LockWriter.Approve(LockWriter.From(graph, LockFile.Empty), BuildScripts.Of(graph.Packages[0]).Select(s => (graph.Packages[0], s)));
        var expected = $$"""
            {
              "version": 1,
              "projects": [
                "src/A/A.csproj",
                "src/B/B.csproj"
              ],
              "packages": {
                "contoso.util/9.0.0": {
                  "contentHash": "sha512-{{Facts.Hash("contoso.util 9.0.0")}}",
                  "files": "{{LockWriter.FilesOf(graph.Packages[2])}}"
                },
                "Contoso.Util/10.0.0": {
                  "contentHash": "sha512-{{Facts.Hash("Contoso.Util 10.0.0")}}",
                  "files": "sha256-WoKJJIk/DdtmkAvaAT/HcskUJPYVwqGV+WxrZp05J1Y="
                },
                "Serilog/4.3.0": {
                  "contentHash": "sha512-{{Facts.Hash("serilog 4.3.0")}}",
                  "files": "{{LockWriter.FilesOf(graph.Packages[0])}}",
                  "signer": "sha256:{{Facts.Author}}",
                  "owners": [ "alpha", "serilog" ],
                  "published": "2026-02-11",
                  "buildScripts": {
                    "props": "{{BuildScripts.Of(graph.Packages[0])[0].Hash}}",
                    "targets": "{{BuildScripts.Of(graph.Packages[0])[1].Hash}}"
                  }
                }
              },
              "frameworkPacks": {},
              "sdks": {},
              "tools": {},
              "toolchain": {}
            }

            """.ReplaceLineEndings("\n");
        Assert.AreEqual(expected, Encoding.UTF8.GetString(LockWriter.Write(approved)));
    }

    [TestMethod]
    public void TheOrderOfTheGraphDoesNotShow()
    {
        PackageFacts[] packages = [Facts.Package("B", "1.0.0"), Facts.Package("a", "2.0.0"), Facts.Package("a", "10.0.0"), Facts.Package("C", "1.0.0-rc.1")];
        Gen.Shuffle(packages).Sample(shuffled =>
            Text(new() { Packages = [.. shuffled] }) == Text(new() { Packages = [.. packages] }), iter: 50);
    }

    [TestMethod]
    public void NothingOfTheMachineIsInIt()
    {
        var package = Facts.Package("A", "1.0.0");
        var moved = package with { Folder = "/elsewhere/a/1.0.0", Reference = new("/elsewhere/x.csproj", 1, 1), Source = "/elsewhere/feed", DependencyPath = ["Other", "A 1.0.0"] };
        Assert.AreEqual(Text(new() { Packages = [package] }), Text(new() { Packages = [moved], FilesRead = 7, PackagesFromCache = 1 }));
    }

    [TestMethod]
    public void ARepositorySignerIsLockedWhereThereIsNoAuthor()
    {
        Assert.AreEqual("sha256:" + Facts.Author, LockWriter.SignerOf(Facts.Signed));
        Assert.AreEqual("sha256:" + Facts.Gallery, LockWriter.SignerOf(Facts.Signed with { Signers = [Facts.Signed.Repository!] }));
        Assert.IsNull(LockWriter.SignerOf(SignatureFacts.Unsigned));
    }

    [TestMethod]
    public void TheDayIsTheRepositorysInUtc()
    {
        var late = Facts.Signed with { Signers = [Facts.Signed.Repository! with { Timestamp = new(2026, 2, 11, 23, 30, 0, TimeSpan.FromHours(-5)) }] };
        var file = LockWriter.From(new() { Packages = [Facts.Package("A", "1.0.0") with { Signature = Evidence<SignatureFacts>.Of(late) }] }, LockFile.Empty);
        Assert.AreEqual(new DateOnly(2026, 2, 12), file.Packages[0].Published);
    }

    [TestMethod]
    public void LockingApprovesNothing()
    {
        var package = Facts.Running("A", "1.0.0", "build/A.targets", "analyzers/A.dll");
        Assert.IsEmpty(LockWriter.From(new() { Packages = [package] }, LockFile.Empty).Packages[0].BuildScripts);
    }

    [TestMethod]
    public void ContentThatWasApprovedStaysApprovedInAnyVersion()
    {
        var old = Facts.Running("A", "1.0.0", "build/A.targets=same", "build/A.props=old");
        var next = Facts.Running("a", "2.0.0", "build/A.targets=same", "build/A.props=new", "tools/a.exe");
        var locked = LockWriter.From(new() { Packages = [next] }, LockFile.Empty with { Packages = [Facts.Locked(old)] }).Packages[0];
        var (was, now) = (Facts.Locked(old).BuildScripts, Facts.Locked(next).BuildScripts);
        Assert.AreEqual("props targets", string.Join(' ', locked.BuildScripts.Keys));
        Assert.AreEqual(now["targets"], locked.BuildScripts["targets"]);
        Assert.AreEqual(was["props"], locked.BuildScripts["props"]);
        Assert.AreNotEqual(now["props"], locked.BuildScripts["props"]);
    }

    [TestMethod]
    public void TheVersionsOwnApprovalComesFirstAndThenTheNewest()
    {
        var locks = ((string[])["1.0.0", "3.0.0", "2.0.0"]).Select(v => Facts.Locked(Facts.Running("A", v, $"build/A.targets={v}"))).ToArray();
        var previous = LockFile.Empty with { Packages = [.. locks, Facts.Locked(Facts.Running("B", "9.0.0", "build/A.targets=new"))] };
        Assert.AreEqual(locks[0].BuildScripts["targets"], Carried("1.0.0"));
        Assert.AreEqual(locks[1].BuildScripts["targets"], Carried("4.0.0"));

        string Carried(string version) => LockWriter.From(new() { Packages = [Facts.Running("A", version, "build/A.targets=new")] }, previous).Packages[0].BuildScripts["targets"];
    }

    [TestMethod]
    public void AKindThatIsGoneIsForgotten()
    {
        var previous = LockFile.Empty with { Packages = [Facts.Locked(Facts.Running("A", "1.0.0", "build/A.targets", "build/A.props"))] };
        var without = LockWriter.From(new() { Packages = [Facts.Running("A", "1.1.0", "build/A.targets")] }, previous);
        Assert.AreEqual("targets", string.Join(' ', without.Packages[0].BuildScripts.Keys));
        var again = LockWriter.From(new() { Packages = [Facts.Running("A", "1.2.0", "build/A.targets", "build/A.props")] }, without);
        Assert.AreEqual("targets", string.Join(' ', again.Packages[0].BuildScripts.Keys));
    }

    [TestMethod]
    public void MissingEvidenceIsNotLocked()
    {
        var package = Facts.Package("A", "1.0.0");
        Assert.ThrowsExactly<InvalidOperationException>(() => LockWriter.From(new() { Packages = [package with { ContentHash = default }] }, LockFile.Empty));
        Assert.ThrowsExactly<InvalidOperationException>(() => LockWriter.From(new() { Packages = [package with { Signature = default }] }, LockFile.Empty));
        Assert.ThrowsExactly<InvalidOperationException>(() => LockWriter.From(new() { Packages = [package with { Nuspec = default }] }, LockFile.Empty));
        Assert.ThrowsExactly<InvalidOperationException>(() => LockWriter.From(new() { Packages = [package with { Files = default }] }, LockFile.Empty));
    }

    [TestMethod]
    public void APackageThatCallsItselfOtherwiseCannotTakeAnothersEntry()
    {
        var evil = Facts.Package("Evil", "1.0.0") with { Nuspec = Evidence<NuspecIdentity>.Of(new("Good", "1.0.0")) };
        var file = LockWriter.From(new() { Packages = [evil, Facts.Package("Good", "1.0.0")] }, LockFile.Empty);
        Assert.AreEqual("Evil/1.0.0 Good/1.0.0", string.Join(' ', file.Packages.Select(p => p.Key)));
        Assert.IsNotNull(LockReader.Read(LockWriter.Write(file), Facts.LockPath).Lock);
    }

    [TestMethod]
    public void HostileNamesAreEscaped()
    {
        var file = new LockFile { Projects = ["a\"b\u001b.csproj"], Packages = [Facts.Locked("A", "1.0.0") with { Owners = ["x\" ], \"y", "\u001b[2J", "größe", "\\"] }] };
        var read = LockReader.Read(LockWriter.Write(file), Facts.LockPath).Lock!;
        Assert.AreSequenceEqual(file.Projects, read.Projects);
        Assert.AreSequenceEqual(file.Packages[0].Owners, read.Packages[0].Owners);
    }

    [TestMethod]
    public void WhatIsWrittenIsReadBack()
    {
        var letter = Gen.Char["abcXYZ019._-é"];
        var id = letter.Array[1, 12].Select(c => new string(c));
        var version = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 3], Gen.OneOf("", "-rc.1", "-alpha")).Select((a, b, c, p) => NuGetVersion.Parse($"{a}.{b}.{c}{p}"));
        var owner = Gen.Char["ab\"\\/ é\u001b\u202e"].Array[0, 6].Select(c => new string(c));
        var kinds = Gen.OneOf(BuildScripts.Kinds.ToArray()).Array[0, 4].Select(k => k.Distinct().ToImmutableSortedDictionary(x => x, x => new BuildScript(x, []).Hash, StringComparer.Ordinal));
        var package = Gen.Select(id, version, Gen.Int, owner.Array[0, 3], kinds, Gen.Int[0, 9000]).Select((i, v, seed, owners, scripts, day) => (i, v, seed, owners, scripts, day, signed: day % 2 == 0)).Select(t =>
        {
            var (i, v, seed, owners, scripts, day, signed) = t;
            return new LockedPackage(i, v, "sha512-" + Facts.Hash($"{seed}"))
            {
                Owners = [.. owners],
                Signer = signed ? "sha256:" + Facts.Author : null,
                Published = signed ? new DateOnly(2000, 1, 1).AddDays(day) : null,
                Files = signed ? new BuildScript("", []).Hash : null,
                BuildScripts = scripts,
            };
        });
        package.Array[0, 8].Sample(packages =>
        {
            var file = new LockFile { Projects = ["src/A/A.csproj"], Packages = [.. packages.DistinctBy(p => p.Key, StringComparer.OrdinalIgnoreCase)] };
            var bytes = LockWriter.Write(file);
            var read = LockReader.Read(bytes, Facts.LockPath).Lock!;
            return LockWriter.Write(read).AsSpan().SequenceEqual(bytes)
                && read.Packages.Select(p => (p.Key, p.ContentHash, p.Signer, p.Published, p.Files, string.Join('\n', p.Owners), string.Join('\n', p.BuildScripts)))
                    .SequenceEqual(file.Packages.Select(p => (p.Key, p.ContentHash, p.Signer, p.Published, p.Files, string.Join('\n', p.Owners), string.Join('\n', p.BuildScripts))));
        }, iter: 1000);
    }

    private static string Text(PackageGraph graph) => Encoding.UTF8.GetString(LockWriter.Write(LockWriter.From(graph, LockFile.Empty)));
}
