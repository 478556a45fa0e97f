using System.Globalization;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustBeOldEnoughTests : RuleTests<PackagesMustBeOldEnough>
{
    protected override CheckInput Violation => Published("2026-05-30");

    protected override CheckInput Compliance => Published("2026-05-25");

    [TestMethod]
    public void SaysUntilWhen() => Says(Violation,
        "/repo/Directory.Packages.props(12,5): error BG3005: Serilog 4.3.0 was published on 2026-05-30, 2 days ago; the policy asks for 7.",
        "Use an older version until 2026-06-06.", "add to \"minimumAge\".\"except\": \"Serilog\".");

    [TestMethod]
    [DataRow("2026-05-25", true)]
    [DataRow("2026-05-26", false)]
    [DataRow("2026-06-01", false)]
    [DataRow("2026-06-02", false)]
    [DataRow("2000-01-01", true)]
    public void DaysAreCountedInUtc(string day, bool passes) => Assert.HasCount(passes ? 0 : 1, Evaluation.Run(Published(day)).Of(Code));

    [TestMethod]
    public void AClockThatIsADayAheadIsAYoungPackage() => Assert.Contains("was published on 2026-06-02, 0 days ago", Only(Published("2026-06-02")).Finding.What);

    [TestMethod]
    [DataRow("2026-06-03")]
    [DataRow("9999-12-31")]
    public void ADayToComeIsNoAge(string day) => Assert.Contains("which is still to come", Only(Published(day)).Finding.What);

    [TestMethod]
    [DataRow("1900-01-01")]
    [DataRow("1999-12-31")]
    public void ADayBeforeNuGetIsNoEvidence(string day) => Assert.Contains("Nothing says when Serilog 4.3.0 was published", Only(Published(day)).Finding.What);

    // What the feed gave counts where the bytes say nothing, as long as the bytes are those of which it was said.
    [TestMethod]
    [DataRow("2026-05-25", true, true)]
    [DataRow("2026-05-30", true, false)]
    [DataRow("1900-01-01", true, false)]
    [DataRow("2026-05-25", false, false)]
    public void TheFeedsDayInTheLockCounts(string day, bool sameBytes, bool passes)
    {
        var repo = Facts.Repo().With(Facts.Unsigned("Plain", "1.0.0")).Policy("""{ "version": 1, "signatures": { "default": "off" }, "minimumAge": { "days": 7 } }""")
            .Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { FeedDate = DateOnly.Parse(day, CultureInfo.InvariantCulture), ContentHash = sameBytes ? p.ContentHash : "sha512-" + Facts.Hash("x") })] });
        Assert.HasCount(passes ? 0 : 1, Evaluation.Run(repo).Of(Code));
    }

    [TestMethod]
    public void TheLockKeepsTheFeedsDayWhileTheBytesStay()
    {
        CheckInput asked = Facts.Repo().With(Facts.Unsigned("Plain", "1.0.0") with { FeedDate = new(2026, 5, 1) }, Facts.Package("Serilog", "4.3.0") with { FeedDate = new(2026, 5, 1) });
        var first = LockWriter.From(asked.Graph, LockFile.Empty);
        Assert.AreEqual("2026-05-01 -", string.Join(' ', first.Packages.Select(p => p.FeedDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-")), "a signature's time stamp leaves no room for it");
        CheckInput later = Facts.Repo().With(Facts.Unsigned("Plain", "1.0.0"), Facts.Package("Serilog", "4.3.0"));
        Assert.AreSequenceEqual(LockWriter.Write(first), LockWriter.Write(LockWriter.From(later.Graph, LockReader.Read(LockWriter.Write(first), Facts.LockPath).Lock!)));
    }

    [TestMethod]
    public void WithoutATimeStampThereIsNoEvidence()
    {
        Assert.Contains("Nothing says when", Only(Of(SignatureFacts.Unsigned, ", \"signatures\": { \"default\": \"off\" }")).Finding.What);
        Assert.Contains("Nothing says when", Only(Of(Facts.Signed with { Signers = [.. Facts.Signed.Signers.Select(s => s with { Timestamp = null })] })).Finding.What);
    }

    /// <summary>A folder cannot be asked.</summary>
    [TestMethod]
    [DataRow("/repo/feed", "It came from a folder (/repo/feed), which gives no day. If it is your own, add to \"minimumAge\".\"except\": \"Plain\"; otherwise")]
    [DataRow("https://feed.example/index.json", "Run: buildguard lock --ask-feeds")]
    [DataRow(null, "Run: buildguard lock --ask-feeds")]
    public void TheWayOutDependsOnTheSource(string? source, string fix) =>
        Assert.StartsWith(fix, Only(Facts.Repo().With(Facts.Unsigned("Plain", "1.0.0") with { Source = source }).Policy("""{ "version": 1, "signatures": { "default": "off" }, "minimumAge": { "days": 7 } }""")).Finding.Fix);

    // An author can sign today what is published next month, or the other way round.
    [TestMethod]
    public void AnAuthorsTimeStampIsNoPublication() => Assert.Contains("Nothing says when", Only(Of(Facts.Signed with { Signers = [Facts.Signed.Signers[0]] })).Finding.What);

    [TestMethod]
    public void AnUnreadableSignatureIsMissingEvidenceAlready() =>
        Assert.AreEqual("BG0008", Evaluation.Run(Facts.Repo().With(Facts.Package("Serilog", "4.3.0") with { Signature = Evidence<SignatureFacts>.Missing("it cannot be parsed") }).Policy(Policy())).Codes());

    [TestMethod]
    [DataRow("Serilog", "")]
    [DataRow("serilog*", "")]
    [DataRow("Other", "BG3005 BG0004")]
    public void ExceptionsAreByPatternAndMustBeUsed(string pattern, string codes) => Assert.AreEqual(codes, Evaluation.Run(Published("2026-05-30", $$""", "except": [ "{{pattern}}" ]""")).Codes());

    [TestMethod]
    public void AnIdleExceptionWithoutAReasonReadsWell() =>
        Assert.AreEqual("Remove the entry.", Evaluation.Run(Published("2026-01-01", ", \"except\": [ \"Other\" ]")).Findings[0].Finding.Fix);

    [TestMethod]
    public void PacksMustBeOldEnoughAsWell()
    {
        var pack = Facts.Package("Microsoft.NETCore.App.Runtime.linux-x64", "10.0.1") with { Signature = Signature("2026-05-31") };
        Assert.Contains("Microsoft.NETCore.App.Runtime.linux-x64 10.0.1", Only(Facts.Repo().WithPacks(pack).Policy(Policy())).Finding.What);
    }

    [TestMethod]
    [DataRow("{ }")]
    [DataRow("{ \"days\": -1 }")]
    [DataRow("{ \"days\": 1.5 }")]
    [DataRow("{ \"days\": \"7\" }")]
    [DataRow("{ \"days\": 99999 }")]
    [DataRow("{ \"except\": [ \"A\" ] }")]
    [DataRow("{ \"days\": 7, \"except\": [ \"not an id!\" ] }")]
    public void APolicyThatSaysNothingUsefulIsRefused(string value) => Assert.AreEqual("BG0003", Evaluation.Run(Facts.Repo().Policy($$"""{ "version": 1, "minimumAge": {{value}} }""")).Codes());

    private static CheckInput Published(string day, string more = "") => Facts.Repo().With(Facts.Package("Serilog", "4.3.0") with { Signature = Signature(day) }).Policy(Policy(more));

    private static CheckInput Of(SignatureFacts facts, string more = "") =>
        Facts.Repo().With(Facts.Package("Serilog", "4.3.0") with { Signature = Evidence<SignatureFacts>.Of(facts) }).Policy("{ \"version\": 1, \"minimumAge\": { \"days\": 7 }" + more + " }");

    private static Evidence<SignatureFacts> Signature(string day)
    {
        var time = new DateTimeOffset(DateOnly.ParseExact(day, "yyyy-MM-dd"), new(23, 59, 59), TimeSpan.Zero);
        return Evidence<SignatureFacts>.Of(Facts.Signed with { Signers = [Facts.Signed.Signers[0], Facts.Signed.Signers[1] with { Timestamp = time }] });
    }

    private static string Policy(string more = "") => "{ \"version\": 1, \"minimumAge\": { \"days\": 7" + more + " } }";
}
