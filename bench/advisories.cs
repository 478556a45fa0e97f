#:project ../src/BuildGuard.NuGet/BuildGuard.NuGet.csproj
#:property PublishAot=false
#:property NoWarn=$(NoWarn);CS1591
// What looking packages up in advisories costs: 287 packages against 30,000 records, from a zip as OSV publishes it and from the compact index.
// dotnet run -c Release bench/advisories.cs

using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using BuildGuard.Core.Advisories;
using BuildGuard.NuGet.Advisories;

const int records = 30_000;
var folder = Directory.CreateTempSubdirectory("advisories").FullName;
var (zip, index) = (Path.Combine(folder, "osv.zip"), Path.Combine(folder, "osv.index"));
var today = new DateOnly(2026, 6, 1);
var details = string.Join(' ', Enumerable.Range(0, 260).Select(i => $"word{i * 7919 % 1000}"));
using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
{
    for (var i = 0; i < records; i++)
    {
        using var entry = new StreamWriter(archive.CreateEntry($"GHSA-{i:x4}-bench.json").Open(), new UTF8Encoding(false));
        // Five names in six are of packages that nobody here uses; each package of the app has a record or two.
        var name = i % 100 == 0 ? $"Package{i / 100 % 287}" : $"Other.Package.{i}";
        var ranges = string.Join(", ", Enumerable.Range(1, 1 + (i % 4)).Select(r => $$"""{ "package": { "ecosystem": "NuGet", "name": "{{name}}" }, "ranges": [ { "type": "ECOSYSTEM", "events": [ { "introduced": "{{r}}.0.0-preview.1" }, { "fixed": "{{r}}.4.{{i % 9}}" } ] } ] }"""));
        entry.Write($$"""
            { "schema_version": "1.7.4", "id": "GHSA-{{i:x4}}-bench", "modified": "2026-05-{{1 + (i % 28):00}}T10:00:00Z", "published": "2026-01-01T00:00:00Z", "aliases": [ "CVE-2026-{{i}}" ],
              "summary": "Something in {{name}} is not as it should be", "details": "{{details}}", "severity": [ { "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" } ],
              "affected": [ {{ranges}} ], "references": [ { "type": "WEB", "url": "https://advisories.example/GHSA-{{i:x4}}" } ], "database_specific": { "cwe_ids": [ "CWE-400" ], "severity": "{{(i % 2 == 0 ? "HIGH" : "MODERATE")}}" } }
            """);
    }
}
string[] ids = [.. Enumerable.Range(0, 287).Select(i => $"Package{i}")];
var all = AdvisoryFiles.Read(zip, null, today, default).Data!;
File.WriteAllBytes(index, AdvisoryIndex.Write(all));
Console.WriteLine($"{all.Records:N0} records; zip {new FileInfo(zip).Length / 1e6:N1} MB, index {new FileInfo(index).Length / 1e6:N1} MB");
all = null;
Measure("index", index);
Measure("zip", zip);
Directory.Delete(folder, recursive: true);

void Measure(string what, string path)
{
    var times = new List<double>();
    var work = new List<double>();
    long memory = 0;
    for (var i = 0; i < 9; i++)
    {
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var (data, problem) = AdvisoryFiles.Read(path, ids, today, default);
        times.Add(clock.Elapsed.TotalMilliseconds);
        work.Add((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds);
        memory = GC.GetTotalAllocatedBytes(precise: true) - before;
        if (problem is not null || data!.Records != records || data.Advisories.Length != 300)
            throw new InvalidOperationException($"{problem} {data?.Records} {data?.Advisories.Length}");
    }
    Console.WriteLine($"{what,-6} first {times[0],6:N0} ms, median {times.Order().ElementAt(4),6:N0} ms, best {times.Min(),6:N0} ms; processor time, median {work.Order().ElementAt(4):N0} ms; {memory / 1e6:N0} MB allocated in the last run; peak of the process so far {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB");
}
