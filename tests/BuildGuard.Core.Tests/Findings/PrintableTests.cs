using CsCheck;

namespace BuildGuard.Core.Tests.Findings;

[TestClass]
public sealed class PrintableTests
{
    [TestMethod]
    [DataRow("Contoso.Util", "Contoso.Util")]
    [DataRow("Zoë größer 東京", "Zoë größer 東京")]
    [DataRow("😀", "😀")]
    [DataRow("\u001b[31mred", @"\u001b[31mred")]
    [DataRow("\u009b31m", @"\u009b31m")]
    [DataRow("a\r\nb\tc\0", @"a\u000d\u000ab\u0009c\u0000")]
    [DataRow("abc\u202edcba", @"abc\u202edcba")]
    [DataRow("a\u2066b\u2069", @"a\u2066b\u2069")]
    [DataRow("zero\u200bwidth\ufeff", @"zero\u200bwidth\ufeff")]
    [DataRow("line\u2028para\u2029", @"line\u2028para\u2029")]
    [DataRow("tag\U000E0041", @"tag\udb40\udc41")]
    public void WhatATerminalWouldObeyIsShown(string text, string expected) => Assert.AreEqual(expected, Printable.Of(text));

    [TestMethod]
    public void ALoneSurrogateIsShown()
    {
        Assert.AreEqual(@"a\ud83db", Printable.Of("a" + (char)0xD83D + "b"));
        Assert.AreEqual(@"\ude00", Printable.Of(((char)0xDE00).ToString()));
    }

    [TestMethod]
    public void LongTextIsCut()
    {
        Assert.AreEqual(new string('a', 200), Printable.Of(new string('a', 200)));
        Assert.AreEqual(new string('a', 200) + "…", Printable.Of(new string('a', 201)));
        Assert.AreEqual("abc…", Printable.Of("abcdef", 3));
        Assert.AreEqual("ab😀…", Printable.Of("ab😀cd", 3));
    }

    [TestMethod]
    public void NothingUnsafeEverComesOut() =>
        Gen.Char.Array[0, 300].Select(c => new string(c)).Sample(text =>
        {
            var shown = Printable.Of(text, 50);
            return shown.Length <= 50 + 12 && !shown.Any(char.IsControl) && Printable.Of(shown, 100) == shown;
        }, iter: 2000);
}
