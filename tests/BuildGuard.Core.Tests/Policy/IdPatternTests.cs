using System.Diagnostics;
using BuildGuard.Core.Policy;
using CsCheck;

namespace BuildGuard.Core.Tests.Policy;

[TestClass]
public sealed class IdPatternTests
{
    [TestMethod]
    [DataRow("Serilog", "Serilog", true)]
    [DataRow("serilog", "SERILOG", true)]
    [DataRow("Serilog", "Serilog.Sinks", false)]
    [DataRow("Serilog*", "Serilog.Sinks", true)]
    [DataRow("Serilog*", "Serilog", true)]
    [DataRow("Serilog.*", "Serilog", false)]
    [DataRow("*.Sinks", "Serilog.Sinks", true)]
    [DataRow("*", "anything", true)]
    [DataRow("a*b*c", "aXXbYYc", true)]
    [DataRow("a*b*c", "aXXbYY", false)]
    [DataRow("****a", "bbba", true)]
    [DataRow("a.c", "abc", false)]
    [DataRow("a*a", "a", false)]
    [DataRow("Contoso.*", "C\u043entoso.Util", false)]
    public void Matches(string pattern, string id, bool matches) => Assert.AreEqual(matches, new IdPattern(pattern).Matches(id));

    [TestMethod]
    [DataRow("Serilog.Sinks_2-x*", true)]
    [DataRow("größe", true)]
    [DataRow("", false)]
    [DataRow("a b", false)]
    [DataRow("a?", false)]
    [DataRow("a/b", false)]
    [DataRow("(a+)+$", false)]
    [DataRow("a\u202eb", false)]
    [DataRow("\ud83d\ude00", false)]
    public void IsValid(string text, bool valid) => Assert.AreEqual(valid, IdPattern.IsValid(text));

    [TestMethod]
    public void LengthIsBounded()
    {
        Assert.IsTrue(IdPattern.IsValid(new('a', 128)));
        Assert.IsFalse(IdPattern.IsValid(new('a', 129)));
    }

    [TestMethod]
    public void KnowsWhetherItNamesOneId()
    {
        Assert.IsTrue(new IdPattern("Serilog").IsExact);
        Assert.IsFalse(new IdPattern("Serilog*").IsExact);
    }

    [TestMethod]
    [DataRow("Serilog.Sinks.File", "Serilog.Sinks.*")]
    [DataRow("Serilog.Core", "Serilog.*")]
    [DataRow("serilog.core", "Serilog.*")]
    [DataRow("Other", "*")]
    public void TheLongestWins(string id, string expected)
    {
        IdPattern[] patterns = [new("*"), new("Serilog.*"), new("Serilog.Sinks.*"), new("SERILOG.*")];
        Assert.AreEqual(expected, IdPattern.Best(patterns, p => p, id)!.Text);
        Assert.IsNull(IdPattern.Best(patterns[1..], p => p, "Other"));
    }

    [TestMethod]
    public void AHostilePatternIsBounded()
    {
        var id = new string('a', 200_000) + "b";
        var clock = Stopwatch.StartNew();
        Assert.IsFalse(new IdPattern(new string('*', 127) + "c").Matches(id));
        Assert.IsFalse(new IdPattern(string.Concat(Enumerable.Repeat("*a", 63)) + "*c").Matches(id));
        Assert.IsFalse(new IdPattern("*" + new string('a', 126) + "c").Matches(id));
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    [TestMethod]
    public void AgreesWithANaiveReference() =>
        Gen.Select(Gen.Char["abAB.*"].Array[1, 10], Gen.Char["abAB."].Array[0, 12])
            .Sample((pattern, id) => new IdPattern(new(pattern)).Matches(new(id)) == Naive(pattern, id), iter: 20_000);

    private static bool Naive(ReadOnlySpan<char> pattern, ReadOnlySpan<char> id)
    {
        if (pattern.IsEmpty)
            return id.IsEmpty;
        if (pattern[0] == '*')
            return Naive(pattern[1..], id) || (!id.IsEmpty && Naive(pattern, id[1..]));
        return !id.IsEmpty && char.ToUpperInvariant(pattern[0]) == char.ToUpperInvariant(id[0]) && Naive(pattern[1..], id[1..]);
    }
}
