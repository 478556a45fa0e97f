using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.TestKit;
using NuGet.Common;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Packaging.Signing;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Tests.Packages;

[TestClass]
public sealed class ExtractedFolderTests
{
    /// <summary>What is worked out from the archive is what NuGet's own extractor leaves on the disk, name for name.</summary>
    [TestMethod]
    public async Task NuGetExtractsTheSameFiles()
    {
        using var temp = new TempFolder();
        var package = new TestPackage("Mixed.Case", "1.0.0").Lib().Targets("").File("content/a%20b/c%2Bd.txt", "x").File("tools/é.txt", "y").File("docs/_._", "").File("[Content_Types].xml.more", "z")
            .File("_rels/evil.targets", "e").File("package/x.txt", "p").File("a/.rels", "r").File("b/x.psmdcp", "m").File("other.nupkg", "n").File("mixed.case.1.0.0.nupkg.sha512", "s").File("other.nupkg.sha512", "h");
        var bytes = PackageSigning.SignLikeGallery(package.ToBytes());
        var identity = new PackageIdentity("Mixed.Case", NuGetVersion.Parse("1.0.0"));
        await PackageExtractor.InstallFromSourceAsync("test", identity, s => new MemoryStream(bytes).CopyToAsync(s), new VersionFolderPathResolver(temp.Root),
            new(PackageSaveMode.Defaultv3, XmlDocFileSaveMode.None, ClientPolicyContext.GetClientPolicy(global::NuGet.Configuration.NullSettings.Instance, NullLogger.Instance), NullLogger.Instance), CancellationToken.None);
        var folder = temp.Path("mixed.case", "1.0.0");
        var evidence = await PackageReading.ReadAsync(Path.Combine(folder, "mixed.case.1.0.0.nupkg"), null, null, _ => true, CancellationToken.None);
        Assert.AreEqual(Text(evidence.Files.Value), Text(ExtractedFolder.Read(folder, EvidenceCache.None, CancellationToken.None).Value.Files));
        Assert.Contains(f => f.Path == "mixed.case.nuspec", evidence.Files.Value);
    }

    [TestMethod]
    public void AByteChangedBehindSizeAndTimeIsSeen() => Changes(folder =>
    {
        var file = Path.Combine(folder, "lib/net10.0/A.dll");
        var time = File.GetLastWriteTimeUtc(file);
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, time);
    }, "Changed lib/net10.0/A.dll");

    [TestMethod]
    public void AFileThatIsAddedIsSeen() => Changes(folder =>
    {
        Directory.CreateDirectory(Path.Combine(folder, "build"));
        File.WriteAllText(Path.Combine(folder, "build/A.targets"), "<Project />");
    }, "Added build/A.targets");

    [TestMethod]
    public void AFileThatIsTakenAwayIsSeen() => Changes(folder => File.Delete(Path.Combine(folder, "lib/net10.0/A.dll")), "Missing lib/net10.0/A.dll");

    [TestMethod]
    public void AFileThatIsRenamedOverAnotherIsSeen() => Changes(folder =>
    {
        var file = Path.Combine(folder, "lib/net10.0/A.dll");
        var time = File.GetLastWriteTimeUtc(file);
        var other = Path.Combine(folder, "..", "other");
        File.WriteAllBytes(other, new byte[new FileInfo(file).Length]);
        File.SetLastWriteTimeUtc(other, time);
        File.Move(other, file, overwrite: true);
    }, "Changed lib/net10.0/A.dll");

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void ALinkIsNoFileOfAPackage() => Changes(folder =>
    {
        var file = Path.Combine(folder, "lib/net10.0/A.dll");
        File.Move(file, Path.Combine(folder, "..", "moved.dll"));
        File.CreateSymbolicLink(file, Path.Combine(folder, "..", "moved.dll"));
    }, "Changed lib/net10.0/A.dll");

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void AFolderThatIsALinkIsNotFollowed() => Changes(folder => Directory.CreateSymbolicLink(Path.Combine(folder, "build"), "/"), "Added build");

    /// <summary>Each is read twice with one cache: the second reading must see the change that the first one's stamps could hide.</summary>
    /// <summary>The stat of a link says nothing of the folder that it leads to.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void AFileThatIsAddedBehindALinkIsSeen()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp.Path("elsewhere"));
        File.WriteAllText(temp.Path("elsewhere", "A.dll"), "x");
        Directory.CreateDirectory(temp.Path("a"));
        var folder = temp.Path("a", "1.0.0");
        Directory.CreateSymbolicLink(folder, temp.Path("elsewhere"));
        // What changed a moment ago is not kept.
        Thread.Sleep(50);
        var cache = EvidenceCache.Open();
        var before = ExtractedFolder.Read(folder, cache, CancellationToken.None).Value.Files;
        File.WriteAllText(temp.Path("elsewhere", "B.dll"), "y");
        var after = ExtractedFolder.Read(folder, cache, CancellationToken.None).Value.Files;
        Assert.AreEqual("Added B.dll", string.Join("; ", ExtractedFolder.Compare(before, after).Select(d => $"{d.Kind} {d.Path}")));
    }

    private static void Changes(Action<string> change, string expected)
    {
        using var repo = FakeRestore.Unsigned().Install("A", new TestPackage("A", "1.0.0").Lib().ToBytes()).App("A/1.0.0");
        var folder = repo.PackageFolder("A", "1.0.0");
        var cache = EvidenceCache.Open();
        var before = ExtractedFolder.Read(folder, cache, CancellationToken.None).Value.Files;
        Assert.AreEqual(Text(before), Text(ExtractedFolder.Read(folder, cache, CancellationToken.None).Value.Files));
        change(folder);
        var after = ExtractedFolder.Read(folder, cache, CancellationToken.None).Value.Files;
        Assert.AreEqual(expected, string.Join("; ", ExtractedFolder.Compare(before, after).Select(d => $"{d.Kind} {d.Path}")));
    }

    private static string Text(ImmutableArray<PackageFile> files) => string.Join('\n', files.Select(f => $"{f.Sha256} {f.Path}"));
}
