using System.Text;
using BuildGuard.Core.Advisories;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Advisories;

[TestClass]
public sealed class OsvReaderTests
{
    [TestMethod]
    public void ARealRecordIsReadCompletely()
    {
        var a = Records.All["GHSA-447r-wph3-92pm"];
        Assert.AreSequenceEqual(["CVE-2024-38095"], a.Aliases);
        Assert.AreEqual("Microsoft Security Advisory CVE-2024-38095 | .NET Denial of Service Vulnerability", a.Summary);
        Assert.AreEqual(new DateOnly(2024, 7, 9), a.Published);
        Assert.AreEqual(new DateTimeOffset(2024, 7, 9, 21, 14, 54, TimeSpan.Zero), a.Modified);
        Assert.IsNull(a.Withdrawn);
        Assert.HasCount(13, a.Affected);
        Assert.IsFalse(a.IsMalicious);
    }

    [TestMethod]
    public void WithdrawnIsADay() => Assert.AreEqual(new DateOnly(2024, 4, 11), Records.All["GHSA-8g9c-28fc-mcx2"].Withdrawn);

    [TestMethod]
    public void TheRecordWithoutAnIdGoesByItsAlias()
    {
        var a = Records.All["MAL-0000-ghsa-malware-cefac5f80f58d5b1"];
        Assert.AreEqual("GHSA-x489-wg4f-q53f", a.Id);
        Assert.IsTrue(a.IsMalicious);
        Assert.IsEmpty(a.Aliases);
        Assert.AreEqual("nameless.json", Records.Read("""{ "affected": [] }"""u8.ToArray(), "nameless.json").Id);
    }

    [TestMethod]
    public void MalwareIsToldFromVulnerabilities()
    {
        foreach (var file in Directory.EnumerateFiles(Records.Folder, "*.json", SearchOption.AllDirectories))
            Assert.AreEqual(Path.GetFileName(Path.GetDirectoryName(file)) == "malicious", Records.All[Path.GetFileNameWithoutExtension(file)].IsMalicious, file);
    }

    [TestMethod]
    [DataRow(""", "aliases": [ "MAL-2026-1" ]""", "")]
    [DataRow(""", "database_specific": { "cwe_ids": [ "CWE-20", "CWE-506" ] }""", "")]
    [DataRow("", """, "database_specific": { "cwes": [ { "cweId": "CWE-506" } ] }""")]
    public void MalwareUnderAnotherIdIsMalware(string record, string entry) =>
        Assert.IsTrue(Records.About("""{ "introduced": "0" }""", entry, record).IsMalicious);

    [TestMethod]
    [DataRow("GHSA-447r-wph3-92pm", AdvisorySeverity.High)]
    [DataRow("GHSA-4rr6-2v9v-wcpc", AdvisorySeverity.Moderate)]
    [DataRow("GHSA-5crp-9r3c-p9vr", AdvisorySeverity.Low)]
    [DataRow("MAL-2024-3992", AdvisorySeverity.Unknown)]
    public void TheDatabasesWordCounts(string file, AdvisorySeverity severity) => Assert.AreEqual(severity, Records.All[file].Severity);

    [TestMethod]
    [DataRow(""", "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N" } ]""", AdvisorySeverity.Moderate)]
    [DataRow(""", "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N" }, { "type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L" } ]""", AdvisorySeverity.Critical)]
    [DataRow(""", "database_specific": { "severity": "medium" }, "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } ]""", AdvisorySeverity.Moderate)]
    [DataRow(""", "database_specific": { "severity": "AWFUL" }, "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } ]""", AdvisorySeverity.Critical)]
    [DataRow(""", "severity": [ { "type": "Ubuntu", "score": "high" } ]""", AdvisorySeverity.Unknown)]
    [DataRow("", AdvisorySeverity.Unknown)]
    [DataRow(""", "severity": null, "database_specific": null""", AdvisorySeverity.Unknown)]
    public void WithoutAWordTheWorstVectorCounts(string record, AdvisorySeverity severity) =>
        Assert.AreEqual(severity, Records.About("""{ "introduced": "0" }""", "", record).Severity);

    [TestMethod]
    public void AVectorOfTheEntryCountsToo() => Assert.AreEqual(AdvisorySeverity.High,
        Records.About("""{ "introduced": "0" }""", """, "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" } ]""").Severity);

