using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Projects;

[TestClass]
public sealed class ToolchainTests
{
    /// <summary>The SDK that this test was built with, read twice: the second time from the cache.</summary>
    [TestMethod]
    public void TheSdkOfThisMachineIsReadPartByPart()
    {
        using var temp = new TempFolder();
        var (facts, gap) = ToolchainReading.Read(temp.Root, EvidenceCache.Open(), CancellationToken.None);
        Assert.IsNull(gap, gap?.What);
        Assert.IsTrue(File.Exists(Path.Combine(facts!.Folder, "sdk", facts.Sdk, "MSBuild.dll")), facts.Folder);
        Assert.IsGreaterThan(1000, facts.Files);
        Assert.AreEqual("host manifests packs runtime sdk", string.Join(' ', facts.Parts.Keys));
        Assert.AreSequenceEqual(facts.Parts, ToolchainReading.Read(temp.Root, EvidenceCache.None, CancellationToken.None).Facts!.Parts);
    }

    [TestMethod]
    public void AnSdkThatIsNotInstalledIsAGap()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("global.json"), """{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }""");
        var (facts, gap) = ToolchainReading.Read(temp.Root, EvidenceCache.None, CancellationToken.None);
        Assert.IsNull(facts);
        Assert.Contains("names no SDK for this repo", gap!.What);
    }

    [TestMethod]
    public void ACheckComparesItWithTheLock()
    {
        using var repo = new FakeRestore("""{ "version": 1, "signatures": { "default": "off" }, "toolchain": "pinned" }""").Install("A").App("A/1.0.0").Lock();
        Assert.AreEqual("", repo.Check().Codes());
        var text = File.ReadAllText(repo.InRepo("buildguard.lock.json"));
        var at = text.IndexOf("\"manifests\": \"sha256-", StringComparison.Ordinal) + 21;
        File.WriteAllText(repo.InRepo("buildguard.lock.json"), text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]);
        var result = repo.Check();
        Assert.AreEqual("BG2008", result.Codes());
        Assert.Contains("manifests differs", result.Of("BG2008")[0].What);
    }
}
