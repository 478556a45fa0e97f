using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core.Advisories;

namespace BuildGuard.Core.Tests.Advisories;

/// <summary>The real records of Data/osv, and records made from text.</summary>
internal static class Records
{
    public static string Folder { get; } = Path.Combine(RepoFiles.Root, "tests", "BuildGuard.Core.Tests", "Data", "osv");

    /// <summary>Every real record, by its file's name.</summary>
    public static ImmutableSortedDictionary<string, Advisory> All { get; } = Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
        .ToImmutableSortedDictionary(f => Path.GetFileNameWithoutExtension(f), f => Read(File.ReadAllBytes(f), Path.GetFileName(f)), StringComparer.Ordinal);

    public static Advisory Read(byte[] utf8, string name = "file.json")
    {
        var (advisory, problem) = OsvReader.Read(utf8, name);
        Assert.IsNull(problem);
        return advisory!;
    }

    public static Advisory Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    /// <summary>A record about the package A, with these events, other members of the entry and other members of the record.</summary>
    public static Advisory About(string events, string entry = "", string record = "") => Read($$"""
        { "id": "GHSA-test", "modified": "2026-05-01T00:00:00Z"{{record}}, "affected": [ {
          "package": { "ecosystem": "NuGet", "name": "A" }, "ranges": [ { "type": "ECOSYSTEM", "events": [ {{events}} ] } ]{{entry}} } ] }
        """);

    public static AdvisoryData Data(IEnumerable<Advisory> advisories)
    {
        var collector = new AdvisoryCollector(_ => true, Facts.Day);
        foreach (var advisory in advisories)
            collector.Add(advisory);
        return collector.ToData();
    }
}
