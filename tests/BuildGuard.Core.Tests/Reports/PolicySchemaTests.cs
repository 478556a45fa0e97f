using System.Text.Json;
using System.Text.RegularExpressions;
using BuildGuard.Core.Reports;

namespace BuildGuard.Core.Tests.Reports;

[TestClass]
public sealed class PolicySchemaTests
{
    private static readonly JsonElement Schema = ReportFacts.Parse(PolicySchema.Write());

    [TestMethod]
    public void OffersOnlyWhatThisVersionEnforces()
    {
        var keys = Schema.GetProperty("properties").EnumerateObject().Select(p => p.Name);
        Assert.AreEqual("$schema version mode gate strictExceptions extends sources signatures hashes block allow advisories minimumAge lookalikes buildScripts network toolchain rules", string.Join(' ', keys));
        Assert.AreEqual("""["signed","trusted","off"]""", Compact(Schema, "properties", "signatures", "properties", "default", "enum"));
        Assert.AreEqual("""["kind","certificates"]""", Compact(Schema, "properties", "signatures", "properties", "signers", "additionalProperties", "required"));
        Assert.AreEqual("""["props","targets","tasks","tools","analyzers","content","scripts"]""", Compact(Schema, "properties", "buildScripts", "properties", "allow", "items", "properties", "kinds", "items", "enum"));
    }

    [TestMethod]
    public void RefusesUnknownKeysEverywhereAndNamesTheRequiredOnes()
    {
        Assert.AreEqual("false", Compact(Schema, "additionalProperties"));
        Assert.AreEqual("""["version"]""", Compact(Schema, "required"));
        Assert.AreEqual("""["id","reason"]""", Compact(Schema, "properties", "block", "items", "required"));
        Assert.AreEqual("""["array","null"]""", Compact(Schema, "properties", "allow", "type"));
        Assert.AreEqual("[1]", Compact(Schema, "properties", "version", "enum"));
    }

    [TestMethod]
    public void PatternsAreRegularExpressions()
    {
        var id = Schema.GetProperty("properties").GetProperty("block").GetProperty("items").GetProperty("properties").GetProperty("id").GetProperty("pattern").GetString()!;
        Assert.IsTrue(Regex.IsMatch("Contoso.*", id));
        Assert.IsFalse(Regex.IsMatch("a b", id));
    }

    private static string Compact(JsonElement element, params string[] path) => JsonSerializer.Serialize(path.Aggregate(element, (e, name) => e.GetProperty(name)));
}
