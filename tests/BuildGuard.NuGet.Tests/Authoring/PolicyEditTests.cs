using System.Text;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Policies;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Authoring;

[TestClass]
public sealed class PolicyEditTests
{
    private static readonly PolicyApproval Gen = new("Gen", ["targets", "tasks"], "it \"generates\"", new(2027, 1, 31));

    /// <summary>However a person wrote the policy, the approval is in it afterwards, and so is every other character.</summary>
    [TestMethod]
    [DataRow("""{ "version": 1 }""")]
    [DataRow("""{ "version": 1, }""")]
    [DataRow("{\n  // why\n  \"version\": 1 // the only one\n}\n")]
    [DataRow("{\r\n\t\"version\": 1,\r\n\t\"buildScripts\": { \"default\": \"deny\" }\r\n}")]
    [DataRow("""{ "version": 1, "buildScripts": { "allow": [] } }""")]
    [DataRow("""{ "version": 1, "buildScripts": { "allow": [ /* none yet */ ] } }""")]
    [DataRow("{ \"version\": 1, \"buildScripts\": { \"allow\": [\n  { \"id\": \"Other\", \"kinds\": [ \"props\" ], \"reason\": \"}]\\\"\" }, // last\n ] } }")]
    public void AddsAnEntry(string text)
    {
        var (policy, edited) = Approve(text, Gen);
        var entry = policy!.BuildScripts.Single(b => b.Id.Text == "Gen");
        Assert.AreEqual("targets tasks|it \"generates\"|2027-01-31", $"{string.Join(' ', entry.Kinds)}|{entry.Exemption.Reason}|{entry.Exemption.Expires:yyyy-MM-dd}");
        Assert.AreEqual(text.Contains("Other", StringComparison.Ordinal) ? 2 : 1, policy.BuildScripts.Length);
        AssertHolds(edited!, text);
    }

    [TestMethod]
    public void AddsToAnEntryThatIsThere()
    {
        const string text = """{ "version": 1, "buildScripts": { "allow": [ { "id": "gen", /* mine */ "kinds": [ "props", "tasks" ], "reason": "old" } ] } }""";
        var (policy, edited) = Approve(text, new("Gen", ["targets", "tasks"], null, null));
        Assert.AreEqual("props tasks targets|old", $"{string.Join(' ', policy!.BuildScripts.Single().Kinds)}|{policy.BuildScripts[0].Exemption.Reason}");
        AssertHolds(edited!, text);
    }

    [TestMethod]
    public void ANewReasonAndDayTakeTheOldOnesPlace()
    {
        const string text = """{ "version": 1, "buildScripts": { "allow": [ { "expires": "2026-12-31", "id": "Gen", "kinds": [ "targets" ], "reason": "old" } ] } }""";
        var (policy, _) = Approve(text, Gen with { Kinds = [] });
        Assert.AreEqual("targets|it \"generates\"|2027-01-31", $"{policy!.BuildScripts[0].Kinds[0]}|{policy.BuildScripts[0].Exemption.Reason}|{policy.BuildScripts[0].Exemption.Expires:yyyy-MM-dd}");
    }

    [TestMethod]
    public void APatternIsRefused() => Refused("""{ "version": 1 }""", Gen with { Id = "Gen*" }, "never a pattern");

    /// <summary>A nearer file replaces a list, so an entry of its own would take away what the extended policy approves.</summary>
    [TestMethod]
    public void AListThatStandsInAnExtendedPolicyIsNotReplaced() => Refused("""{ "version": 1, "extends": [ "org.json" ] }""", Gen, "a list of its own would replace them all");

    [TestMethod]
    public void APolicyThatCannotBeReadIsLeftAlone() => Refused("""{ "version": 1, "typo": 1 }""", Gen, "cannot be read");

    private static void Refused(string text, PolicyApproval approval, string says)
    {
        using var temp = new TempFolder();
        var result = PolicyEdit.Approve(Load(temp, text), approval);
        Assert.IsNull(result.Bytes);
        Assert.Contains(says, result.Problem!);
    }

    private static (GuardPolicy? Policy, string? Edited) Approve(string text, PolicyApproval approval)
    {
        using var temp = new TempFolder();
        var result = PolicyEdit.Approve(Load(temp, text), approval);
        Assert.IsNull(result.Problem);
        File.WriteAllBytes(temp.Path("buildguard.json"), result.Bytes!);
        return (PolicyFiles.Load(temp.Root, null).Policy, Encoding.UTF8.GetString(result.Bytes!));
    }

    private static PolicyDocument Load(TempFolder temp, string text)
    {
        File.WriteAllText(temp.Path("org.json"), """{ "version": 1, "buildScripts": { "allow": [ { "id": "Org", "kinds": [ "props" ], "reason": "r" } ] } }""");
        File.WriteAllText(temp.Path("buildguard.json"), text);
        return PolicyFiles.Load(temp.Root, null);
    }

    /// <summary>Every character of the old text stands in the new one, in its order.</summary>
    private static void AssertHolds(string edited, string text)
    {
        var at = 0;
        foreach (var c in text)
        {
            at = edited.IndexOf(c, at) + 1;
            Assert.AreNotEqual(0, at, $"'{c}' is gone: {edited}");
        }
    }
}
