using System.Text.Json;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Reports;

[TestClass]
public sealed class JsonReportTests
{
    [TestMethod]
    public void SaysWhatWasCheckedAndWhatCameOfIt()
    {
        var report = ReportFacts.Parse(JsonReport.Write(ReportFacts.Mixed));
        Assert.AreEqual(1, report.GetProperty("version").GetInt32());
        Assert.IsFalse(report.GetProperty("passed").GetBoolean());
        Assert.AreEqual(2, report.GetProperty("exitCode").GetInt32());
        Assert.AreEqual("enforce", report.GetProperty("mode").GetString());
        Assert.AreEqual(Summary.Line(ReportFacts.Mixed), report.GetProperty("summary").GetString());
        var looked = report.GetProperty("checked");
        Assert.AreEqual($"1 5 0 50 {AllRules.List.Length}", string.Join(' ', ((string[])["projects", "packages", "packagesFromCache", "files", "rules"]).Select(k => looked.GetProperty(k).GetInt32())));
    }

    [TestMethod]
    public void AFindingHasEveryKey()
    {
        var finding = ReportFacts.Parse(JsonReport.Write(ReportFacts.Mixed)).GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("code").GetString() == "BG1001");
        Assert.AreEqual("code severity what why fix file line column package packageVersion path help", string.Join(' ', finding.EnumerateObject().Select(p => p.Name)));
        Assert.AreEqual(("error", "/repo/Directory.Packages.props", 12, 5), (finding.GetProperty("severity").GetString(), finding.GetProperty("file").GetString(), finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
        Assert.AreEqual("App > Serilog 4.3.0 > Contoso.Util 1.2.0", string.Join(" > ", finding.GetProperty("path").EnumerateArray().Select(s => s.GetString())));
        Assert.AreEqual(JsonValueKind.String, finding.GetProperty("help").ValueKind);
    }

    [TestMethod]
    public void AFindingWithoutAPackageNamesNone()
    {
        var finding = ReportFacts.Parse(JsonReport.Write(ReportFacts.Mixed)).GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("code").GetString() == "BG0011");
        Assert.IsFalse(finding.TryGetProperty("package", out _));
    }

    [TestMethod]
    public void APassIsAPass()
    {
        var report = ReportFacts.Parse(JsonReport.Write(Evaluation.Run(Facts.Repo())));
        Assert.IsTrue(report.GetProperty("passed").GetBoolean());
        Assert.AreEqual(0, report.GetProperty("findings").GetArrayLength());
    }
}
