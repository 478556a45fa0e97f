using System.Collections.Immutable;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Tests.Advisories;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustNotBeVulnerableTests : RuleTests<PackagesMustNotBeVulnerable>
{
    private static readonly Advisory Json = Records.All["GHSA-8g4q-xg66-9fp4"];

    private static readonly PackageFacts Vulnerable = Facts.Package("System.Text.Json", "8.0.4") with { Reference = new("/repo/src/App/App.csproj", 12, 5) };

    /// <summary>The advisory was known when the package was locked.</summary>
    private static readonly Facts Known = Knowing(Facts.Repo().With(Vulnerable).WithAdvisories(Json), Json.Id);

    protected override CheckInput Violation => Known;

    protected override CheckInput Compliance => Facts.Repo().With(Facts.Package("System.Text.Json", "8.0.5")).WithAdvisories(Json);

    [TestMethod]
    public void NamesSeverityAliasAndTheLineThatFixesIt() => Says(Violation,
        "/repo/src/App/App.csproj(12,5): error BG3003: System.Text.Json 8.0.4 has a known vulnerability of high severity, GHSA-8g4q-xg66-9fp4 (CVE-2024-43485): Microsoft Security Advisory CVE-2024-43485 | .NET Denial of Service Vulnerability.",
        "The smallest fixed version that the graph accepts is 8.0.5. In App.csproj: <PackageReference Include=\"System.Text.Json\" Version=\"8.0.5\" />, then dotnet restore and buildguard lock.");

    // An advisory that came after the lock is told apart from one that a change brought in.

    [TestMethod]
    public void OneThatTheLockDidNotKnowWarns()
    {
        var judged = Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json));
        Assert.AreEqual(Severity.Warning, judged.Severity);
        Assert.Contains("(not known yet when the package was locked)", judged.Finding.What);
    }

    [TestMethod]
    public void WhenNewMakesItFail() => Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).Policy(Policy(""", "whenNew": "fail" """))).Severity);

    [TestMethod]
    public void StrictMakesANewOneFail() => Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).Guarded(new() { Strict = true })).Severity);

    [TestMethod]
    public void OneThatAChangeBringsInFails()
    {
        Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).Lock(l => l with { Packages = [] })).Severity);
        Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).Lock(l => l with { Packages = [Facts.Locked("System.Text.Json", "8.0.3")] })).Severity);
        Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { ContentHash = "sha512-" + Facts.Hash("other") })] })).Severity);
        Assert.AreEqual(Severity.Error, Only(Facts.Repo().With(Vulnerable).WithAdvisories(Json).NoLock()).Severity);
    }

    [TestMethod]
    public void TheLockMayKnowItByAnotherName() => Assert.AreEqual(Severity.Error, Only(Knowing(Facts.Repo().With(Vulnerable).WithAdvisories(Json), "cve-2024-43485")).Severity);

    // What fails and what is tolerated.

    [TestMethod]
    [DataRow("low", true)]
    [DataRow("high", true)]
    [DataRow("critical", false)]
    public void TheThresholdIsThePolicys(string fail, bool fails) =>
        Assert.HasCount(fails ? 1 : 0, Evaluation.Run(Known.Policy(Policy($", \"fail\": \"{fail}\""))).Of(Code));

    [TestMethod]
    [DataRow("LOW", "moderate", false)]
    [DataRow("MODERATE", "moderate", true)]
    [DataRow("", "critical", true)]
    public void AnUnknownSeverityIsWorseThanAnyThreshold(string word, string fail, bool fails) =>
        Assert.HasCount(fails ? 1 : 0, Evaluation.Run(Vulnerability(word).Policy(Policy($", \"fail\": \"{fail}\""))).Of(Code));

    [TestMethod]
    [DataRow("GHSA-8g4q-xg66-9fp4", "System.Text.Json", "")]
    [DataRow("ghsa-8g4q-xg66-9fp4", "system.*", "")]
    [DataRow("CVE-2024-43485", "*", "")]
    [DataRow("CVE-2024-43485", "Serilog", "BG3003 BG0004")]
    [DataRow("CVE-2024-1", "System.Text.Json", "BG3003 BG0004")]
    public void AnIgnoreNamesAdvisoryAndPackage(string id, string package, string codes) =>
        Assert.AreEqual(codes, Evaluation.Run(Known.Policy(Policy($$""", "ignore": [ { "id": "{{id}}", "package": "{{package}}", "reason": "r" } ]"""))).Codes());

    [TestMethod]
    public void AnIgnoreOfWhatIsTooMildIsIdle() =>
        Assert.AreEqual("BG0004", Evaluation.Run(Known.Policy(Policy(""", "fail": "critical", "ignore": [ { "id": "CVE-2024-43485", "package": "*", "reason": "r" } ]"""))).Codes());

    [TestMethod]
    public void AnIgnoreThatEndedIsAFinding()
    {
        var result = Evaluation.Run(Known.Policy(Policy(""", "ignore": [ { "id": "CVE-2024-43485", "package": "System.*", "reason": "r", "expires": "2026-05-31" } ]""")));
        Assert.AreEqual("BG0005", result.Codes());
        Assert.AreEqual("The exception for \"System.*\" (CVE-2024-43485) in \"advisories.ignore\" ended on 2026-05-31.", result.Findings[0].Finding.What);
    }

    [TestMethod]
    public void WhatCannotBeReadNeedsItsIgnore() =>
        Assert.AreEqual("BG0008", Evaluation.Run(Known.Policy(Policy(""", "ignore": [ { "id": "CVE-2024-43485", "package": "*", "reason": "r" } ]""")).WithDatabase(null, "it is damaged")).Codes());

    // The advice.

    [TestMethod]
    [DataRow(VersionPlace.Project, "Add to App: <PackageReference Include=\"System.Text.Json\" Version=\"8.0.5\" />, then")]
    [DataRow(VersionPlace.Central, "Add to Directory.Packages.props: <PackageVersion Include=\"System.Text.Json\" Version=\"8.0.5\" /> and to App: <PackageReference Include=\"System.Text.Json\" />, then")]
    [DataRow(VersionPlace.CentralWithTransitives, "Add to Directory.Packages.props: <PackageVersion Include=\"System.Text.Json\" Version=\"8.0.5\" />, then")]
    public void ATransitivePackageIsPinnedWhereItsVersionIsChosen(VersionPlace place, string says)
    {
        var package = Facts.Package("System.Text.Json", "8.0.4", "Serilog 4.3.0") with { VersionPlace = place };
        Assert.Contains("It comes in through Serilog 4.3.0. The smallest fixed version that the graph accepts is 8.0.5. " + says, Only(Known.With(package)).Finding.Fix);
    }

    [TestMethod]
    [DataRow(VersionPlace.Central)]
    [DataRow(VersionPlace.CentralWithTransitives)]
    public void ACentralVersionIsChangedInItsFile(VersionPlace place) =>
        Assert.Contains("In Directory.Packages.props: <PackageVersion Include=\"System.Text.Json\" Version=\"8.0.5\" />", Only(Known.With(Vulnerable with { VersionPlace = place })).Finding.Fix);

    [TestMethod]
    [DataRow("3.0.0", "3.1.5")]
    [DataRow("2.1.6", "2.1.9")]
    [DataRow("1.0.0", "2.1.9")]
    public void TheFixHasNoOtherAdvisory(string version, string fix)
    {
        Facts repo = Facts.Repo().With(Facts.Package("SixLabors.ImageSharp", version)).WithAdvisories(Records.All["GHSA-63p8-c4ww-9cg7"], Records.All["GHSA-65x7-c272-7g7r"]);
        // 2.1.9 lies in the range that GHSA-65x7 gives up to 3.1.3, and what that says counts.
        foreach (var judged in Evaluation.Run(repo).Of(Code))
            Assert.Contains($"is {(fix == "2.1.9" ? "3.1.5" : fix)}.", judged.Finding.Fix);
        Facts alone = Facts.Repo().With(Facts.Package("SixLabors.ImageSharp", version)).WithAdvisories(Records.All["GHSA-63p8-c4ww-9cg7"]);
        Assert.Contains($"is {fix}.", Only(alone).Finding.Fix);
    }

    [TestMethod]
    public void TheFixSatisfiesTheGraph()
    {
        var advisory = Records.About("""{ "introduced": "0" }, { "fixed": "1.5" }, { "introduced": "2.0" }, { "fixed": "2.2" }""");
        string FixFor(params string[] ranges) => Only(Facts.Repo().WithAdvisories(advisory).With(Facts.Package("A", "1.0.0", "B 1.0.0") with { RequiredBy = [.. ranges.Select((r, i) => new Requirement($"B{i} 1.0.0", VersionRange.Parse(r)))] })).Finding.Fix;
        Assert.Contains("that the graph accepts is 1.5.0.", FixFor("1.0.0", "[1.0.0,2.0.0)"));
        Assert.Contains("that the graph accepts is 2.2.0.", FixFor("[2.0.0,)"));
        Assert.Contains("The smallest fixed version is 1.5.0, but B1 1.0.0 accepts only (>= 1.0.0 && < 1.2.0): update that first, then use it.", FixFor("1.0.0", "[1.0.0,1.2.0)"));
    }

    [TestMethod]
    public void AStableVersionIsNotReplacedByAPrerelease()
    {
        var advisory = Records.About("""{ "introduced": "0" }, { "fixed": "2.0.0-beta" }, { "introduced": "2.0.0-rc" }, { "fixed": "2.1" }""");
        Assert.Contains("is 2.1.0.", Only(Facts.Repo().WithAdvisories(advisory).With(Facts.Package("A", "1.0.0"))).Finding.Fix);
        Assert.Contains("is 2.0.0-beta.", Only(Facts.Repo().WithAdvisories(advisory).With(Facts.Package("A", "1.0.0-alpha"))).Finding.Fix);
    }

    [TestMethod]
    public void WithoutAFixItSaysSoAndShowsTheException()
    {
        Assert.Contains("No fixed version is known: replace the package, or decide to live with it: add to \"advisories\".\"ignore\": { \"id\": \"GHSA-test\", \"package\": \"A\"",
            Only(Vulnerability("HIGH")).Finding.Fix);
        Assert.Contains("only that versions up to 1.5.0 are affected", Only(Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(Records.About("""{ "introduced": "0" }, { "last_affected": "1.5" }"""))).Finding.Fix);
    }

    // What counts as one matter.

    [TestMethod]
    public void RecordsThatShareANameAreOneMatter()
    {
        Advisory Named(string id, string aliases, string severity) =>
            Records.Read($$"""{ "id": "{{id}}", "aliases": [ {{aliases}} ], "database_specific": { "severity": "{{severity}}" }, "affected": [ { "package": { "ecosystem": "NuGet", "name": "A" } } ] }""");
        var input = Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(
            Named("CVE-1", "\"X-1\", \"CVE-1\"", ""), Named("X-1", "\"Y-1\"", "LOW"), Named("GHSA-1", "\"Y-1\", \"CVE-1\"", "HIGH"), Named("GHSA-2", "\"CVE-2\"", "CRITICAL"));
        var found = Evaluation.Run(input).Of(Code);
        Assert.HasCount(2, found);
        Assert.Contains("of high severity, GHSA-1 (CVE-1)", found[0].Finding.What);
        Assert.Contains("of critical severity, GHSA-2 (CVE-2)", found[1].Finding.What);
    }

    [TestMethod]
    public void TheNewestOfSeveralDatabasesCounts()
    {
        var old = Records.About("", "", """, "database_specific": { "severity": "HIGH" }""");
        var withdrawn = Records.About("", "", """, "withdrawn": "2026-05-02T00:00:00Z" """) with { Modified = new(2026, 5, 2, 0, 0, 0, TimeSpan.Zero) };
        Silent(Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(old, withdrawn));
        Silent(Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(withdrawn, old));
    }

    [TestMethod]
    public void TheWithdrawnRecordAddsNothingToItsTwin()
    {
        var found = Evaluation.Run(Facts.Repo().With(Facts.Package("System.IdentityModel.Tokens.Jwt", "6.5.0")).WithAdvisories([.. Records.All.Values])).Of(Code);
        Assert.HasCount(1, found);
        Assert.Contains("GHSA-59j7-ghrg-fj52", found[0].Finding.What);
    }

    [TestMethod]
    public void EveryVersionOfThePackageIsJudged() => Assert.HasCount(2,
        Evaluation.Run(Facts.Repo().With(Facts.Package("System.Text.Json", "8.0.4"), Facts.Package("System.Text.Json", "6.0.9"), Facts.Package("System.Text.Json", "8.0.5")).WithAdvisories(Json)).Of(Code));

    private static Facts Vulnerability(string word) =>
        Facts.Repo().With(Facts.Package("A", "1.0.0")).WithAdvisories(Records.About("""{ "introduced": "0" }""", "", $$""", "database_specific": { "severity": "{{word}}" }"""));

    private static Facts Knowing(Facts facts, string id) => facts.Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Advisories = ImmutableArray.Create(id) })] });

    private static string Policy(string more) => "{ \"version\": 1, \"advisories\": { \"databases\": [ \"osv.zip\" ]" + more + " } }";
}