    // What a range means where it is not what people write. Versions of A, each with + or -.
    [TestMethod]
    [DataRow("""{ "introduced": "0" }, { "fixed": "1.5" }, { "introduced": "2.0" }, { "fixed": "2.1" }""", "", "+1.4.9 -1.5.0 -1.9.0 +2.0.0 -2.1.0", DisplayName = "several ranges in one list of events")]
    [DataRow("""{ "fixed": "2.1" }, { "introduced": "2.0" }, { "fixed": "1.5" }, { "introduced": "0" }""", "", "+1.4.9 -1.5.0 +2.0.0 -2.1.0", DisplayName = "events in any order")]
    [DataRow("""{ "introduced": "1.0" }, { "last_affected": "1.0" }""", "", "-0.9.0 +1.0.0 -1.0.1", DisplayName = "one version")]
    [DataRow("""{ "introduced": "1.0" }, { "fixed": "2.0" }, { "introduced": "2.0" }, { "fixed": "3.0" }""", "", "+1.0.0 +2.0.0 -3.0.0", DisplayName = "fixed and introduced in one version")]
    [DataRow("""{ "introduced": "1.0", "fixed": "2.0" }""", "", "-0.9.0 +1.0.0 -2.0.0", DisplayName = "both in one event")]
    [DataRow("""{ "introduced": "0" }""", "", "+0.0.0-a +99.0.0", DisplayName = "no fix")]
    [DataRow("""{ "introduced": "2.0" }, { "fixed": "1.0" }""", "", "-1.0.0 -1.9.0 +2.0.0 +99.0.0", DisplayName = "a fix before the introduction is none")]
    [DataRow("""{ "introduced": "2.0" }, { "fixed": "1.0" }""", """, "database_specific": { "last_known_affected_version_range": "<= 3.0" }""", "+2.0.0 +3.0.0 -3.0.1", DisplayName = "the bound beside the range")]
    [DataRow("""{ "introduced": "2.0" }""", """, "database_specific": { "last_known_affected_version_range": "< 1.0" }""", "+2.0.0 +99.0.0", DisplayName = "a bound before the introduction is none")]
    [DataRow("""{ "introduced": "2.0" }""", """, "database_specific": { "last_known_affected_version_range": "1.0 and others" }""", "+2.0.0 +99.0.0", DisplayName = "a bound in other words is none")]
    [DataRow("""{ "introduced": "1.0" }, { "fixed": "2.0" }""", """, "database_specific": { "last_known_affected_version_range": "<= 1.5" }""", "+1.9.0 -2.0.0", DisplayName = "a fix counts before the bound")]
    [DataRow("""{ "fixed": "2.0" }""", "", "+0.1.0 -2.0.0", DisplayName = "no introduction")]
    [DataRow("", "", "+0.1.0 +99.0.0", DisplayName = "no events")]
    [DataRow("""{ "introduced": "99999999999999999999.0" }, { "fixed": "2.0" }""", "", "+0.1.0 -2.0.0", DisplayName = "an absurd introduction is the first version")]
    [DataRow("""{ "introduced": "1.0" }, { "fixed": "2.0.0.0.0.0" }""", "", "-0.9.0 +99.0.0", DisplayName = "an absurd fix is none")]
    [DataRow("""{ "introduced": 1 }, { "fixed": null }""", "", "+0.1.0 +99.0.0", DisplayName = "values that are no text")]
    [DataRow("""{ "introduced": "0" }, { "limit": "1.0" }, { "fixed": "2.0" }""", "", "+1.5.0 -2.0.0", DisplayName = "limits are of commits")]
    [DataRow("""{ "introduced": "1.0" }, { "fixed": "1.1" }""", """, "versions": [ "0.5.0", "junk", "3.0" ]""", "+0.5.0 +1.0.0 -2.0.0 +3.0.0", DisplayName = "ranges and versions both")]
    public void RangesThatPeopleDoNotWrite(string events, string entry, string versions)
    {
        var a = Records.About(events, entry).Affected.Single();
        foreach (var version in versions.Split(' '))
            Assert.AreEqual(version[0] == '+', a.Includes(NuGetVersion.Parse(version[1..])), version);
    }

