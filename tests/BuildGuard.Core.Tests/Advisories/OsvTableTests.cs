using BuildGuard.Core.Advisories;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Advisories;

/// <summary>Every real record says what a person reads in it: Data/osv/affected.txt.</summary>
[TestClass]
public sealed class OsvTableTests
{
    private sealed record Row(string Record, string Package, string[] Affected, string[] Unaffected);

    private static readonly List<Row> Rows = [.. File.ReadLines(Path.Combine(Records.Folder, "affected.txt")).Where(l => l.Length > 0 && l[0] != '#').Select(l =>
    {
        var cells = l.Split('|', StringSplitOptions.TrimEntries);
        string[] Versions(char sign) => cells.Skip(2).FirstOrDefault(c => c[0] == sign)?[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return new Row(cells[0], cells[1], Versions('+'), Versions('-'));
    })];

    public static IEnumerable<object[]> Ids() => Records.All.Values.Select(a => new object[] { a.Id });

    [TestMethod]
    public void EveryRecordHasRows()
    {
        Assert.HasCount(61, Records.All);
        Assert.AreSequenceEqual(Records.All.Values.Select(a => a.Id).Order(StringComparer.Ordinal), Rows.Select(r => r.Record).Distinct().Order(StringComparer.Ordinal));
        foreach (var advisory in Records.All.Values)
            Assert.IsTrue(Rows.Exists(r => r.Record == advisory.Id && r.Affected.Length > 0 && r.Unaffected.Length > 0), advisory.Id);
    }

    [TestMethod]
    [DynamicData(nameof(Ids))]
    public void TheRecordSaysWhatItsRowsSay(string id)
    {
        var advisory = Records.All.Values.Single(a => a.Id == id);
        foreach (var row in Rows.Where(r => r.Record == id))
        {
            foreach (var version in row.Affected)
                Assert.IsTrue(Speaks(advisory, row.Package, version), $"{row.Package} {version} is affected");
            foreach (var version in row.Unaffected)
                Assert.IsFalse(Speaks(advisory, row.Package, version), $"{row.Package} {version} is not affected");
        }
    }

    [TestMethod]
    public void TheRowsTellOneAnswerFromTheOther()
    {
        Assert.IsGreaterThan(180, Rows.Sum(r => r.Affected.Length));
        Assert.IsGreaterThan(150, Rows.Sum(r => r.Unaffected.Length));
    }

    private static bool Speaks(Advisory advisory, string package, string version) =>
        advisory.Affected.Any(a => a.Id.Equals(package, StringComparison.OrdinalIgnoreCase) && a.Includes(NuGetVersion.Parse(version)));
}
