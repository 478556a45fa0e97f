using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Tests.Advisories;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustNotBeMaliciousTests : RuleTests<PackagesMustNotBeMalicious>
{
    private static readonly Advisory Malware = Records.All["MAL-2024-4000"];

    private static readonly Facts Infected = Facts.Repo().With(Facts.Package("Altcoins", "1.0.23")).WithAdvisories(Malware);

    protected override CheckInput Violation => Infected;

    protected override CheckInput Compliance => Facts.Repo().With(Facts.Package("Altcoins", "2.0.0")).WithAdvisories(Malware);

    [TestMethod]
    public void NamesTheRecordAndWhatToDo() => Says(Violation,
        "/repo/Directory.Packages.props(12,5): error BG3002: Altcoins 1.0.23 is malicious, says MAL-2024-4000 (GHSA-9hrh-rx4m-2c3p): Malicious code in Altcoins (NuGet).",
        "Remove the reference, delete /packages/altcoins/1.0.23");

    [TestMethod]
    public void NamesThePackageThatBringsItIn() =>
        Assert.Contains("It comes in through Serilog 4.3.0: remove or replace that", Only(Infected.With(Facts.Package("Altcoins", "1.0.23", "Serilog 4.3.0"))).Finding.Fix);

    [TestMethod]
    public void EveryMaliciousRecordStopsItsPackage()
    {
        foreach (var advisory in Records.All.Values.Where(a => a.IsMalicious))
        {
            var package = advisory.Affected.Single();
            var input = Facts.Repo().With(Facts.Package(package.Id, package.Versions[0].ToNormalizedString())).WithAdvisories([.. Records.All.Values]);
            Assert.AreEqual(Severity.Error, Only(input).Severity, advisory.Id);
        }
    }

    // No severity, threshold, mode, exception or age of the lock changes it.
    [TestMethod]
    [DataRow(""", "mode": "audit" """)]
    [DataRow(""", "rules": { "BG3003": "off" } """)]
    public void NothingLowersIt(string more) => Assert.AreEqual(Severity.Error, Only(Infected.Policy(Policy(more))).Severity);

    [TestMethod]
    public void APolicyThatWouldLowerItIsRefused() =>
        Assert.AreEqual("BG0003", Evaluation.Run(Infected.Policy(Policy(""", "rules": { "BG3002": "off" } """))).Codes());

    [TestMethod]
    public void AnIgnoredMaliciousPackageStaysOneAndTheEntryIsIdle()
    {
        var input = Infected.Policy(Policy("", """, "fail": "critical", "ignore": [ { "id": "MAL-2024-4000", "package": "*", "reason": "r" } ]"""));
        Assert.AreEqual("BG3002 BG0004", Evaluation.Run(input).Codes());
    }

    [TestMethod]
    public void OneThatIsLockedFailsAsWell() => Assert.AreEqual("BG3002", Evaluation.Run(Infected).Codes());

    [TestMethod]
    public void ASummaryCannotWriteToTheTerminal() =>
        Assert.Contains("a\\u001b[2Jb", Only(Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(Records.About("", "", ", \"aliases\": [ \"MAL-1\" ], \"summary\": \"a\\u001b[2Jb\""))).Finding.What);

    [TestMethod]
    [DataRow("2026-05-31", false)]
    [DataRow("2026-06-01", false)]
    [DataRow("2026-06-02", true)]
    [DataRow("9999-12-31", true)]
    [DataRow("soon", true)]
    public void AWithdrawnRecordCountsUntilItsDay(string day, bool counts)
    {
        var advisory = Records.About("", "", $", \"aliases\": [ \"MAL-1\" ], \"withdrawn\": \"{day}T00:00:00Z\"");
        Assert.HasCount(counts ? 1 : 0, Evaluation.Run(Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(advisory)).Of(Code));
    }

    private static string Policy(string more, string advisories = "") => "{ \"version\": 1, \"advisories\": { \"databases\": [ \"osv.zip\" ]" + advisories + " }" + more + " }";
}
