using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Tests.Rules;

/// <summary>What has to be downloaded again is downloaded by the command that brings just that back.</summary>
[TestClass]
public sealed class RefetchTests
{
    private const string Restore = "dotnet restore --force";
    private const string Download = "dotnet package download Contoso.It@1.2.3 --output /packages";

    private static readonly PackageFacts It = Facts.Package("Contoso.It", "1.2.3");

    private static readonly ToolReference Tool = new("contoso.it", new("/repo/.config/dotnet-tools.json", 2, 3)) { Version = It.Version, PackagesFolder = "/packages" };

    private static readonly SdkReference Sdk = new("Contoso.It", new(Facts.Project, 1, 1)) { Version = It.Version, PackagesFolder = "/packages" };

    public static IEnumerable<object[]> Broken() =>
    [
        ["BG0008", It with { Signature = Evidence<SignatureFacts>.Missing("it cannot be parsed") }, false],
        ["BG1003", It with { Signature = Evidence<SignatureFacts>.Of(Facts.Signed with { Problems = [new(SignatureTrouble.Content, "NU3008", "changed")] }) }, true],
        ["BG1006", It with { Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned) }, true],
        ["BG2003", It with { Extracted = Evidence<ImmutableArray<FileDifference>>.Of([new(FileDifferenceKind.Changed, "lib/a.dll")]) }, false],
        ["BG2002 BG2005 BG2006", It with { ContentHash = Evidence<string>.Of(Facts.Hash("other")), RestoredHash = Evidence<string>.Of(Facts.Hash("other")) }, true],
        ["BG2002 BG2005 BG2006", It with { RestoredHash = Evidence<string>.Of(Facts.Hash("other")) }, false],
        ["BG3007", It with { Source = "https://other.example/", Signature = Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned) }, false],
    ];

    [TestMethod]
    [DynamicData(nameof(Broken))]
    public void EveryKindHasItsCommand(string codes, object broken, bool fromFeed)
    {
        var package = (PackageFacts)broken;
        var again = fromFeed ? " --no-http-cache" : "";
        Says(Facts.Repo().With(package), Restore + again);
        Says(Facts.Repo().WithPacks(package), Restore + again);
        Says(Facts.Repo().WithTools([Tool], package), "dotnet tool restore" + again);
        Says(Facts.Repo().WithSdks([Sdk], package), (fromFeed ? "dotnet nuget locals http-cache --clear, then " : "") + Download);

        void Says(Facts facts, string command)
        {
            var repo = facts.Policy("""{ "version": 1, "signatures": { "default": "off" }, "sources": { "here": { "url": "https://feed.gallery.example/v3/index.json" } } }""")
                .Lock(l => l with { Packages = As(l.Packages), Packs = As(l.Packs), Tools = As(l.Tools), Sdks = As(l.Sdks) });
            var found = Evaluation.Run(repo).Findings.Where(f => codes.Contains(f.Finding.Code, StringComparison.Ordinal) && f.Finding.PackageId is "Contoso.It" or "contoso.it").ToList();
            Assert.HasCount(1, found, string.Join(", ", found.Select(f => f.Finding.Code)));
            Assert.Contains("elete /packages/contoso.it/1.2.3 and ", found[0].Finding.Fix);
            Assert.Contains(command, found[0].Finding.Fix);
            foreach (var other in ((string[])[Restore, Download, "dotnet tool restore"]).Where(o => !command.Contains(o, StringComparison.Ordinal)))
                Assert.DoesNotContain(other, found[0].Finding.Fix);
        }

        static ImmutableArray<LockedPackage> As(ImmutableArray<LockedPackage> entries) => [.. entries.Select(e => e.Id == It.Id ? Facts.Locked(It) : e)];
    }

    /// <summary>A restore evaluates an SDK, whatever else asks for the package.</summary>
    [TestMethod]
    public void APackageThatIsAnSdkAsWellIsFetchedAsData() => Assert.Contains(Download, Fix(Facts.Repo().With(Changed(It)).WithSdks([Sdk], Changed(It))));

    [TestMethod]
    public void APackageThatIsAToolAsWellComesWithARestore() => Assert.Contains(Restore, Fix(Facts.Repo().With(Changed(It)).WithTools([Tool], Changed(It))));

    [TestMethod]
    [DataRow("/repo/.config/dotnet-tools.json", "dotnet tool restore.")]
    [DataRow("/repo/dotnet-tools.json", "dotnet tool restore.")]
    [DataRow("/.config/dotnet-tools.json", "dotnet tool restore.")]
    [DataRow("/repo/eng/.config/dotnet-tools.json", "dotnet tool restore --tool-manifest /repo/eng/.config/dotnet-tools.json.")]
    [DataRow("/repository/dotnet-tools.json", "dotnet tool restore --tool-manifest /repository/dotnet-tools.json.")]
    public void AManifestThatDotnetWouldNotFindIsNamed(string manifest, string command) =>
        Assert.Contains(command, Fix(Facts.Repo().WithTools([Tool with { Location = new(manifest, 1, 1) }], Changed(It))));

    [TestMethod]
    public void AnAppIsRestoredByItsFile()
    {
        var package = Changed(It) with { DependencyPath = ["app", "Contoso.It 1.2.3"] };
        Assert.Contains("dotnet restore scripts/app.cs --force", Fix(Facts.Repo().WithProjects(new ProjectFacts("/repo/scripts/app.cs", "scripts/app.cs")).With(package)));
    }

    private static PackageFacts Changed(PackageFacts package) => package with { Extracted = Evidence<ImmutableArray<FileDifference>>.Of([new(FileDifferenceKind.Changed, "lib/a.dll")]) };

    private static string Fix(CheckInput input) => Evaluation.Run(input).Of("BG2003").Single().Finding.Fix;
}
