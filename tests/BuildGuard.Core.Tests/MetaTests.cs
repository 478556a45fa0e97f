using System.Text.RegularExpressions;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests;

/// <summary>What the repo says of the rules is what the code does.</summary>
[TestClass]
public sealed partial class MetaTests
{
    public static IEnumerable<object[]> Codes() => AllRules.List.Select(r => new object[] { r.Code });

    [TestMethod]
    public void CodesAreUniqueSortedAndWellFormed()
    {
        var codes = AllRules.List.Select(r => r.Code).ToList();
        Assert.AreSequenceEqual(codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), codes);
        foreach (var code in codes)
            Assert.MatchesRegex(Code(), code);
    }

    [TestMethod]
    public void EveryRuleOfTheAssemblyIsInTheList()
    {
        var types = typeof(Rule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Rule)) && !t.IsAbstract).Select(t => t.Name).Order(StringComparer.Ordinal);
        Assert.AreSequenceEqual(types, AllRules.List.Select(r => r.Name).Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void EveryRuleHasATestClass()
    {
        var classes = typeof(MetaTests).Assembly.GetTypes().Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in AllRules.List)
            Assert.Contains(rule.Name + "Tests", classes);
    }

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void EveryRuleHasItsPage(string code)
    {
        var rule = AllRules.List.Single(r => r.Code == code);
        Assert.IsTrue(RepoFiles.Exists("docs", "rules", code + ".md"), $"docs/rules/{code}.md is missing.");
        var page = RepoFiles.Text("docs", "rules", code + ".md");
        Assert.StartsWith($"# {code}: {rule.Name}\n", page);
        Assert.Contains($"\n{rule.Sentence}\n", page);
        foreach (var section in (string[])["What it checks", "Why it matters", "Example", "How to fix it", "Severity", "What it does not see"])
            Assert.Contains($"\n## {section}\n", page);
    }

    [TestMethod]
    public void NoPageSpeaksOfARuleThatDoesNotExist()
    {
        foreach (var page in Directory.GetFiles(Path.Combine(RepoFiles.Root, "docs", "rules"), "BG*.md").Select(Path.GetFileNameWithoutExtension))
            Assert.IsTrue(Evaluation.Knows(page!), $"{page}.md has no rule.");
    }

    [TestMethod]
    public void EverySampleIsAPolicy()
    {
        var samples = Directory.GetFiles(Path.Combine(RepoFiles.Root, "policy-samples"), "*.json").Where(f => Path.GetFileName(f) != "buildguard.schema.json").ToList();
        Assert.IsNotEmpty(samples);
        foreach (var sample in samples)
        {
            var document = Facts.ReadPolicy(File.ReadAllBytes(sample), sample);
            Assert.IsEmpty(document.Problems, $"{Path.GetFileName(sample)}: {document.Problems.FirstOrDefault()?.What}");
            Assert.IsEmpty(Evaluation.Run(Facts.Repo().With(Facts.OfGallery("Serilog", "4.3.0", "serilog"), Facts.OfGallery("Microsoft.X", "1.0.0", "microsoft", "x")).Policy(File.ReadAllBytes(sample)).Guarded(new() { HasGate = true })).Findings, Path.GetFileName(sample));
        }
    }

    [TestMethod]
    public void TheStrictSampleShowsEveryKeyThatIsEnforced()
    {
        var text = RepoFiles.Text("policy-samples", "strict.json");
        foreach (var (name, shape) in PolicyShape.Root.Keys)
            Assert.AreEqual(shape.Enforced, text.Contains($"\"{name}\":", StringComparison.Ordinal), name);
    }

    [TestMethod]
    public void TheSchemaIsTheOneThatTheCodeWrites() => Assert.AreEqual(PolicySchema.Write(), RepoFiles.Text("policy-samples", "buildguard.schema.json"));

    [TestMethod]
    public void ThePolicyPageExplainsEveryKey()
    {
        var page = RepoFiles.Text("docs", "policy.md");
        foreach (var key in Keys(PolicyShape.Root, ""))
            Assert.Contains($"`{key}`", page);
    }

    [TestMethod]
    public void ThePolicyPageListsJustTheKeysThatAreRefused()
    {
        var page = RepoFiles.Text("docs", "policy.md");
        var table = page[page.IndexOf("## Keys that are reserved and refused", StringComparison.Ordinal)..];
        var end = table.IndexOf("\n## ", StringComparison.Ordinal);
        var listed = TableKey().Matches(end < 0 ? table : table[..end]).Select(m => m.Groups[1].Value);
        CollectionAssert.AreEquivalent(Refused(PolicyShape.Root, "").ToList(), listed.ToList());
    }

    [TestMethod]
    public void TheReadmeListsEveryRule()
    {
        Assert.IsTrue(RepoFiles.Exists("README.md"), "README.md is missing.");
        var rows = RepoFiles.Text("README.md").Split('\n').Where(l => l.StartsWith('|')).ToList();
        foreach (var rule in AllRules.List)
            Assert.IsTrue(rows.Any(r => r.Contains(rule.Code, StringComparison.Ordinal) && r.Contains(rule.Name, StringComparison.Ordinal)), $"README.md has no table row with {rule.Code} and {rule.Name}.");
        var unknown = rows.SelectMany(r => AnyCode().Matches(r)).Select(m => m.Value).Where(c => !Evaluation.Knows(c));
        Assert.IsEmpty(unknown);
    }

    /// <summary>The examples are what a user compares with his own screen.</summary>
    [TestMethod]
    public void TheReadmeCountsTheRules()
    {
        var counts = CountedRules().Matches(RepoFiles.Text("README.md")).Select(m => m.Groups[1].Value).ToList();
        Assert.IsNotEmpty(counts);
        foreach (var count in counts)
            Assert.AreEqual($"{AllRules.List.Length}", count);
    }

    /// <summary>What goes out over a network goes through one module. The sandbox speaks with itself over Unix sockets, which is another matter; and the name of an event source, in quotes, opens nothing.</summary>
    [TestMethod]
    public void OnlyOneModuleOpensConnections()
    {
        var users = Directory.EnumerateFiles(Path.Combine(RepoFiles.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && Networking().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(RepoFiles.Root, f).Replace('\\', '/'));
        Assert.AreSequenceEqual(["src/BuildGuard.NuGet/Network/Download.cs"], users);
    }

    [TestMethod]
    public void ThereIsAChangelog() => Assert.IsTrue(RepoFiles.Exists("CHANGELOG.md"), "CHANGELOG.md is missing.");

    /// <summary>The keys of the policy with dots; of a key that is refused only itself.</summary>
    private static IEnumerable<string> Keys(ObjectShape shape, string prefix) =>
        shape.Keys.SelectMany(k => k.Shape switch
        {
            { Enforced: false } => [prefix + k.Name],
            ObjectShape inner => Keys(inner, prefix + k.Name + ".").Prepend(prefix + k.Name),
            ListShape { Item: ObjectShape item } => Keys(item, prefix + k.Name + ".").Prepend(prefix + k.Name),
            _ => [prefix + k.Name],
        });

    [GeneratedRegex(@"^BG\d{4}$")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<!"")\bSystem\.Net\.Http\b|\bHttpClient\b|\bTcpClient\b|\bUdpClient\b|\bWebRequest\b")]
    private static partial Regex Networking();

    private static IEnumerable<string> Refused(ObjectShape shape, string prefix) =>
        shape.Keys.SelectMany(k => !k.Shape.Enforced ? [prefix + k.Name] : k.Shape is ObjectShape inner ? Refused(inner, prefix + k.Name + ".") : []);

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableKey();

    [GeneratedRegex(@"(\d+) rules")]
    private static partial Regex CountedRules();

    [GeneratedRegex(@"BG\d{4}")]
    private static partial Regex AnyCode();
}
