using System.Text.RegularExpressions;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Reports;

[TestClass]
public sealed partial class TextReportTests
{
    [TestMethod]
    public void ABlockPerFindingAndTheSummaryLast()
    {
        var result = Evaluation.Run(Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0", "Serilog 4.3.0")));
        Assert.AreEqual($$"""
            /repo/Directory.Packages.props(12,5): error BG1001: Contoso.Util 1.2.0 is not signed.
                path: App > Serilog 4.3.0 > Contoso.Util 1.2.0
                why:  Anyone on the way from its author to this machine could have replaced it.
                fix:  Use a signed version, or add to "signatures.packages" in buildguard.json: { "id": "Contoso.Util", "unsigned": true, "reason": "…" }
                help: buildguard explain BG1001 or https://buildguard.example/rules/BG1001

            BuildGuard FAILED with 1 error: 1 project, 1 package, 10 files, {{AllRules.List.Length}} rules (all evidence read in this run).

            """.ReplaceLineEndings("\n"), TextReport.Write(result));
    }

    [TestMethod]
    public void FirstLinesAreCanonical()
    {
        // The form that MSBuild, editors and CI systems recognise: origin : category code : text.
        foreach (var judged in ReportFacts.Mixed.Findings)
            Assert.MatchesRegex(CanonicalForm(), FindingText.Canonical(judged));
    }

    [TestMethod]
    public void NothingUnsafeReachesTheTerminal()
    {
        Finding hostile = new("BG1001", "a\u001b[2J.", "b\u202e.", "c\r\nd", new("/repo/\u001bx\n.csproj", 1, 1)) { PackageId = "x", DependencyPath = ["App", "\u001b[2J"] };
        var text = TextReport.Write(ReportFacts.Mixed with { Findings = [new(hostile, Severity.Error), .. ReportFacts.Mixed.Findings] });
        Assert.IsFalse(text.Any(c => c != '\n' && char.IsControl(c)));
        Assert.DoesNotContain("\u202e", text, StringComparison.Ordinal);
        Assert.AreEqual(@"/repo/\u001bx\u000a.csproj(1,1): error BG1001: a\u001b[2J.", text[..text.IndexOf('\n', StringComparison.Ordinal)]);
        Assert.DoesNotContain("\n", FindingText.OneLine(hostile));
    }

    [TestMethod]
    public void OneLineHoldsEverything() =>
        Assert.AreEqual("What. Path: App > A 1.0.0. Why. Fix: do it (https://buildguard.example/rules/BG1001)",
            FindingText.OneLine(new("BG1001", "What.", "Why.", "do it", new("/repo/x")) { DependencyPath = ["App", "A 1.0.0"] }));

    [TestMethod]
    [DataRow(0, 0, "/repo/x")]
    [DataRow(3, 0, "/repo/x(3)")]
    [DataRow(3, 7, "/repo/x(3,7)")]
    public void APlaceIsWrittenAsMSBuildWritesIt(int line, int column, string expected) => Assert.AreEqual(expected, new SourceLocation("/repo/x", line, column).ToString());

    [TestMethod]
    public void TheSummaryCountsAndSaysWhatTheResultIsWorth()
    {
        var pass = Evaluation.Run(Facts.Repo());
        Assert.AreEqual($"BuildGuard passed: 1 project, 1 package, 10 files, {AllRules.List.Length} rules (all evidence read in this run).", Summary.Line(pass));
        Assert.AreEqual($"BuildGuard passed: 30 projects, 1,287 packages, 10 files, {AllRules.List.Length} rules (package evidence from the cache, files unchanged since).",
            Summary.Line(pass with { Projects = 30, Packages = 1287, PackagesFromCache = 1287 }));
        Assert.AreEqual($"BuildGuard passed: 1 project, 9 packages, 10 files, {AllRules.List.Length} rules (evidence of 7 packages from the cache, files unchanged since; 2 read in this run).",
            Summary.Line(pass with { Packages = 9, PackagesFromCache = 7 }));
        Assert.Contains("BuildGuard FAILED with 5 errors and 1 warning: ", Summary.Line(ReportFacts.Mixed));
        Assert.EndsWith(" AUDIT MODE: most violations are only warnings.", Summary.Line(pass with { Mode = GuardMode.Audit }));
        Assert.EndsWith(" OFF: nothing was checked.", Summary.Line(pass with { Mode = GuardMode.Off }));
    }

    [TestMethod]
    public void WhatWasFoundIsCountedOverAllThatWasDownloaded()
    {
        CheckInput input = Facts.Repo().With(Facts.Package("A", "1.0.0"), Facts.Package("B", "1.0.0")).WithPacks(Facts.Package("P", "1.0.0")).WithSdks([], Facts.Unsigned("S", "1.0.0")).WithTools([], Facts.Package("T", "1.0.0"), Facts.Unsigned("U", "1.0.0"));
        Assert.AreEqual("Found 2 packages, 1 pack, 1 MSBuild SDK and 2 tools in 1 project: 4 with a signature that holds, 2 without, 0 with install scripts.", Summary.Found(input.Graph));
        Assert.AreEqual("Found 0 packages and 1 MSBuild SDK in 1 project: 0 with a signature that holds, 1 without, 0 with install scripts.", Summary.Found(input.Graph with { Packages = [], Packs = [], Tools = [] }));
        Assert.AreEqual("Found 0 packages in 1 project: 0 with a signature that holds, 0 without, 0 with install scripts.", Summary.Found(input.Graph with { Packages = [], Packs = [], Tools = [], Sdks = [] }));
    }

    [GeneratedRegex(@"^[^:]+: (error|warning) BG\d{4}: .+\.$|^[^:]+: (error|warning) BG\d{4}: BuildGuard failed: .+$")]
    private static partial Regex CanonicalForm();
}
