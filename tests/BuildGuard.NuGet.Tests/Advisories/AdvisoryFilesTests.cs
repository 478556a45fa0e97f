using System.IO.Compression;
using System.Runtime.Versioning;
using System.Text;
using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Advisories;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Advisories;

/// <summary>Databases as they lie on a disk: folders, zips, records, indexes, and what only looks like one.</summary>
[TestClass]
public sealed class AdvisoryFilesTests : IDisposable
{
    private static readonly DateOnly Today = new(2026, 6, 1);

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [TestMethod]
    public void EveryFormSaysTheSame()
    {
        var folder = _temp.Folder("osv");
        Directory.CreateDirectory(Path.Combine(folder, "sub", "sub"));
        foreach (var n in Enumerable.Range(0, 20))
            File.WriteAllText(Path.Combine(folder, n % 2 == 0 ? "sub/sub" : ".", $"R-{n}.json"), Record($"R-{n}", n < 5 ? "A" : $"P{n}", $"2026-05-{n + 1:00}"));
        File.WriteAllText(Path.Combine(folder, "README.md"), "no record");
        var zip = _temp.Path("osv.zip");
        ZipFile.CreateFromDirectory(folder, zip);
        var index = _temp.Path("osv.index");
        File.WriteAllBytes(index, AdvisoryIndex.Write(Read(zip, null)));
        foreach (var path in (string[])[folder, zip, index])
        {
            var data = Read(path, ["a"]);
            Assert.AreSequenceEqual(["R-0", "R-1", "R-2", "R-3", "R-4"], data.Advisories.Select(a => a.Id), path);
            Assert.AreEqual((20, new DateOnly(2026, 5, 20)), (data.Records, data.Day!.Value), path);
        }
        var one = Read(Path.Combine(folder, "R-1.json"), ["A"]);
        Assert.AreEqual(("R-1", 1), (one.Advisories.Single().Id, one.Records));
    }

    [TestMethod]
    public void WhatItIsItsContentSays()
    {
        File.WriteAllBytes(_temp.Path("osv.zip"), AdvisoryIndex.Write(new() { Records = 7 }));
        Assert.AreEqual(7, Read(_temp.Path("osv.zip"), []).Records);
    }

    [TestMethod]
    public void ABrokenRecordIsNamedAndTheOthersAreRead()
    {
        var zip = Zip(("good.json", Bytes(Record("R-1", "A", "2026-05-01"))), ("bad.json", Bytes("{")), ("latin1.json", [.. Bytes("{ \"affected\": [], \"details\": \""), 0xE9, .. Bytes("\" }")]));
        var data = Read(zip, ["A"]);
        Assert.AreEqual((1, 2), (data.Records, data.UnreadCount));
        Assert.AreSequenceEqual(["bad.json: it is not JSON (line 1)", "latin1.json: it is not valid UTF-8"], data.Unread);
    }

    [TestMethod]
    [DataRow("", "no zip, no index and no OSV record")]
    [DataRow("PK", "damaged")]
    [DataRow("PK\u0003\u0004 and then nothing that a zip has", "damaged")]
    [DataRow("BGADVIDX", "it is no index of advisories")]
    [DataRow("<html>502 Bad Gateway</html>", "it is not JSON (line 1)")]
    [DataRow("{}", "no zip, no index and no OSV record")]
    [DataRow("[]", "no zip, no index and no OSV record")]
    public void WhatIsNoDatabaseIsSaidInWords(string content, string says)
    {
        File.WriteAllText(_temp.Path("osv.zip"), content);
        AssertProblem(_temp.Path("osv.zip"), says);
    }

    [TestMethod]
    public void WhatIsNotThereIsSaidInWords()
    {
        AssertProblem(_temp.Path("absent"), "it does not exist");
        AssertProblem(_temp.Folder("empty"), "it holds no .json files");
    }

