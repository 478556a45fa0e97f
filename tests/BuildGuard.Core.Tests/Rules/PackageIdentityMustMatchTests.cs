using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackageIdentityMustMatchTests : RuleTests<PackageIdentityMustMatch>
{
    protected override CheckInput Violation => Inside("Evil.Util", "1.2.0");

    protected override CheckInput Compliance => Inside("contoso.UTIL", "1.2");

    [TestMethod]
    public void NamesBothIdentities() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG2007: Contoso.Util 1.2.0 calls itself Evil.Util 1.2.0 inside.",
            "Delete /packages/contoso.util/1.2.0", "https://feed.gallery.example/v3/index.json");

    [TestMethod]
    [DataRow("Contoso.Util", "1.2.1")]
    [DataRow("Contoso.Util", "1.2.0-beta")]
    [DataRow("Contoso.Util", "not a version")]
    [DataRow("Contoso.Util", "")]
    [DataRow("C\u043entoso.Util", "1.2.0")]
    [DataRow("", "1.2.0")]
    public void AnyDifferenceCounts(string id, string version) => Only(Inside(id, version));

    [TestMethod]
    public void ANameCannotWriteToTheTerminal() =>
        Says(Inside("a\u001b[2Jb\u202e", "1\n"), @"/repo/Directory.Packages.props(12,5): error BG2007: Contoso.Util 1.2.0 calls itself a\u001b[2Jb\u202e 1\u000a inside.");

    private static Facts Inside(string id, string version) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0") with { Nuspec = Evidence<NuspecIdentity>.Of(new(id, version)) });
}
