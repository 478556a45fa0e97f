using BuildGuard.Core.Lookalikes;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackageIdsMustNotImitateTests : RuleTests<PackageIdsMustNotImitate>
{
    private static readonly LookalikeFinder Default = new([], []);

    protected override CheckInput Violation => Facts.Repo().With(Facts.Package("Newtonsof.Json", "13.0.4"));

    protected override CheckInput Compliance => Facts.Repo().With(Facts.Package("Newtonsoft.Json", "13.0.4"));

    [TestMethod]
    public void NamesTheOriginal() => Says(Violation,
        "/repo/Directory.Packages.props(12,5): error BG3006: The id Newtonsof.Json looks like Newtonsoft.Json: it is one letter away.", "add to \"lookalikes\".\"except\": \"Newtonsof.Json\".");

    [TestMethod]
    public void ShowsWhatTheEyeDoesNotSee() => Assert.AreEqual("The id S\u0435rilog (S\\u0435rilog) looks like Serilog: it mixes letters of several alphabets.",
        Only(Facts.Repo().With(Facts.Package("S\u0435rilog", "4.3.0"))).Finding.What);

    // The measurements that docs/rules/BG3006.md gives, over the sets of Data/ids and Data/osv.

    [TestMethod]
    public void NoRealIdIsTakenForAnImitation() =>
        Assert.AreEqual("", string.Join(' ', Lines("ids", "real-ids.txt").Where(i => Default.Of(i) is not null)));

    [TestMethod]
    public void EveryIdThatMixesAlphabetsIsFound()
    {
        var mixed = HeldOut().Concat(Lines("osv", "malicious-ids.txt")).Where(i => !i.All(char.IsAscii)).ToList();
        Assert.HasCount(52, mixed);
        Assert.AreEqual("", string.Join(' ', mixed.Where(i => Default.Of(i) is null)));
    }

    [TestMethod]
    public void FourOfFiveIdsInLatinLettersAreFound()
    {
        var (held, malicious) = (HeldOut().Where(i => i.All(char.IsAscii)).ToList(), Lines("osv", "malicious-ids.txt").Where(i => i.All(char.IsAscii)).ToList());
        Assert.AreEqual((118, 131, 8, 20), (held.Count(i => Default.Of(i) is not null), held.Count, malicious.Count(i => Default.Of(i) is not null), malicious.Count));
        Assert.IsGreaterThanOrEqualTo(0.8, (118 + 8) / (131.0 + 20));
    }

    [TestMethod]
    [DataRow("Json.Newtonsoft", "its words stand in another order")]
    [DataRow("Newtonsoft_Json", "only the separators differ")]
    [DataRow("Newt0nsoft.Json", "letters and digits stand in for others that look like them")]
    [DataRow("Newtonsoft.Jsno", "it is one letter away")]
    [DataRow("Newtonsoft.Json.Official", "it only adds a word that says nothing")]
    public void SaysHow(string id, string how) => Assert.AreEqual(new Imitation("Newtonsoft.Json", how), Default.Of(id));

    // Honest neighbours.
    [TestMethod]
    [DataRow("Newtonsoft.Json2")]
    [DataRow("Serilog.Sinks.Pipe")]
    [DataRow("Contoso.Util")]
    [DataRow("NEWTONSOFT.JSON")]
    [DataRow("TUnit")]
    [DataRow("A")]
    [DataRow("\u4e2d\u6587.Tools")]
    [DataRow("Caf\u00e9.Tools")]
    public void LeavesHonestIdsAlone(string id) => Assert.IsNull(Default.Of(id));

    [TestMethod]
    [DataRow("Contoso.Util", true)]
    [DataRow("Cont0so.Util", false)]
    [DataRow("Contsoo.Util", false)]
    [DataRow("Contoso-Util", false)]
    [DataRow("ContosoUtil", false)]
    [DataRow("Cont\u043eso.Util", false)]
    [DataRow("Conta.Util", true)]
    public void ProtectedPrefixes(string id, bool passes) =>
        Assert.HasCount(passes ? 0 : 1, Evaluation.Run(Facts.Repo().With(Facts.Package(id, "1.0.0")).Policy("""{ "version": 1, "lookalikes": { "protect": [ "Contoso.*" ] } }""")).Of(Code));

    [TestMethod]
    public void IdsOfTheLockAreProtectedFromNewOnes()
    {
        var repo = Facts.Repo().With(Facts.Package("Fabrikam.Billing", "1.0.0"), Facts.Package("Fabrikam.Biling", "1.0.0"));
        Silent(repo);
        Assert.Contains("looks like Fabrikam.Billing", Only(repo.Lock(l => l with { Packages = [.. l.Packages.Where(p => p.Id == "Fabrikam.Billing")] })).Finding.What);
    }

    // Families differ in a short part, and a repo adds one member after the other.
    [TestMethod]
    [DataRow("Humanizer.Core.hr", "Humanizer.Core.fr")]
    [DataRow("Humanizer.Core.it", "Humanizer.Core.lt")]
    [DataRow("Testcontainers.MsSql", "Testcontainers.MySql")]
    [DataRow("Silk.NET.OpenCL", "Silk.NET.OpenGL")]
    public void MembersOfOneFamilyAreNotEachOthersImitations(string one, string other) => Assert.IsNull(new LookalikeFinder([], [one]).Of(other));

    [TestMethod]
    public void AnExceptionIsStillNeededOnceTheIdIsLocked()
    {
        var repo = Facts.Repo().With(Facts.Package("Fabrikam.Billing", "1.0.0"), Facts.Package("Fabrikam.Biling", "1.0.0")).Policy("""{ "version": 1, "lookalikes": { "except": [ "Fabrikam.Biling" ] } }""");
        Assert.AreEqual("", Evaluation.Run(repo).Codes());
        Assert.AreEqual("BG2001", Evaluation.Run(repo.Lock(l => l with { Packages = [.. l.Packages.Where(p => p.Id == "Fabrikam.Billing")] })).Codes());
    }

    [TestMethod]
    [DataRow("Newtonsof.Json", "")]
    [DataRow("newtonsof*", "")]
    [DataRow("Serilog", "BG3006 BG0004")]
    public void ExceptionsAreByPatternAndMustBeUsed(string pattern, string codes) =>
        Assert.AreEqual(codes, Evaluation.Run(Facts.Repo().With(Facts.Package("Newtonsof.Json", "1.0.0"), Facts.Package("Serilog", "4.3.0")).Policy($$"""{ "version": 1, "lookalikes": { "except": [ "{{pattern}}" ] } }""")).Codes());

    [TestMethod]
    public void AnIdOfAnyLengthEnds() => Assert.IsNull(Default.Of(new string('a', 100_000) + "." + new string('b', 100_000)));

    private static IEnumerable<string> Lines(string folder, string file) =>
        File.ReadLines(Path.Combine(RepoFiles.Root, "tests", "BuildGuard.Core.Tests", "Data", folder, file)).Where(l => l.Length > 0 && l[0] != '#');

    private static IEnumerable<string> HeldOut() => Lines("ids", "held-out.txt").Select(l => l.Split('\t')[0]);
}
