using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ExtractedFilesMustMatchThePackageTests : RuleTests<ExtractedFilesMustMatchThePackage>
{
    protected override CheckInput Violation => Facts.Repo().With(Extracted(
        new(FileDifferenceKind.Added, "build/Contoso.Util.targets"),
        new(FileDifferenceKind.Changed, "lib/net8.0/Contoso.Util.dll")));

    protected override CheckInput Compliance => Facts.Repo().With(Extracted());

    [TestMethod]
    public void NamesTheFiles() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG2003: The extracted files of Contoso.Util 1.2.0 are not those of the package: build/Contoso.Util.targets (added), lib/net8.0/Contoso.Util.dll (changed).",
            "Delete /packages/contoso.util/1.2.0 and run dotnet restore --force.");

    [TestMethod]
    public void ManyFilesAreCounted()
    {
        var many = Enumerable.Range(1, 1207).Select(i => new FileDifference(FileDifferenceKind.Missing, $"lib/{i}.dll")).ToArray();
        Assert.Contains("lib/4.dll (missing), lib/5.dll (missing) and 1,202 more.", Only(Facts.Repo().With(Extracted(many))).Finding.What);
    }

    [TestMethod]
    public void ANameCannotWriteToTheTerminal() =>
        Assert.DoesNotContain("\u001b", Only(Facts.Repo().With(Extracted(new FileDifference(FileDifferenceKind.Added, "build/\u001b[2J.targets")))).Finding.What);

    [TestMethod]
    public void LockAndPackageMayDisagreeToo()
    {
        var repo = Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Files = PackageFile.RootOf([]) }] });
        Says(repo, "/repo/Directory.Packages.props(12,5): error BG2003: Serilog 4.3.0 holds other files than the lock says (locked sha256-47DEQpj8HBSa…, found sha256-0n3yUrSrrcs2…), though its content hash is the locked one.",
            "take it from version control", "buildguard lock (add --yes where nobody can be asked)");
    }

    [TestMethod]
    public void OtherBytesAreAMatterOfTheContentHash() =>
        Silent(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Files = PackageFile.RootOf([]), ContentHash = "sha512-" + Facts.Hash("other") }] }));

    [TestMethod]
    public void APackageThatWasReplacedIsNothingToCompareWith()
    {
        var changed = Extracted(new FileDifference(FileDifferenceKind.Changed, "lib/a.dll"));
        Assert.AreEqual("BG2002", Evaluation.Run(Facts.Repo().With(changed).Lock(l => l with { Packages = [l.Packages[0] with { ContentHash = "sha512-" + Facts.Hash("other") }] })).Codes());
        Assert.AreEqual("BG2002", Evaluation.Run(Facts.Repo().With(changed with { RestoredHash = Evidence<string>.Of(Facts.Hash("before")) })).Codes());
        Assert.AreEqual("BG2001 BG2003", string.Join(' ', Evaluation.Run(Facts.Repo().With(changed).Lock(l => l with { Packages = [] })).Codes().Split(' ').Order()));
    }

    [TestMethod]
    public void TheSignatureFileIsAMatterOfTheSignatureRules() => Silent(Facts.Repo().With(Extracted(new FileDifference(FileDifferenceKind.Added, ".signature.p7s"))));

    [TestMethod]
    public void AnOlderLockDoesNotSayWhichFiles() => Silent(Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Files = null }] }));

    private static PackageFacts Extracted(params FileDifference[] differences) =>
        Facts.Package("Contoso.Util", "1.2.0") with { Extracted = Evidence<ImmutableArray<FileDifference>>.Of([.. differences]) };
}
