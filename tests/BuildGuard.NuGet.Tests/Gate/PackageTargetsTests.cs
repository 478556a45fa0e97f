using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Gate;
using BuildGuard.NuGet.Packages;
using BuildGuard.TestKit;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class PackageTargetsTests
{
    [TestMethod]
    public void EveryNameInEveryTextOfAPackage() => Assert.AreEqual("A b C", Names(
        ("build/x.targets", "<Project><Target Name='b' /><Choose><When Condition='true'><Target Name='A' /></When></Choose><Target Name='B' /></Project>"),
        ("tools/deep/other.tasks", "<Project><Target Name='&#67;' /></Project>")));

    /// <summary>A file that MSBuild would read counts, whatever it is called, however it begins, and whoever imports it.</summary>
    [TestMethod]
    public void AFileOfAnotherExtensionCounts() => Assert.AreEqual("A X", Names(
        ("build/x.targets", "<Project><Target Name='A' /></Project>"),
        ("content/x.dat", "\uFEFF \n<!DOCTYPE x><Project><Target Name='X' /></Project>"),
        ("lib/x.xml", "<doc><Target Name='Y' /></doc>"),
        ("lib/x.dll", "MZ")));

    /// <summary>MSBuild unescapes a name before it is one.</summary>
    [TestMethod]
    public void ANameCountsAsMSBuildKnowsIt() => Assert.AreEqual("Evil _B%4", Names(("build/x.targets", "<Project><Target Name='%45vil' /><Target Name='%5fB%4' /></Project>")));

    [TestMethod]
    public void WhatIsNotXmlHasNone() => Assert.AreEqual("", Names(("build/x.targets", "<Project><Target"), ("build/y.props", "")));

    /// <summary>A text that is not in UTF-8 is read, whatever its bytes look like.</summary>
    [TestMethod]
    public void ATextInAnotherEncodingCounts() => Assert.AreEqual("A", Names(Encoding.Unicode, ("build/x.targets", "<Project><Target Name='A' /></Project>")));

    [TestMethod]
    public void ATargetInANamespaceOfItsOwnNameCounts() => Assert.AreEqual("A", Names(("build/x.targets", "<m:Project xmlns:m='http://schemas.microsoft.com/developer/msbuild/2003'><m:Target Name='A' /></m:Project>")));

    private static string Names(params (string Path, string Text)[] files) => Names(new UTF8Encoding(false), files);

    private static string Names(Encoding encoding, params (string Path, string Text)[] files)
    {
        using var temp = new TempFolder();
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(temp.Path(path))!);
            File.WriteAllText(temp.Path(path), text, encoding);
        }
        var package = new PackageFacts("P", new NuGetVersion(1, 0, 0))
        {
            Reference = new("/repo/App.csproj"),
            Files = Evidence<ImmutableArray<PackageFile>>.Of([.. files.Select(f => new PackageFile(f.Path, ""))]),
            Traits = Evidence<ImmutableArray<BuildTrait>>.Of([.. files.SelectMany(f => BuildTexts.Read(f.Path, File.ReadAllBytes(temp.Path(f.Path))))]),
        };
        return string.Join(' ', PackageTargets.Of([(package, temp.Path("."))]));
    }
}
