using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Network;
using BuildGuard.NuGet.Tests.Advisories;

namespace BuildGuard.NuGet.Tests.Network;

/// <summary>Asking feeds when packages were published: well-formed answers in both layouts, and everything else, which leaves the day unknown and says why.</summary>
[TestClass]
public sealed class FeedDatesTests : IDisposable
{
    private readonly LoopbackServer _server = new();

    public void Dispose() => _server.Dispose();

    [TestMethod]
    public async Task PagesInTheIndexAndPagesOfTheirOwn()
    {
        Feed().On("reg/plain/index.json", $$"""{ "items": [ { "@id": "{{_server["page1"]}}", "lower": "0.1.0", "upper": "0.9.0" }, { "@id": "{{_server["page2"]}}", "lower": "1.0.0", "upper": "2.0.0" } ] }""")
            .On("page2", $$"""{ "items": [ {{Entry("1.0.0", "2026-05-01T23:30:00-02:00")}}, {{Entry("2.0.0", "2026-05-09T00:00:00Z")}} ] }""")
            .On("reg/other/index.json", $$"""{ "items": [ { "lower": "1.0.0", "upper": "1.0.0", "items": [ {{Entry("1.0.0", "2020-02-03T00:00:00Z")}} ] } ] }""");
        Assert.AreEqual("Plain 2026-05-02, Other 2020-02-03", await Ask(Package("Plain"), Package("Other")));
        Assert.IsFalse(_server.Requests.Any(r => r.Contains("page1", StringComparison.Ordinal)), "the page cannot hold the version");
    }

    [TestMethod]
    [DataRow("1900-01-01T00:00:00Z")]
    [DataRow("soon")]
    [DataRow("")]
    public async Task ADayThatIsNone(string published)
    {
        Feed().On("reg/plain/index.json", $$"""{ "items": [ { "lower": "1.0.0", "upper": "1.0.0", "items": [ {{Entry("1.0.0", published)}} ] } ] }""");
        Assert.Contains("gives no day for Plain 1.0.0", await Ask(Package("Plain")));
    }

    [TestMethod]
    [DataRow("{}", "registration resource")]
    [DataRow("[]", "registration resource")]
    [DataRow("no JSON", "not JSON")]
    [DataRow("{ \"items\": [ 1 ] }", "registration resource")]
    [DataRow("{ \"items\": [ { \"lower\": \"1.0.0\", \"upper\": \"1.0.0\", \"@id\": \"http://feed.example/\" } ] }", "is not an https address")]
    [DataRow("{ \"items\": [] }", "gives no day")]
    public async Task AnswersOfAnotherForm(string answer, string said)
    {
        Feed().On("reg/plain/index.json", answer);
        Assert.Contains(said, await Ask(Package("Plain")));
    }

    [TestMethod]
    public async Task ErrorsAndSlowness()
    {
        Feed().On("reg/plain/index.json", "no", "500 Broken").On("reg/slow/index.json", async (s, cancel) => await Task.Delay(Timeout.Infinite, cancel));
        Assert.Contains("answers 500", await Ask(Package("Plain")));
        Assert.Contains("answers 404", await Ask(Package("Gone")));
        Assert.Contains("did not answer completely", await Ask(Package("Slow")));
        _server.On("index.json", """{ "resources": [] }""");
        Assert.Contains("does not say when Plain 1.0.0 was published", await Ask(Package("Plain")));
    }

    [TestMethod]
    public async Task OnlyWhatNothingElseSaysIsAsked()
    {
        Feed();
        var signed = Package("Signed") with { Signature = Evidence<SignatureFacts>.Of(new() { Signers = [new(SignatureKind.Repository, new('a', 64), "R", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))] }) };
        Assert.AreEqual("", await Ask(signed, Package("Contoso.Util")));
        Assert.Contains("came from no feed", await Ask(Package("Plain") with { Source = "/srv/feed" }));
        Assert.Contains("came from no feed", await Ask(Package("Plain") with { Source = null }));
        Assert.Contains("asks for no age", (await FeedDates.AskAsync(Input(new GuardPolicy(), Package("Plain")), TimeSpan.FromSeconds(9), default)).Notes.Single());
        Assert.IsEmpty(_server.Requests);
    }

    private LoopbackServer Feed() => _server.On("index.json", $$"""{ "resources": [ { "@type": "RegistrationsBaseUrl", "@id": "{{_server["old"]}}" }, { "@type": "RegistrationsBaseUrl/3.6.0", "@id": "{{_server["reg"]}}" }, { "@type": "RegistrationsBaseUrlX", "@id": "x" } ] }""");

    private static string Entry(string version, string published) => $$"""{ "catalogEntry": { "version": "{{version}}", "published": "{{published}}" } }""";

    private PackageFacts Package(string id) => new(id, new(1, 0, 0)) { Reference = new("/repo/App.csproj"), Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned), Source = $"{_server["index.json"]}" };

    private static CheckInput Input(GuardPolicy policy, params PackageFacts[] packages) =>
        new(new("/repo/buildguard.json", policy, []), new("/repo/buildguard.lock.json", null, null), new() { Packages = [.. packages] }, new(), new(2026, 6, 1));

    private static async Task<string> Ask(params PackageFacts[] packages)
    {
        var policy = new GuardPolicy { MinimumAge = new(7, [new("minimumAge.except", new("Contoso.*"), "", null, new(""))]) };
        var (input, notes) = await FeedDates.AskAsync(Input(policy, packages), TimeSpan.FromSeconds(3), default);
        return string.Join(", ", input.Graph.Packages.Where(p => p.FeedDate is not null).Select(p => $"{p.Id} {p.FeedDate:yyyy-MM-dd}").Concat(notes));
    }
}
