using System.Text;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Gate;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class GateFilesTests
{
    /// <summary>Whoever seals by these words, and reads no policy, says what the policy says.</summary>
    [TestMethod]
    [DataRow("""{ "version": 1 }""", "Deny", false)]
    [DataRow("""{ "version": 1, "network": { "build": "report", "whenUnavailable": "warn" } }""", "Report", true)]
    [DataRow("""{ "version": 1, "network": { "whenUnavailable": "warn" }, "rules": { "BG4006": "error" } }""", "Deny", false)]
    public void ThePolicysWordsOnTheNetwork(string text, string network, bool goesOn)
    {
        var (tree, problems) = PolicyReader.ReadFile(Encoding.UTF8.GetBytes(text), "/repo/buildguard.json");
        Assert.IsEmpty(problems);
        var policy = PolicyReader.Build(tree!, out problems);
        Assert.IsEmpty(problems);
        var words = GateFiles.WordsOf(new(new("/repo/buildguard.json", policy, []), new("/repo/buildguard.lock.json", null, null), new(), new(), new(2026, 11, 28)));
        Assert.AreEqual(new("/repo/buildguard.json", network, "Enforce", goesOn, ""), words);
        Assert.AreEqual(words, NetworkWords.Of(words.ToString()));
    }
}
