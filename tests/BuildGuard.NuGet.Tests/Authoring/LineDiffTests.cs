using BuildGuard.NuGet.Authoring;

namespace BuildGuard.NuGet.Tests.Authoring;

[TestClass]
public sealed class LineDiffTests
{
    [TestMethod]
    [DataRow("a b c", "a b c", "")]
    [DataRow("a b c", "a x c", " a|-b|+x| c")]
    [DataRow("", "x", "+x")]
    [DataRow("x", "", "-x")]
    [DataRow("1 2 3 4 5 6 7", "1 2 3 4 5 6 8", " 5| 6|-7|+8")]
    [DataRow("1 2 3 4 5 6 7 8 9 10", "0 2 3 4 5 6 7 8 9 11", "-1|+0| 2| 3|…| 8| 9|-10|+11")]
    [DataRow("a b c d", "b c e d", "-a| b| c|+e| d")]
    public void ShowsWhatChangedWithTwoLinesAround(string before, string after, string expected) =>
        Assert.AreEqual(expected, string.Join('|', LineDiff.Between(Split(before), Split(after))));

    [TestMethod]
    public void WhatIsTooLongToCompareIsToldAsReplaced()
    {
        var before = Enumerable.Range(0, 3000).Select(i => $"a{i}").ToArray();
        var after = Enumerable.Range(0, 3000).Select(i => $"b{i}").ToArray();
        var lines = LineDiff.Between(before, after);
        Assert.AreEqual((3000, 3000), (lines.Count(l => l[0] == '-'), lines.Count(l => l[0] == '+')));
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
