using System.Text;
using BuildGuard.Core.Advisories;

namespace BuildGuard.Core.Tests.Advisories;

[TestClass]
public sealed class AdvisoryCollectorTests
{
    [TestMethod]
    public void KeepsWhatIsAskedForAndCountsTheRest()
    {
        var collector = new AdvisoryCollector(id => id == "A", Facts.Day);
        collector.Add(Record("A", "2026-01-01"), "1");
        collector.Add(Record("B", "2026-02-01"), "2");
        collector.Add("""{ "id": "X", "modified": "2026-03-01T00:00:00Z", "affected": [ { "package": { "ecosystem": "npm", "name": "A" } } ] }"""u8.ToArray(), "3");
        collector.Add("no"u8.ToArray(), "4.json");
        var data = collector.ToData();
        Assert.AreSequenceEqual(["A 2026-01-01"], data.Advisories.Select(a => a.Id));
        Assert.AreEqual((2, 1, new DateOnly(2026, 3, 1)), (data.Records, data.UnreadCount, data.Day!.Value));
        Assert.AreSequenceEqual(["4.json: it is not JSON (line 1)"], data.Unread);
    }

    // One record from the year 9999 would keep the data fresh for ever.
    [TestMethod]
    [DataRow("9999-12-31", null)]
    [DataRow("2026-06-03", null)]
    [DataRow("2026-06-02", "2026-06-02")]
    public void ADateThatIsStillToComeSaysNothingOfTheAge(string modified, string? day)
    {
        var collector = new AdvisoryCollector(_ => true, Facts.Day);
        collector.Add(Record("A", modified), "1");
        Assert.AreEqual(day is null ? null : DateOnly.ParseExact(day, "yyyy-MM-dd"), collector.ToData().Day);
    }

    [TestMethod]
    public void TwoJoinedAreAsOne()
    {
        AdvisoryCollector Half(int from)
        {
            var collector = new AdvisoryCollector(_ => true, Facts.Day);
            for (var i = from; i < from + 20; i++)
            {
                collector.Add(Record("A", $"2026-01-{i + 1:00}"), $"{i}");
                collector.Refuse($"{i}", "no");
            }
            return collector;
        }
        var data = Half(0).Join(Half(10)).ToData();
        Assert.AreEqual((40, 40, new DateOnly(2026, 1, 30)), (data.Records, data.UnreadCount, data.Day!.Value));
        Assert.HasCount(AdvisoryCollector.MaxUnread, data.Unread);
        Assert.AreEqual(new DateOnly(2026, 1, 30), Half(10).Join(Half(0)).ToData().Day);
    }

    private static byte[] Record(string package, string modified) =>
        Encoding.UTF8.GetBytes($$"""{ "id": "{{package}} {{modified}}", "modified": "{{modified}}T00:00:00Z", "affected": [ { "package": { "ecosystem": "NuGet", "name": "{{package}}" }, "versions": [ "1.0.0" ] } ] }""");
}
