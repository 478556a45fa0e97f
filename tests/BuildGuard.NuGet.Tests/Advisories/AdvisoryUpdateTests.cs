using System.IO.Compression;
using System.Text;
using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Advisories;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Advisories;

/// <summary>Updating from an address, a path and feeds. Whatever a source does, the old data stays unless the new is complete, readable and no step back.</summary>
[TestClass]
public sealed class AdvisoryUpdateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _temp = new();
    private readonly LoopbackServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _temp.Dispose();
    }

    private string Target => _temp.Path("repo", "advisories", "osv.index");

    [TestMethod]
    public async Task AnAddressBecomesAnIndexThatSaysWhenAndWhereFrom()
    {
        _server.On("all.zip", Zip(12));
        var result = await Update($"{_server["all.zip"]}?token=secret");
        Assert.IsNull(result.Problem);
        var (data, problem) = AdvisoryFiles.Read(Target, ["P3"], DateOnly.FromDateTime(Now.UtcDateTime), CancellationToken.None);
        Assert.IsNull(problem);
        Assert.AreEqual((12, Now, $"{_server["all.zip"]}"), (data!.Records, data.Fetched!.Value, data.Source));
        Assert.AreSequenceEqual(["R-3"], data.Advisories.Select(a => a.Id));
        Assert.IsTrue(AdvisoryIndex.IsIndex(File.ReadAllBytes(Target)));
        NothingIsLeft();
    }

    [TestMethod]
    public async Task APathWorksAsWell()
    {
        File.WriteAllBytes(_temp.Path("all.zip"), Zip(5));
        Assert.AreEqual(5, (await Update(_temp.Path("all.zip"))).Data!.Records);
        ZipFile.ExtractToDirectory(_temp.Path("all.zip"), _temp.Path("folder"));
        Assert.AreEqual((5, 5), ((await Update(_temp.Path("folder"))).Data!.Records, Read()!.Records));
    }

    [TestMethod]
    public async Task ARedirectIsFollowedButNotForEverAndNotToHttpElsewhere()
    {
        _server.On("all.zip", Zip(3)).On("moved", "", "302 Found", "Location: /all.zip\r\n").On("loop", "", "302 Found", "Location: /loop\r\n").On("away", "", "301 Moved", "Location: http://feed.example/all.zip\r\n");
        Assert.IsNull((await Update($"{_server["moved"]}")).Problem);
        await Keeps($"{_server["loop"]}", "redirects more than 5 times");
        await Keeps($"{_server["away"]}", "http://feed.example/all.zip is not an https address");
        await Keeps("http://feed.example/all.zip", "is not an https address");
        await Keeps("ftp://feed.example/all.zip", "is not an https address");
    }

    // Errors, and what is something else entirely.
    [TestMethod]
    [DataRow("404 Not Found", "", "answers 404 Not Found")]
    [DataRow("500 Internal Server Error", "oops", "answers 500 Internal Server Error")]
    [DataRow("429 Slow \u001b[31m down", "", "answers 429")]
    [DataRow("200 OK", "", "is no database of advisories")]
    [DataRow("200 OK", "<html><body>Sign in to the network</body></html>", "it is not JSON")]
    [DataRow("200 OK", """{ "message": "hello" }""", "OSV record")]
    [DataRow("200 OK", """{ "id": "X", "affected": [ { "package": { "ecosystem": "npm", "name": "A" } } ] }""", "no record that speaks of NuGet packages")]
    [DataRow("200 OK", "BGADVIDX", "it is no index of advisories")]
    public async Task AWrongAnswerChangesNothing(string status, string body, string says) => await Keeps($"{_server.On("x", body, status)["x"]}", says);

    [TestMethod]
    public async Task WhatIsNoHttpChangesNothing()
    {
        _server.On("x", (s, cancel) => s.WriteAsync("SSH-2.0-OpenSSH_9.9\r\n"u8.ToArray(), cancel).AsTask());
        await Keeps($"{_server["x"]}", "cannot be read");
        _server.On("y", (_, _) => Task.CompletedTask);
        await Keeps($"{_server["y"]}", "cannot be read");
        using var gone = new LoopbackServer();
        var address = gone["all.zip"];
        gone.Dispose();
        await Keeps($"{address}", "cannot be read");
    }

    [TestMethod]
    public async Task ASlowSourceChangesNothing()
    {
        _server.On("silent", (_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        await Keeps($"{_server["silent"]}", "did not answer completely within");
        _server.On("drip", async (s, cancel) =>
        {
            await s.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray(), cancel);
            while (true)
            {
                await s.WriteAsync("P"u8.ToArray(), cancel);
                await Task.Delay(20, cancel);
            }
        });
        await Keeps($"{_server["drip"]}", "did not answer completely within");
    }

    [TestMethod]
    public async Task ATruncatedAnswerChangesNothing()
    {
        var zip = Zip(50);
        _server.On("cut", async (s, cancel) =>
        {
            await s.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\nConnection: close\r\n\r\n"), cancel);
            await s.WriteAsync(zip.AsMemory(0, zip.Length / 2), cancel);
        });
        await Keeps($"{_server["cut"]}", "cannot be read");
        // Cut before it was served, so that the length fits.
        await Keeps($"{_server.On("short", zip[..(zip.Length / 2)])["short"]}", "it is damaged");
    }

    [TestMethod]
    public async Task AnAnswerThatIsTooLargeIsNotTaken()
    {
        _server.On("huge", (s, cancel) => s.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray(), cancel).AsTask());
        await Keeps($"{_server["huge"]}", "has 99,999,999,999 bytes, and at most");
    }

    [TestMethod]
    [DataRow("bomb", "1 of its records cannot be read (bomb.json: it has 1,073,741,824 bytes")]
    [DataRow("latin1", "1 of its records cannot be read (bad.json: it is not valid UTF-8)")]
    [DataRow("junk", "1 of its records cannot be read (bad.json: it is not JSON (line 1))")]
    public async Task OneRecordThatCannotBeReadChangesNothing(string what, string says)
    {
        using var stream = new MemoryStream();
        stream.Write(Zip(3));
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(what == "bomb" ? "bomb.json" : "bad.json", CompressionLevel.Fastest).Open();
            if (what == "bomb")
            {
                var zeros = new byte[1024 * 1024];
                for (var i = 0; i < 1024; i++)
                    entry.Write(zeros);
            }
            else
            {
                entry.Write(what == "junk" ? "junk"u8 : (byte[])[.. "{ \"affected\": [], \"x\": \""u8, 0xFF, .. "\" }"u8]);
            }
        }
        await Keeps($"{_server.On("x", stream.ToArray())["x"]}", says);
    }

    [TestMethod]
    public async Task DataThatIsAStepBackNeedsForce()
    {
        _server.On("many", Zip(20)).On("few", Zip(9, "2026-05-28")).On("old", Zip(20, "2026-04-01"));
        await Update($"{_server["many"]}");
        Assert.Contains("9 records, less than half of the 20 that are there", (await Update($"{_server["few"]}")).Problem!);
        Assert.Contains("it is older than what is there (newest record 2026-04-01, there 2026-05-", (await Update($"{_server["old"]}")).Problem!);
        Assert.AreEqual(20, Read()!.Records);
        Assert.IsNull((await Update($"{_server["few"]}", force: true)).Problem);
        Assert.AreEqual(9, Read()!.Records);
    }

    [TestMethod]
    public async Task DatesFromTheYear9999DoNotMakeTheNextUpdateAStepBack()
    {
        await Update($"{_server.On("strange", Zip(5, "9999-12-31"))["strange"]}");
        Assert.IsNull((await Update($"{_server.On("plain", Zip(5))["plain"]}")).Problem);
    }

    // Feeds.

    [TestMethod]
    public async Task FeedsAreReadByTheirVulnerabilityResource()
    {
        Feed("""
            { "system.text.json": [ { "severity": 2, "url": "https://advisories.example/advisories/GHSA-8g4q-xg66-9fp4", "versions": "[8.0.0, 8.0.5)" },
                                    { "severity": 2, "url": "https://advisories.example/advisories/GHSA-8g4q-xg66-9fp4", "versions": "(5.0.0, 6.0.9]" } ],
              "contoso.odd": [ { "severity": 7, "url": "https://advisories.example/notes", "versions": "whatever" } ] }
            """, """{ "other": [ { "severity": 3, "url": "https://advisories.example/advisories/GHSA-8g4q-xg66-9fp4/", "versions": "(,)" } ] }""");
        var result = await Update(null);
        Assert.IsNull(result.Problem);
        Assert.AreEqual(3, result.Data!.Records);
        Assert.IsTrue(result.Notes.Any(n => n.Contains("not about malicious packages", StringComparison.Ordinal)));
        var json = Read()!.Advisories.Single(a => a.Affected.Any(p => p.Id == "system.text.json"));
        Assert.AreEqual(("GHSA-8g4q-xg66-9fp4", AdvisorySeverity.High), (json.Id, json.Severity));
        foreach (var (version, affected) in ((string, bool)[])[("8.0.0", true), ("8.0.4", true), ("8.0.5", false), ("5.0.0", false), ("5.0.0.1-0", true), ("5.0.1", true), ("6.0.9", true), ("6.0.10", false)])
            Assert.AreEqual(affected, json.Affected[0].Includes(global::NuGet.Versioning.NuGetVersion.Parse(version)), version);
        var odd = Read()!.Advisories.Single(a => a.Affected.Any(p => p.Id == "contoso.odd"));
        Assert.AreEqual(("https://advisories.example/notes", AdvisorySeverity.Unknown, true), (odd.Id, odd.Severity, odd.Affected[0].Includes(new(1, 0, 0))));
        Assert.AreSequenceEqual(["GET /v3/index.json", "GET /v3/vulnerabilities.json", "GET /v3/page0.json", "GET /v3/page1.json"], _server.Requests);
    }

    [TestMethod]
    public async Task AFeedWithoutTheResourceIsNamedAndTheOthersCount()
    {
        _server.On("plain.json", """{ "version": "3.0.0", "resources": [ { "@id": "https://feed.example/flat/", "@type": "PackageBaseAddress/3.0.0" } ] }""");
        await Keeps(null, "no feed has a vulnerability resource", _server["plain.json"]);
        File.Delete(Target);
        Feed("""{ "a": [ { "severity": 1, "url": "https://advisories.example/1", "versions": "(,1.0.0)" } ] }""");
        var result = await Update(null, feeds: [_server["plain.json"], _server["v3/index.json"]]);
        Assert.IsNull(result.Problem);
        Assert.AreEqual($"{_server["plain.json"]} has no vulnerability resource.", result.Notes[0]);
    }

    [TestMethod]
    public async Task WithoutFeedsThereIsNothingToAsk() => Assert.AreEqual("the NuGet configuration names no feed that could be asked", (await Update(null, feeds: [])).Problem);

    [TestMethod]
    [DataRow("v3/index.json", "<html>")]
    [DataRow("v3/index.json", """{ "resources": 7 }""")]
    [DataRow("v3/index.json", """{ "resources": [ { "@id": "not an address", "@type": "VulnerabilityInfo/6.7.0" } ] }""")]
    [DataRow("v3/index.json", """{ "resources": [ { "@id": "http://feed.example/x", "@type": "VulnerabilityInfo/6.7.0" } ] }""")]
    [DataRow("v3/vulnerabilities.json", "[]")]
    [DataRow("v3/vulnerabilities.json", """{ "pages": [] }""")]
    [DataRow("v3/vulnerabilities.json", """[ { "@id": "https://feed.example/x" } ]""")]
    [DataRow("v3/vulnerabilities.json", """[ { "@id": null, "@updated": "2026-05-01T00:00:00Z" } ]""")]
    [DataRow("v3/page0.json", "[]")]
    [DataRow("v3/page0.json", """{ "a": [ { "severity": "high", "url": "https://x.example", "versions": "(,)" } ] }""")]
    [DataRow("v3/page0.json", """{ "a": [ { "severity": 1, "versions": "(,)" } ] }""")]
    [DataRow("v3/page0.json", """{ "a": [ 1 ] }""")]
    [DataRow("v3/page0.json", "{}")]
    public async Task AFeedThatAnswersWithSomethingElseChangesNothing(string path, string body)
    {
        Feed("""{ "a": [ { "severity": 1, "url": "https://advisories.example/1", "versions": "(,1.0.0)" } ] }""");
        _server.On(path, body);
        await Keeps(null, "", _server["v3/index.json"]);
    }

    /// <summary>A feed whose vulnerability resource has these pages.</summary>
    private void Feed(params string[] pages)
    {
        _server.On("v3/index.json", $$"""{ "version": "3.0.0", "resources": [ { "@id": "{{_server["flat/"]}}", "@type": "PackageBaseAddress/3.0.0" }, { "@id": "{{_server["v3/vulnerabilities.json"]}}", "@type": [ "VulnerabilityInfo/6.7.0", "Other" ] } ] }""");
        _server.On("v3/vulnerabilities.json", $"[ {string.Join(", ", pages.Select((_, i) => $$"""{ "@name": "p{{i}}", "@id": "{{_server[$"v3/page{i}.json"]}}", "@updated": "2026-05-30T06:14:58.4159909Z" }"""))} ]");
        for (var i = 0; i < pages.Length; i++)
            _server.On($"v3/page{i}.json", pages[i]);
    }

    private Task<AdvisoryUpdateResult> Update(string? from, bool force = false, Uri[]? feeds = null) => AdvisoryUpdate.RunAsync(
        new() { Target = Target, From = from, Feeds = feeds ?? [_server["v3/index.json"]], Now = Now, Force = force, Timeout = TimeSpan.FromSeconds(from?.EndsWith("drip", StringComparison.Ordinal) == true || from?.EndsWith("silent", StringComparison.Ordinal) == true ? 0.3 : 30) },
        CancellationToken.None);

    /// <summary>The update fails, says this, and leaves the file as it was, with nothing beside it.</summary>
    private async Task Keeps(string? from, string says, Uri? feed = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        var before = AdvisoryIndex.Write(new() { Records = 7, Fetched = Now.AddDays(-5) });
        File.WriteAllBytes(Target, before);
        var result = await Update(from, feeds: feed is null ? null : [feed]);
        Assert.IsNull(result.Data);
        Assert.Contains(says, result.Problem!);
        Assert.DoesNotContain("\u001b", result.Problem!);
        Assert.AreEqual(7, result.Old!.Records);
        Assert.AreSequenceEqual(before, File.ReadAllBytes(Target));
        NothingIsLeft();
    }

    private void NothingIsLeft() => Assert.AreSequenceEqual([Target], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!));

    private AdvisoryData? Read() => AdvisoryFiles.Read(Target, null, DateOnly.FromDateTime(Now.UtcDateTime), CancellationToken.None).Data;

    private static byte[] Zip(int records, string? modified = null)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < records; i++)
            {
                using var entry = archive.CreateEntry($"R-{i}.json").Open();
                entry.Write(Encoding.UTF8.GetBytes($$"""{ "id": "R-{{i}}", "modified": "{{modified ?? $"2026-05-{i % 28 + 1:00}"}}T00:00:00Z", "affected": [ { "package": { "ecosystem": "NuGet", "name": "P{{i}}" }, "versions": [ "1.0.0" ] } ] }"""));
            }
        }
        return stream.ToArray();
    }
}
