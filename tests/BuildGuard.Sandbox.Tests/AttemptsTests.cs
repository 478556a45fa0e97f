using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Tests;

/// <summary>The list of attempts is bounded, whatever a build does, and takes the way to the sealed process unharmed.</summary>
[TestClass]
public sealed class AttemptsTests
{
    [TestMethod]
    public void Equal_attempts_are_one_and_of_different_ones_the_first_are_described()
    {
        var attempts = new Attempts();
        for (var i = 0; i < 100_000; i++)
            attempts.Add(i, "TCP", i % 2 == 0 ? "curl" : $"evil {i}", "sh", "/repo/App");
        var list = AttemptList.Parse(attempts.Take());
        Assert.HasCount(Attempts.Most, list.Described);
        Assert.AreEqual(new NetworkAttempt(0, 50_000, "TCP", "curl", "sh", "/repo/App"), list.Described[0]);
        Assert.AreEqual(50_000 - Attempts.Most + 1, list.Others);
        Assert.AreEqual("0", attempts.Take());
    }

    [TestMethod]
    public void Taken_over()
    {
        var (one, two) = (new Attempts(), new Attempts());
        one.Add(1, "TCP", "curl", "", "/x");
        two.Add(2, "TCP", "curl", "", "/x");
        two.Add(2, "TCP", "curl", "", "/x");
        two.Add(3, "UDP", "dig", "sh", "/x");
        one.TakeOver(two);
        var list = AttemptList.Parse(one.Take());
        Assert.AreSequenceEqual([new NetworkAttempt(1, 3, "TCP", "curl", "", "/x"), new(3, 1, "UDP", "dig", "sh", "/x")], list.Described);
        Assert.AreEqual("0", two.Take());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("x")]
    [DataRow("1\t2\t3\nnothing")]
    [DataRow("\t\t\t\t\n-1")]
    public void A_list_that_makes_no_sense(string text)
    {
        var list = AttemptList.Parse(text);
        Assert.AreEqual(0, list.Others);
        Assert.IsTrue(list.Described.All(a => a.Times == 0));
    }
}
