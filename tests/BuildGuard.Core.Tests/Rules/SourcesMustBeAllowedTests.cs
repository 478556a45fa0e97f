using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Sources;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SourcesMustBeAllowedTests : RuleTests<SourcesMustBeAllowed>
{
    private const string Gallery = "https://feed.gallery.example/v3/index.json";
    private const string Contoso = "https://packages.contoso.example/v3/index.json";

    private const string Both = """
        { "version": 1, "sources": {
            "gallery": { "url": "https://feed.gallery.example/v3/index.json" },
            "contoso": { "url": "https://packages.contoso.example/v3/index.json", "packages": [ "Contoso.*" ], "exclusive": true } } }
        """;

    private static readonly PackageFacts Internal = Facts.Unsigned("Contoso.Util", "1.2.0") with { Source = Contoso };

    private static string Policy(string sources) => $$"""{ "version": 1, "signatures": { "default": "off" }, "sources": { {{sources}} } }""";

    private static Facts Repo(params PackageFacts[] packages) => Facts.Repo().With(packages).Policy(Policy("""
        "gallery": { "url": "https://feed.gallery.example/v3/index.json" },
        "contoso": { "url": "https://packages.contoso.example/v3/index.json", "packages": [ "Contoso.*" ], "exclusive": true }
        """));

    private static CheckInput WithSources(CheckInput input, SourceFacts sources) => input with { Graph = input.Graph with { Sources = sources } };

    private static CheckInput Feed(string address, bool ofMachine = false, string? name = "extra") =>
        WithSources(Facts.Repo().Policy(Both), new() { Feeds = [new(name, address, new("/repo/nuget.config", 4, 1)) { IsOfMachine = ofMachine }], SdkRoots = ["/dotnet"] });

    protected override CheckInput Violation => Facts.Repo().With(Facts.Package("Contoso.Util", "99.0.0")).Policy(Both);

    protected override CheckInput Compliance => Facts.Repo().With(Facts.Package("Contoso.Util", "99.0.0") with { Source = Contoso }).Policy(Both);

    [TestMethod]
    public void AnInternalIdFromAPublicSourceIsRefused() => Says(Violation,
        "/repo/Directory.Packages.props(12,5): error BG3007: Contoso.Util 99.0.0 came from \"gallery\"; \"Contoso.*\" comes only from \"contoso\".",
        "<packageSource key=\"contoso\"><package pattern=\"Contoso.*\" /></packageSource>");

    /// <summary>A feed that is new to the policy is told of twice, by itself and by each package that came from it. Whoever follows one advice has followed the others.</summary>
    [TestMethod]
    public void OneFeedGetsOneAdvice()
    {
        const string Address = "https://mirror.example/v3/index.json";
        var packages = (CheckInput)Repo(Facts.Unsigned("Plain", "1.0.0") with { Source = Address });
        foreach (var (name, advice) in new[] { ("extra", $"add to \"sources\": \"extra\": {{ \"url\": \"{Address}\" }}"), ("gallery", $"correct in \"sources\".\"gallery\": \"url\": \"{Address}\"") })
        {
            var found = Evaluation.Run(WithSources(packages, new() { Feeds = [new(name, Address, new("/repo/nuget.config", 4, 1))] })).Findings.Where(f => f.Finding.Code == Code).ToList();
            Assert.HasCount(2, found);
            foreach (var finding in found)
                Assert.Contains(advice, finding.Finding.Fix);
        }
        Assert.Contains("add to \"sources\": \"other\"", Only(packages).Finding.Fix);
    }

    [TestMethod]
    public void WithoutSourcesNothingIsAsked() =>
        Assert.IsEmpty(Evaluation.Run(WithSources(Facts.Repo().With(Internal with { Source = null }), new() { Feeds = [new("x", "https://evil.example/", new("/f"))] })).Of(Code));

    // A feed is its address.
    [TestMethod]
    [DataRow(Gallery, true)]
    [DataRow("HTTPS://Feed.Gallery.Example:443/v3/index.json/", true)]
    [DataRow("https://user:secret@feed.gallery.example/v3/index.json", true)]
    [DataRow("http://feed.gallery.example/v3/index.json", false)]
    [DataRow("https://feed.gallery.example:8443/v3/index.json", false)]
    [DataRow("https://feed.gallery.example/v3/other.json", false)]
    [DataRow("https://feed.gallery.example/v3/index.json?feed=other", false)]
    [DataRow("https://feed.gallery.example.evil.example/v3/index.json", false)]
    [DataRow("https://feed.gallery.example@evil.example/v3/index.json", false)]
    [DataRow("/srv/feed", false)]
    [DataRow("/dotnet/library-packs", true)]
    [DataRow("/dotnet-evil/library-packs", false)]
    public void FeedsAreComparedByAddress(string address, bool passes) => Assert.HasCount(passes ? 0 : 1, Evaluation.Run(Feed(address)).Of(Code));

    [TestMethod]
    public void AFeedOfTheRepoIsAnErrorAndOneOfTheMachineAWarning()
    {
        Assert.AreEqual(Severity.Error, Only(Feed("https://evil.example/")).Severity);
        var warning = Only(Feed("https://evil.example/", ofMachine: true));
        Assert.AreEqual(Severity.Warning, warning.Severity);
        Assert.Contains("<clear />", warning.Finding.Fix);
        Assert.Contains("RestoreSources", Only(Feed("https://evil.example/", name: null)).Finding.Fix);
    }

    [TestMethod]
    [DataRow("https://user:hush@evil.example/index.json?token=hush")]
    [DataRow("https://user:hush@evil.example:99999/index.json")]
    [DataRow("ftp://user:hush@evil.example/index.json")]
    public void PasswordsAreNotShown(string address)
    {
        foreach (var finding in new[] { Only(Feed(address)), Only(Repo(Facts.Unsigned("Plain", "1.0.0") with { Source = address })), Only(Repo(Internal with { Source = address })) }.Select(f => f.Finding))
            Assert.DoesNotContain("hush", finding.What + finding.Why + finding.Fix);
    }

    [TestMethod]
    public void AFolderIsRelativeToThePolicy()
    {
        var repo = Facts.Repo().Policy(Policy(""" "local": { "url": "feeds/../feed/" } """)).With(Facts.Package("A", "1.0.0") with { Source = "/repo/feed" });
        Silent(repo);
        Assert.HasCount(1, Evaluation.Run(Facts.Repo().Policy(Policy(""" "local": { "url": "feed" } """)).With(Facts.Unsigned("A", "1.0.0") with { Source = "/elsewhere/feed" })).Of(Code));
    }

    // The packages folder is shared by all repos of a user: unknown is not wrong where the bytes are known.
    [TestMethod]
    public void TheLockVouchesForTheSameBytes()
    {
        var plain = Facts.Unsigned("Plain", "1.0.0") with { Source = "https://mirror.example/" };
        Assert.Contains("came from https://mirror.example/, which the policy does not name", Only(Repo(plain)).Finding.What);
        var repo = Repo(plain).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Source = "gallery" })] });
        Silent(repo);
        Assert.HasCount(1, Evaluation.Run(Repo(plain).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Source = "gone" })] })).Of(Code));
        Assert.HasCount(1, Evaluation.Run(Repo(plain).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Source = "gallery", ContentHash = "sha512-" + Facts.Hash("other") })] })).Of(Code));
    }

    [TestMethod]
    public void TheLockDoesNotVouchForAnIdWithASourceToItself()
    {
        foreach (var source in (string?[])["https://mirror.example/", Gallery, null, "/dotnet/library-packs"])
            Assert.HasCount(1, Evaluation.Run(WithSources(Repo(Internal with { Source = source }).Lock(l => l with { Packages = [.. l.Packages.Select(p => p with { Source = "contoso" })] }), new() { SdkRoots = ["/dotnet"] })).Of(Code), source);
    }

    [TestMethod]
    public void TheSignatureOfARepositoryVouchesForItsPackages()
    {
        Silent(Repo(Facts.Package("Serilog", "4.3.0") with { Source = "https://mirror.example/" }));
        var broken = Facts.Package("Serilog", "4.3.0") with { Source = null, Signature = Evidence<SignatureFacts>.Of(Facts.Signed with { Problems = [new(SignatureTrouble.Trust, "NU3018", "x")] }) };
        Assert.HasCount(1, Evaluation.Run(Repo(broken)).Of(Code));
    }

    [TestMethod]
    [DataRow("Serilog", Gallery, true)]
    [DataRow("Contoso.Util", Contoso, true)]
    [DataRow("contoso.util", Gallery, false)]
    [DataRow("Contoso.Public.Util", Gallery, true)]
    [DataRow("Contoso.Public.Util", Contoso, true)]
    [DataRow("Serilog", Contoso, false)]
    public void TheLongestPatternDecides(string id, string source, bool passes)
    {
        var policy = Policy("""
            "gallery": { "url": "https://feed.gallery.example/v3/index.json", "packages": [ "Serilog*", "Contoso.Public.*" ] },
            "contoso": { "url": "https://packages.contoso.example/v3/index.json", "packages": [ "Contoso.*" ], "exclusive": true }
            """);
        Assert.HasCount(passes ? 0 : 1, Evaluation.Run(Facts.Repo().Policy(policy).With(Facts.Unsigned(id, "1.0.0") with { Source = source })).Of(Code));
    }

    [TestMethod]
    public void AnIdThatNoSourceMayHaveIsRefused()
    {
        var finding = Only(Facts.Repo().Policy(Policy($$""" "gallery": { "url": "{{Gallery}}", "packages": [ "Serilog*" ] } """)).With(Facts.Unsigned("Other", "1.0.0") with { Source = Gallery })).Finding;
        Assert.AreEqual("Other 1.0.0 came from \"gallery\", which the policy does not accept for it.", finding.What);
        Assert.Contains("\"sources\".\"gallery\".\"packages\": \"Other\"", finding.Fix);
    }

    [TestMethod]
    public void PacksAndSdksAreAskedAsWell() => Assert.HasCount(1, Evaluation.Run(Repo().WithPacks(Facts.Unsigned("Contoso.Pack", "1.0.0"))).Of(Code));

    [TestMethod]
    [DataRow("sha256:" + Facts.Author, true)]
    [DataRow("sha256:" + Facts.Gallery, false)]
    [DataRow("sha512:" + Facts.Author, false)]
    public void SignersThatNuGetTrustsAreThoseOfThePolicy(string certificate, bool passes)
    {
        var policy = $$"""{ "version": 1, "signatures": { "signers": { "us": { "kind": "author", "certificates": [ "sha256:{{Facts.Author}}" ] } } }, "sources": { "gallery": { "url": "{{Gallery}}" } } }""";
        var input = WithSources(Facts.Repo().Policy(policy), new() { Signers = [new("someone", [certificate], new("/repo/nuget.config", 9, 1))] });
        Assert.HasCount(passes ? 0 : 1, Evaluation.Run(input).Of(Code));
    }

    [TestMethod]
    [DataRow(""" "sources": {} """, "names no source")]
    [DataRow(""" "sources": { "a": { "url": "https://x.example/" }, "b": { "url": "HTTPS://X.example" } } """, "the same address")]
    [DataRow(""" "sources": { "a": { "url": "https://x.example/", "exclusive": true } } """, "names no packages")]
    [DataRow(""" "sources": { "a": { "url": "https://u:p@x.example/" } } """, "without user name and password")]
    [DataRow(""" "sources": { "a": { "url": "ftp://x.example/" } } """, "must be an http or https address")]
    [DataRow(""" "sources": { "a": { "packages": [ "A" ] } } """, "has no \"url\"")]
    [DataRow(""" "sources": { "a b": { "url": "x" } } """, "is not a name")]
    public void WhatAPolicyCannotSay(string sources, string problem)
    {
        var problems = Facts.ReadPolicy($$"""{ "version": 1, {{sources}} }""").Problems;
        Assert.HasCount(1, problems);
        Assert.Contains(problem, problems[0].What + problems[0].Fix);
    }

    [TestMethod]
    public void TheLockRecordsTheSourceAndKeepsItWhileTheBytesStay()
    {
        CheckInput input = Repo(Facts.Package("Serilog", "4.3.0"), Internal);
        var first = PackageSources.Record(LockWriter.From(input.Graph, LockFile.Empty), input);
        Assert.AreEqual("contoso gallery", string.Join(' ', first.Packages.Select(p => p.Source)));
        // Read back, it is the same.
        Assert.AreEqual("contoso gallery", string.Join(' ', LockReader.Read(LockWriter.Write(first), Facts.LockPath).Lock!.Packages.Select(p => p.Source)));

        CheckInput elsewhere = Repo(Facts.Unsigned("Serilog", "4.3.0") with { Source = "https://mirror.example/" }, Internal with { Source = null });
        elsewhere = elsewhere with { Lock = new(Facts.LockPath, first, null) };
        var second = PackageSources.Record(LockWriter.From(elsewhere.Graph, first), elsewhere);
        Assert.AreEqual("contoso gallery", string.Join(' ', second.Packages.Select(p => p.Source)));

        // Other bytes, and nothing known of their way.
        var changed = elsewhere with { Lock = new(Facts.LockPath, first with { Packages = [.. first.Packages.Select(p => p with { ContentHash = "sha512-" + Facts.Hash("x") })] }, null) };
        Assert.AreEqual(" ", string.Join(' ', PackageSources.Record(LockWriter.From(changed.Graph, first), changed).Packages.Select(p => p.Source)));
    }

    [TestMethod]
    public void AnotherSourceIsAChangeOfTrust()
    {
        var before = LockFile.Empty with { Packages = [Facts.Locked("A", "1.0.0") with { Source = "contoso" }] };
        var after = LockFile.Empty with { Packages = [Facts.Locked("A", "2.0.0") with { Source = "gallery" }] };
        CheckInput input = Facts.Repo();
        var alarm = TrustDiff.Between(before, after, SignerNames.Of(input)).Single(c => c.Kind == TrustChangeKind.Alarm);
        Assert.AreEqual("OTHER SOURCE: gallery; 1.0.0 came from contoso", alarm.Detail);
    }
}
