using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Tests;

/// <summary>What nodes leave to be told is bounded, and who says much silences nobody else.</summary>
[TestClass]
public sealed class HandedOverTests
{
    [TestMethod]
    public void Told_once_and_with_who_is_done()
    {
        var handed = new HandedOver();
        handed.Tell(1, "one\nline");
        handed.End(1);
        handed.End(2);
        Assert.AreEqual("1 2\n0\none line", handed.Take());
        Assert.AreEqual("1 2\n0", handed.Take());
        handed.Tell(3, "left");
        handed.Begin();
        Assert.AreEqual("\n0", handed.Take());
    }

    [TestMethod]
    public void A_flood_of_one_process_leaves_room_for_the_others()
    {
        var handed = new HandedOver();
        for (var i = 0; i < 100_000; i++)
            handed.Tell(1, new string('x', 100_000));
        handed.Tell(2, "the truth");
        List<string> lines = [];
        var others = 0;
        while (handed.Take().Split('\n') is [_, var more, .. { Length: > 0 } some])
        {
            Assert.IsLessThan(Messages.MaxBytes, some.Sum(l => l.Length));
            others += int.Parse(more, System.Globalization.CultureInfo.InvariantCulture);
            lines.AddRange(some);
        }
        Assert.HasCount(HandedOver.MostLines + 1, lines);
        Assert.AreEqual(100_000 - HandedOver.MostLines, others);
        Assert.AreEqual("the truth", lines[^1]);
    }

    [TestMethod]
    public void Many_processes_are_counted()
    {
        var handed = new HandedOver();
        for (var i = 1; i <= 1000; i++)
        {
            handed.Tell(i, "x");
            handed.End(i);
        }
        var said = handed.Take().Split('\n');
        Assert.HasCount(256 + 2, said);
        Assert.AreEqual("744", said[1]);
    }
}
