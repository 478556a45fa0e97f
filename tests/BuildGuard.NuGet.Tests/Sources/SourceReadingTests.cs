using BuildGuard.Core.Graph;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Sources;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Sources;

[TestClass]
public sealed class SourceReadingTests
{
    [TestMethod]
    public void FilesAreMergedAsNuGetMergesThem()
    {
        using var temp = new TempFolder();
        var outer = Config(temp, "NuGet.Config", """
            <packageSources><add key="far" value="https://far.example/index.json" /><add key="both" value="https://below.example/index.json" /><add key="off" value="https://off.example/" /></packageSources>
            """);
        var inner = Config(temp, "repo/nuget.config", """
            <packageSources>
              <add key="both" value="https://above.example/index.json" />
              <add key="folder" value="../feed" />
            </packageSources>
            <disabledPackageSources><add key="off" value="true" /></disabledPackageSources>
            """);
        var sources = Read(temp, inner, outer).Sources;
        Assert.AreEqual($"""
            both https://above.example/index.json {inner}(3,1)
            far https://far.example/index.json {outer}(2,1)
            folder {temp.Path("feed")} {inner}(4,1)
            """.ReplaceLineEndings("\n"), string.Join('\n', sources.Feeds.Select(f => $"{f.Name} {f.Address} {f.Location}").Order(StringComparer.Ordinal)));
        Assert.IsFalse(sources.Feeds.Any(f => f.IsOfMachine));
    }

    /// <summary>A draft keeps what other machines find, and the reader of policies finds it again.</summary>
    [TestMethod]
    [DataRow("../feed", "../feed")]
    [DataRow("../../far/feed/", "../../far/feed")]
    [DataRow("feed", "feed")]
    [DataRow("{0}/feed", null)]
    [DataRow("file://{0}/feed", null)]
    public void AFolderThatTheConfigurationNamesRelativelyStaysRelative(string value, string? written)
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp.Path("deep/repo"));
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, value, temp.Root);
        var config = Config(temp, "deep/repo/nuget.config", $"""<packageSources><clear /><add key="local" value="{text}" /></packageSources>""");
        var root = temp.Path("deep/repo");
        var graph = SourceReading.AddTo(PackageGraph.Empty with { Projects = [new(temp.Path("deep/repo/App.csproj"), "App.csproj") { RestoreConfigFiles = [config] }] }, root, Machine.Bare);
        var draft = SourceDraft.Of(graph, root).Single();
        Assert.AreEqual(written ?? temp.Path("feed"), draft.Url);
        Assert.AreEqual(SourceAddress.Identity(graph.Sources.Feeds.Single().Address, root), SourceAddress.Identity(draft.Url, root));
    }

    /// <summary>What a file of the user names beside itself is on this machine only.</summary>
    [TestMethod]
    public void AFolderBesideTheUsersOwnConfigurationIsWrittenInFull()
    {
        var graph = PackageGraph.Empty with { Sources = new() { Feeds = [new("local", "/home/me/feed", new("/home/me/NuGet.Config")) { IsOfMachine = true, IsRelative = true }] } };
        Assert.AreEqual("/home/me/feed", SourceDraft.Of(graph, "/repo").Single().Url);
    }

    [TestMethod]
    public void ClearLeavesOutWhatLiesAbove()
    {
        using var temp = new TempFolder();
        var outer = Config(temp, "NuGet.Config", """<packageSources><add key="far" value="https://far.example/index.json" /></packageSources>""");
        var inner = Config(temp, "repo/nuget.config", """<packageSources><clear /><add key="own" value="https://own.example/index.json" /></packageSources>""");
        Assert.AreEqual("own", string.Join(' ', Read(temp, inner, outer).Sources.Feeds.Select(f => f.Name)));
    }

    [TestMethod]
    public void ASourceThatOnlyTheRestoreKnowsIsOneToo()
    {
        using var temp = new TempFolder();
        var config = Config(temp, "repo/nuget.config", """<packageSources><add key="own" value="https://own.example/index.json" /></packageSources>""");
        var feed = Read(temp, ["https://own.example/index.json", "https://given.example/"], config).Sources.Feeds.Single(f => f.Name is null);
        Assert.AreEqual("https://given.example/", feed.Address);
    }

    [TestMethod]
    public void SignersAreReadWithTheirAlgorithms()
    {
        using var temp = new TempFolder();
        var print = new string('A', 64);
        var config = Config(temp, "repo/nuget.config", $"""
            <trustedSigners>
              <author name="us"><certificate fingerprint="{print}" hashAlgorithm="SHA256" allowUntrustedRoot="false" /></author>
              <repository name="them" serviceIndex="https://them.example/index.json"><certificate fingerprint="{print}{print}" hashAlgorithm="SHA512" allowUntrustedRoot="false" /></repository>
            </trustedSigners>
            """);
        var signers = Read(temp, config).Sources.Signers;
        Assert.AreEqual($"us sha256:{print.ToLowerInvariant()} 3, them sha512:{print.ToLowerInvariant()}{print.ToLowerInvariant()} 4", string.Join(", ", signers.Select(s => $"{s.Name} {string.Join(' ', s.Certificates)} {s.Location.Line}")));
    }

    [TestMethod]
    [DataRow("<configuration><packageSources>")]
    [DataRow("no XML at all")]
    [DataRow("<configuration><packageSources><add key=\"a\" /></packageSources></configuration>")]
    public void ABrokenConfigurationIsAGap(string text)
    {
        using var temp = new TempFolder();
        var config = temp.Path("nuget.config");
        File.WriteAllText(config, text);
        var graph = Read(temp, config);
        Assert.Contains("NuGet's configuration cannot be read", graph.Gaps.Single().What);
        Assert.AreEqual(config, graph.Gaps.Single().Location.File);
    }

    [TestMethod]
    public void FilesThatAreGoneAreNotAskedFor()
    {
        using var temp = new TempFolder();
        var config = Config(temp, "repo/nuget.config", """<packageSources><clear /><add key="own" value="https://own.example/index.json" /></packageSources>""");
        Assert.AreEqual("own", string.Join(' ', Read(temp, config, temp.Path("gone/NuGet.Config")).Sources.Feeds.Select(f => f.Name)));
    }

    private static string Config(TempFolder temp, string path, string content)
    {
        var full = temp.Path(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, $"<configuration>\n{content}\n</configuration>\n");
        return full;
    }

    private static PackageGraph Read(TempFolder temp, params string[] configs) => Read(temp, [], configs);

    private static PackageGraph Read(TempFolder temp, string[] sources, params string[] configs) => SourceReading.AddTo(
        PackageGraph.Empty with { Projects = [new(temp.Path("repo/App.csproj"), "App.csproj") { RestoreConfigFiles = [.. configs], RestoreSources = [.. sources] }] }, temp.Path("repo"), Machine.Bare);
}