    [TestMethod]
    [DataRow("""{ "package": { "ecosystem": "NuGet", "name": "A" } }""", true, DisplayName = "nothing said of versions")]
    [DataRow("""{ "package": { "ecosystem": "NuGet", "name": "A" }, "ranges": [ { "type": "GIT", "events": [ { "introduced": "0" }, { "fixed": "abc" } ] } ] }""", true, DisplayName = "commits only")]
    [DataRow("""{ "package": { "ecosystem": "NuGet", "name": "A" }, "versions": [ "1.0.0" ], "ranges": [ { "type": "GIT", "events": [ { "introduced": "0" } ] } ] }""", false, DisplayName = "commits and versions")]
    [DataRow("""{ "package": { "ecosystem": "NuGet", "name": "A" }, "database_specific": { "last_known_affected_version_range": "< 2" } }""", false, DisplayName = "only the bound beside it")]
    public void AnEntryWithoutVersionsSpeaksOfAll(string entry, bool all) =>
        Assert.AreEqual(all, Records.Read($$"""{ "id": "X", "affected": [ {{entry}} ] }""").Affected.Single().Includes(NuGetVersion.Parse("7.0.0")));

    [TestMethod]
    public void OneEntryForEachPackageWhateverItsCase()
    {
        var a = Records.Read("""
            { "id": "X", "affected": [
              { "package": { "ecosystem": "nuget", "name": "A" }, "versions": [ "1.0.0" ] }, { "package": { "ecosystem": "NuGet:https://feed.example", "name": " a " }, "versions": [ "2.0.0", "1.0.0.0" ] },
              { "package": { "ecosystem": "npm", "name": "A" }, "versions": [ "3.0.0" ] }, { "versions": [ "4.0.0" ] } ] }
            """).Affected.Single();
        Assert.HasCount(2, a.Versions);
        Assert.IsFalse(a.Includes(NuGetVersion.Parse("3.0.0")));
    }

    [TestMethod]
    [DataRow("", "it is not JSON")]
    [DataRow("[]", "OSV record")]
    [DataRow("{}", "OSV record")]
    [DataRow("""{ "id": "X" """, "it is not JSON")]
    [DataRow("""{ "id": "X", "affected": 1 }""", "OSV record")]
    [DataRow("""{ "id": "X", "affected": [ 1 ] }""", "OSV record")]
    [DataRow("""{ "id": "X", "affected": [ { "package": { "ecosystem": "NuGet" } } ] }""", "OSV record")]
    [DataRow("""{ "id": "X", "affected": [ { "package": { "ecosystem": "NuGet", "name": "A" }, "ranges": {} } ] }""", "OSV record")]
    [DataRow("""{ "id": "X", "affected": [], "affected": [] }""", "it is not JSON")]
    [DataRow("""<html><body>502 Bad Gateway</body></html>""", "it is not JSON")]
    public void WhatIsNoRecordIsSaidInWords(string text, string says)
    {
        var (advisory, problem) = OsvReader.Read(Encoding.UTF8.GetBytes(text), "x");
        Assert.IsNull(advisory);
        Assert.Contains(says, problem!);
    }

    [TestMethod]
    public void BytesThatAreNotUtf8AreRefusedWhereverTheyStand()
    {
        byte[] record = [.. """{ "id": "X", "affected": [], "details": " """u8, 0xC3, 0x28, .. "\" }"u8];
        Assert.AreEqual("it is not valid UTF-8", OsvReader.Read(record, "x").Problem);
    }

    [TestMethod]
    public void DepthAndSizeAreBounded()
    {
        Assert.Contains("it is not JSON", OsvReader.Read(Encoding.UTF8.GetBytes("""{ "affected": """ + new string('[', 1_000_000)), "x").Problem!);
        Assert.Contains("at most", OsvReader.Read(new byte[OsvReader.MaxBytes + 1], "x").Problem!);
    }

    [TestMethod]
    [DataRow("9999-12-31T23:59:59Z")]
    [DataRow("99999-01-01T00:00:00Z")]
    [DataRow("yesterday")]
    [DataRow("1900-01-01T00:00:00Z")]
    public void DatesOfAnyKindAreRead(string date) => Assert.AreEqual("X", Records.Read($$"""{ "id": "X", "modified": "{{date}}", "published": "{{date}}", "withdrawn": "{{date}}", "affected": [] }""").Id);
}
