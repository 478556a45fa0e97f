using System.Text.Json;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Reports;

[TestClass]
public sealed class SarifReportTests
{
    private static readonly JsonElement Run = Write(ReportFacts.Mixed).GetProperty("runs")[0];

    [TestMethod]
    public void HasWhatTheStandardRequires()
    {
        var log = Write(ReportFacts.Mixed);
        Assert.AreEqual("2.1.0", log.GetProperty("version").GetString());
        Assert.IsTrue(Uri.IsWellFormedUriString(log.GetProperty("$schema").GetString(), UriKind.Absolute));
        Assert.AreEqual(1, log.GetProperty("runs").GetArrayLength());
        var driver = Run.GetProperty("tool").GetProperty("driver");
        Assert.AreEqual(("BuildGuard", "0.1.0"), (driver.GetProperty("name").GetString(), driver.GetProperty("semanticVersion").GetString()));
        Assert.IsFalse(Run.GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
        Assert.AreEqual(2, Run.GetProperty("invocations")[0].GetProperty("exitCode").GetInt32());
        Assert.Contains(Run.GetProperty("columnKind").GetString(), (string[])["utf16CodeUnits", "unicodeCodePoints"]);
    }

    [TestMethod]
    public void DescribesEveryRuleOnce()
    {
        var rules = Run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().ToList();
        Assert.AreSequenceEqual(AllRules.List.Select(r => r.Code), rules.Select(r => r.GetProperty("id").GetString()!));
        foreach (var rule in rules)
        {
            Assert.IsTrue(Uri.IsWellFormedUriString(rule.GetProperty("helpUri").GetString(), UriKind.Absolute));
            Assert.IsGreaterThan(0, rule.GetProperty("shortDescription").GetProperty("text").GetString()!.Length);
        }
    }

    [TestMethod]
    public void EveryResultHasARuleALevelAMessageAndAPlace()
    {
        var results = Run.GetProperty("results").EnumerateArray().ToList();
        Assert.HasCount(ReportFacts.Mixed.Findings.Length, results);
        foreach (var result in results)
        {
            Assert.IsTrue(Evaluation.Knows(result.GetProperty("ruleId").GetString()!));
            Assert.Contains(result.GetProperty("level").GetString(), (string[])["error", "warning"]);
            Assert.IsGreaterThan(0, result.GetProperty("message").GetProperty("text").GetString()!.Length);
            var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
            var uri = place.GetProperty("artifactLocation").GetProperty("uri").GetString()!;
            Assert.IsTrue(Uri.IsWellFormedUriString(uri, UriKind.Relative), uri);
            if (place.TryGetProperty("region", out var region))
                Assert.IsGreaterThan(0, region.GetProperty("startLine").GetInt32());
        }
    }

    [TestMethod]
    public void LevelsAreTheSeverities() =>
        Assert.AreEqual("error BG0009, error BG0011, error BG1001, error BG2002, error BG3001, warning BG4005",
            string.Join(", ", Run.GetProperty("results").EnumerateArray().Select(r => $"{r.GetProperty("level").GetString()} {r.GetProperty("ruleId").GetString()}")));

    [TestMethod]
    public void NoPathOfThisMachineIsInIt()
    {
        foreach (var text in ReportFacts.Strings(Write(ReportFacts.Mixed)))
        {
            Assert.DoesNotContain(Facts.Root + "/", text);
            Assert.DoesNotContain("/packages/", text);
        }
        Assert.Contains("Delete $(NuGetPackageRoot)tampered/3.0.0 and run", Result("BG2002").GetProperty("message").GetProperty("text").GetString()!);
    }

    [TestMethod]
    public void AFileNameIsEscaped() =>
        Assert.AreEqual("tools/a%20b%23%C3%BC.csproj", Result("BG0011").GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());

    [TestMethod]
    public void AFingerprintNamesThePackageAndNotTheLine() =>
        Assert.AreEqual("BG1001:Contoso.Util/1.2.0", Result("BG1001").GetProperty("partialFingerprints").GetProperty("package/v1").GetString());

    [TestMethod]
    public void APassIsARunWithoutResults()
    {
        var run = Write(Evaluation.Run(Facts.Repo())).GetProperty("runs")[0];
        Assert.AreEqual(0, run.GetProperty("results").GetArrayLength());
        Assert.IsTrue(run.GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
        Assert.Contains("BuildGuard passed", run.GetProperty("properties").GetProperty("summary").GetString()!);
    }

    [TestMethod]
    public void NothingUnsafeIsInIt()
    {
        foreach (var text in ReportFacts.Strings(Write(ReportFacts.Mixed)))
            Assert.DoesNotContain("\u001b", text);
    }

    private static JsonElement Result(string code) => Run.GetProperty("results").EnumerateArray().Single(r => r.GetProperty("ruleId").GetString() == code);

    private static JsonElement Write(CheckResult result) => ReportFacts.Parse(SarifReport.Write(result, Facts.Root, "0.1.0"));
}