    [TestMethod]
    public void ATruncatedZipIsDamaged()
    {
        var zip = Zip([.. Enumerable.Range(0, 50).Select(n => ($"R-{n}.json", Bytes(Record($"R-{n}", "A", "2026-05-01"))))]);
        var bytes = File.ReadAllBytes(zip);
        foreach (var length in (int[])[bytes.Length - 1, bytes.Length / 2, 100])
        {
            File.WriteAllBytes(zip, bytes[..length]);
            AssertProblem(zip, "it is damaged");
        }
    }

    [TestMethod]
    public void ADamagedEntryIsARecordThatCannotBeRead()
    {
        var zip = Zip(("R-1.json", Bytes(Record("R-1", "A", "2026-05-01") + new string(' ', 5000))), ("R-2.json", Bytes(Record("R-2", "A", "2026-05-01"))));
        var bytes = File.ReadAllBytes(zip);
        bytes.AsSpan(60, 20).Fill(0xFF);
        File.WriteAllBytes(zip, bytes);
        Assert.AreEqual((1, 1), (Read(zip, ["A"]).Records, Read(zip, ["A"]).UnreadCount));
    }

    // A record of a gigabyte costs neither the memory nor the time of one, whether the archive says so or lies.
    [TestMethod]
    [DoNotParallelize]
    [DataRow(false)]
    [DataRow(true)]
    public void ABombIsNotInflated(bool lies)
    {
        var zip = _temp.Path("bomb.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            using var stream = archive.CreateEntry("bomb.json", CompressionLevel.Fastest).Open();
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 1024; i++)
                stream.Write(zeros);
        }
        if (lies)
            Lie(zip, declared: 1000);
        var before = GC.GetTotalAllocatedBytes();
        var data = Read(zip, ["A"]);
        Assert.IsLessThan(64L * 1024 * 1024, GC.GetTotalAllocatedBytes() - before);
        Assert.AreEqual((0, 1), (data.Records, data.UnreadCount));
        Assert.Contains(lies ? "it is not JSON" : "at most", data.Unread[0]);
    }

    [TestMethod]
    public void AHugeFileIsNotRead()
    {
        var folder = _temp.Folder("osv");
        using (var huge = File.Create(Path.Combine(folder, "huge.json")))
            huge.SetLength(1024L * 1024 * 1024);
        Assert.Contains("huge.json: it has 1,073,741,824 bytes", Read(folder, ["A"]).Unread[0]);
        AssertProblem(Path.Combine(folder, "huge.json"), "it has 1,073,741,824 bytes");
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public void LinksThatGoRoundInCirclesEnd()
    {
        var folder = _temp.Folder("osv");
        File.CreateSymbolicLink(Path.Combine(folder, "again"), folder);
        File.WriteAllText(Path.Combine(folder, "R-1.json"), Record("R-1", "A", "2026-05-01"));
        Assert.AreEqual(1, Read(folder, ["A"]).Records);
    }

    /// <summary>Writes a false uncompressed size into both headers of the only entry.</summary>
    private static void Lie(string zip, int declared)
    {
        var bytes = File.ReadAllBytes(zip);
        var central = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(central + 24), declared);
        BitConverter.TryWriteBytes(bytes.AsSpan(22), declared);
        File.WriteAllBytes(zip, bytes);
    }

    private static AdvisoryData Read(string path, string[]? ids)
    {
        var (data, problem) = AdvisoryFiles.Read(path, ids, Today, CancellationToken.None);
        Assert.IsNull(problem);
        return data!;
    }

    private static void AssertProblem(string path, string says)
    {
        var (data, problem) = AdvisoryFiles.Read(path, ["A"], Today, CancellationToken.None);
        Assert.IsNull(data);
        Assert.Contains(says, problem!);
    }

    private string Zip(params (string Name, byte[] Bytes)[] entries)
    {
        var path = _temp.Path("osv.zip");
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = archive.CreateEntry(name).Open();
            stream.Write(bytes);
        }
        return path;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Record(string id, string package, string modified) => $$"""
        { "id": "{{id}}", "modified": "{{modified}}T00:00:00Z", "affected": [ { "package": { "ecosystem": "NuGet", "name": "{{package}}" }, "ranges": [ { "type": "ECOSYSTEM", "events": [ { "introduced": "0" }, { "fixed": "2.0" } ] } ] } ] }
        """;
}
