using System.Diagnostics;
using System.Text;
using BuildGuard.Core.Json;

namespace BuildGuard.Core.Tests.Json;

[TestClass]
public sealed class JsonReadingTests
{
    private const int Big = 8 * 1024 * 1024;

    [TestMethod]
    public void EveryValueKnowsWhereItStands()
    {
        var tree = Good("{\n  \"a\": [ 1, \"x\" ],\n  \"größe\": { \"b\": true, \"c\": null }\n}");
        Assert.AreEqual("/x.json(1,1)", tree.Location.ToString());
        Assert.AreEqual("/x.json(2,8)", tree["a"]!.Location.ToString());
        Assert.AreEqual("/x.json(2,13)", tree["a"]!.Items[1].Location.ToString());
        Assert.AreEqual("/x.json(3,3)", tree.Members[1].NameLocation.ToString());
        Assert.AreEqual("/x.json(3,14)", tree["größe"]!.Members[0].NameLocation.ToString());
        Assert.IsTrue(tree["größe"]!["b"]!.IsTrue);
        Assert.AreEqual(JsonKind.Null, tree["größe"]!["c"]!.Kind);
        Assert.IsNull(tree["missing"]);
    }

    [TestMethod]
    public void CarriageReturnsDoNotMoveLines() => Assert.AreEqual("/x.json(3,3)", Good("{\r\n\r\n  \"a\": 1\r\n}").Members[0].NameLocation.ToString());

    [TestMethod]
    public void CommentsAndTrailingCommasAreForPeople()
    {
        const string text = "// c\n{ /* c */ \"a\": [ 1, ], } // end";
        Assert.IsNotNull(Good(text));
        Assert.IsNotNull(Read(text, lenient: false).Problem);
    }

    [TestMethod]
    public void AByteOrderMarkIsAccepted() => Assert.IsNotNull(JsonReading.Read((byte[])[0xEF, 0xBB, 0xBF, .. "{}"u8], "/x.json", Big, lenient: false).Tree);

    [TestMethod]
    [DataRow("", "the file is empty", "(1,1)")]
    [DataRow(" \n", "it is not JSON: ", "(2,1)")]
    [DataRow("// only a comment", "it is not JSON: ", "")]
    [DataRow("{", "it is not JSON: ", "(1,2)")]
    [DataRow("[1", "it is not JSON: ", "(1,3)")]
    [DataRow("{} {}", "it is not JSON: ", "(1,4)")]
    [DataRow("{\n \"a\": 01 }", "it is not JSON: ", "(2,8)")]
    [DataRow("{\n \"a\": NaN }", "it is not JSON: ", "(2,7)")]
    [DataRow("{ \"a\": 1,\n  \"a\": 2 }", "the key \"a\" stands twice in the same object", "(2,3)")]
    [DataRow("{ \"a\": 1,\n  \"\\u0061\": 2 }", "the key \"a\" stands twice in the same object", "(2,3)")]
    [DataRow("{ \"\\u001b[2J\": 1,\n  \"\\u001b[2J\": 2 }", "the key \"\\u001b[2J\" stands twice in the same object", "(2,3)")]
    [DataRow("{ \"a\": \"\\ud800\" }", "a string is not valid UTF-8", "(1,8)")]
    public void SaysWhatIsWrongAndWhere(string text, string message, string place)
    {
        var (tree, problem) = Read(text, lenient: true);
        Assert.IsNull(tree);
        Assert.StartsWith(message, problem!.Message);
        Assert.EndsWith(place, problem.Location.ToString());
    }

    [TestMethod]
    public void TheSameNameInTwoObjectsIsNoDuplicate() => Assert.IsNotNull(Good("""[ { "a": 1 }, { "a": { "a": 2 } } ]"""));

    [TestMethod]
    public void Utf16IsNamed()
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            var (_, problem) = JsonReading.Read((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes("{}")], "/x.json", Big, lenient: true);
            Assert.AreEqual("the file is UTF-16; save it as UTF-8", problem!.Message);
        }
    }

    [TestMethod]
    public void InvalidUtf8IsAProblemAndNotAnException()
    {
        var inText = JsonReading.Read((byte[])[.. "{\n \"a\": \""u8, 0xC3, 0x28, .. "\" }"u8], "/x.json", Big, lenient: true).Problem;
        Assert.AreEqual(("a string is not valid UTF-8; save the file as UTF-8", "/x.json(2,7)"), (inText!.Message, inText.Location.ToString()));
        var inName = JsonReading.Read((byte[])[.. "{ \""u8, 0xFF, .. "\": 1 }"u8], "/x.json", Big, lenient: true).Problem;
        Assert.IsNotNull(inName);
        Assert.IsNotNull(JsonReading.Read((byte[])[0xFF], "/x.json", Big, lenient: true).Problem);
    }

    [TestMethod]
    public void AnEscapeSequenceInBadJsonIsShown()
    {
        var problem = Read("{ \"a\": t\u001b[2Jx }", lenient: true).Problem;
        Assert.DoesNotContain("\u001b", problem!.Message);
    }

    [TestMethod]
    [DataRow(32, true)]
    [DataRow(33, false)]
    [DataRow(100_000, false)]
    public void DepthIsBounded(int depth, bool reads)
    {
        var (tree, problem) = Read(new string('[', depth) + new string(']', depth), lenient: true);
        Assert.AreEqual(reads, tree is not null);
        if (!reads)
            Assert.AreEqual("the file is nested deeper than 32 levels", problem!.Message);
    }

    [TestMethod]
    public void SizeIsBounded()
    {
        var (_, problem) = JsonReading.Read(new byte[11], "/x.json", 10, lenient: true);
        Assert.AreEqual("the file has 11 bytes, and at most 10 are read", problem!.Message);
    }

    [TestMethod]
    public void TheNumberOfValuesIsBounded()
    {
        var text = new StringBuilder("[0").Insert(2, ",0", 2_000_000).Append(']').ToString();
        var clock = Stopwatch.StartNew();
        Assert.AreEqual("the file holds more than 1,000,000 values", Read(text, lenient: true).Problem!.Message);
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    [TestMethod]
    public void ManyValuesOnLongLinesTakeLinearTime()
    {
        // Columns are counted in characters, so every token looks at its line again: lines just short of the limit are the worst case.
        var line = string.Concat(Enumerable.Repeat("\"é\",", 800)) + "\n";
        var text = "[" + string.Concat(Enumerable.Repeat(line, 800)) + "0]";
        var clock = Stopwatch.StartNew();
        Assert.IsNotNull(Good(text));
        Assert.IsLessThan(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    private static JsonValue Good(string text)
    {
        var (tree, problem) = Read(text, lenient: true);
        Assert.IsNull(problem, problem?.Message);
        return tree!;
    }

    private static (JsonValue? Tree, JsonProblem? Problem) Read(string text, bool lenient) => JsonReading.Read(Encoding.UTF8.GetBytes(text), "/x.json", Big, lenient);
}
