using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Tests.Advisories;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class AdvisoriesMustBeFreshTests : RuleTests<AdvisoriesMustBeFresh>
{
    protected override CheckInput Violation => Dated("2026-05-17");

    protected override CheckInput Compliance => Dated("2026-05-18");

    [TestMethod]
    public void SaysHowOldTheDataIs() => Says(Violation,
        "/repo/buildguard.json(2,33): error BG3004: The advisories of advisories/osv.zip are of 2026-05-17, 15 days old; the policy accepts 14.", "Run: buildguard advisories update, and check the file in.");

    [TestMethod]
    [DataRow("0d", "2026-06-01", true)]
    [DataRow("0d", "2026-05-31", false)]
    [DataRow("30d", "2026-05-02", true)]
    [DataRow("30d", "2026-05-01", false)]
    [DataRow("9999d", "1999-01-17", true)]
    public void TheLimitIsThePolicys(string maxAge, string day, bool fresh) =>
        Assert.HasCount(fresh ? 0 : 1, Evaluation.Run(Dated(day, $", \"maxAge\": \"{maxAge}\"")).Of(Code));

    // A clock may be a day ahead; data that claims more would be fresh for ever.
    [TestMethod]
    [DataRow("2026-06-02", true)]
    [DataRow("2026-06-03", false)]
    [DataRow("9999-12-31", false)]
    public void ADayToComeIsNoFreshness(string day, bool fresh) => Assert.HasCount(fresh ? 0 : 1, Evaluation.Run(Dated(day)).Of(Code));

    [TestMethod]
    public void DataWithoutADateIsNotFresh() =>
        Says(Facts.Repo().Policy(Policy("")).WithDatabase(Records.Data([Records.Read("""{ "id": "X", "affected": [ { "package": { "ecosystem": "NuGet", "name": "A" } } ] }""")])),
            "/repo/buildguard.json(2,33): error BG3004: advisories/osv.zip does not say how old its advisories are.");

    [TestMethod]
    [DataRow("2026-05-17")]
    [DataRow("2027-05-17")]
    [DataRow(null)]
    public void NoCommandRenewsAFolder(string? day)
    {
        CheckInput input = day is null ? Facts.Repo().Policy(Policy("")).WithDatabase(Records.Data([Records.Read("""{ "id": "X", "affected": [ { "package": { "ecosystem": "NuGet", "name": "A" } } ] }""")])) : Dated(day);
        var fix = Only(input with { Advisories = new([.. input.Advisories.Databases.Select(d => d with { IsFolder = true })]) }).Finding.Fix;
        Assert.Contains("Put the newest records into the folder", fix.Replace("put", "Put", StringComparison.Ordinal));
    }

    [TestMethod]
    public void TheSummarySaysHowOldTheDataIs() => Assert.Contains("; advisories of 2026-05-18, 14 days old).", Summary.Line(Evaluation.Run(Compliance)));

    [TestMethod]
    public void WithoutDatabasesItHasNothingToSay() => Assert.DoesNotContain("advisories", Summary.Line(Evaluation.Run(Facts.Repo())));

    [TestMethod]
    [DataRow("it does not exist")]
    [DataRow("it is damaged: its checksum does not hold")]
    public void DataThatCannotBeReadIsMissingEvidence(string problem) => Is("BG0008", $"The advisories of advisories/osv.zip cannot be used: {problem}.", Facts.Repo().Policy(Policy("")).WithDatabase(null, problem));

    [TestMethod]
    public void RecordsThatCannotBeReadAreMissingEvidence() => Is("BG0008", "The advisories of advisories/osv.zip cannot be used: 12 records cannot be read (x.json: it is not JSON (line 1); …).",
        Facts.Repo().Policy(Policy("")).WithDatabase(Records.Data(Records.All.Values) with { Fetched = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), UnreadCount = 12, Unread = ["x.json: it is not JSON (line 1)"] }));

    [TestMethod]
    public void DataAboutOtherEcosystemsIsMissingEvidence() => Is("BG0008", "The advisories of advisories/osv.zip cannot be used: no record in it speaks of NuGet packages.",
        Facts.Repo().Policy(Policy("")).WithDatabase(new() { Fetched = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero) }));

    [TestMethod]
    [DataRow("""{ }""")]
    [DataRow("""{ "databases": [] }""")]
    [DataRow("""{ "databases": [ "/etc/osv.zip" ] }""")]
    [DataRow("""{ "databases": [ "../osv.zip" ] }""")]
    [DataRow("""{ "databases": [ "a/../../osv.zip" ] }""")]
    [DataRow("""{ "databases": [ "C:/osv.zip" ] }""")]
    [DataRow("""{ "databases": [ "a\\..\\..\\osv.zip" ] }""")]
    [DataRow("""{ "databases": [ "" ] }""")]
    [DataRow("""{ "databases": [ "osv.zip" ], "maxAge": "14" }""")]
    [DataRow("""{ "databases": [ "osv.zip" ], "maxAge": "99999d" }""")]
    [DataRow("""{ "databases": [ "osv.zip" ], "fail": "medium" }""")]
    [DataRow("""{ "databases": [ "osv.zip" ], "whenNew": "ignore" }""")]
    [DataRow("""{ "databases": [ "osv.zip" ], "ignore": [ { "id": "GHSA-1", "package": "A" } ] }""")]
    public void APolicyThatSaysNothingUsefulIsRefused(string advisories) => Assert.AreEqual("BG0003", Evaluation.Run(Facts.Repo().Policy($$"""{ "version": 1, "advisories": {{advisories}} }""")).Codes());

    private static void Is(string code, string what, CheckInput input)
    {
        var result = Evaluation.Run(input);
        Assert.AreEqual(code, result.Codes());
        Assert.AreEqual(what, result.Findings[0].Finding.What);
        Assert.AreEqual(2, result.ExitCode);
    }

    private static Facts Dated(string day, string more = "") =>
        Facts.Repo().Policy(Policy(more)).WithDatabase(Records.Data(Records.All.Values) with { Fetched = new(DateOnly.ParseExact(day, "yyyy-MM-dd"), TimeOnly.MaxValue, TimeSpan.Zero) });

    private static string Policy(string more) => "{ \"version\": 1,\n \"advisories\": { \"databases\": [ \"advisories/osv.zip\" ]" + more + " } }";
}
