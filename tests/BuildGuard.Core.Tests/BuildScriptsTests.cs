using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Tests;

[TestClass]
public sealed class BuildScriptsTests
{
    [TestMethod]
    public void ALibraryRunsNothing()
    {
        Assert.AreEqual("", Kinds(Facts.Package("A", "1.0.0")));
        Assert.AreEqual("", Kinds(Facts.Running("A", "1.0.0", "tools/a.exe", "runtimes/linux-x64/native/a.so", "content/a.cs", "contentFiles/any/any/readme.txt=x") with { TakenIntoBuild = [] }));
    }

    [TestMethod]
    public void WhatRestoreDoesNotTakeDoesNotRun()
    {
        var package = Facts.Running("A", "1.0.0", "build/A.targets", "build/net48/_._", "tools/a.exe");
        Assert.AreEqual("targets tools", Kinds(package));
        Assert.AreEqual("", Kinds(package with { TakenIntoBuild = [] }));
        Assert.AreEqual("", Kinds(package with { TakenIntoBuild = ["build/net48/_._", "contentFiles/any/any/_._"] }));
    }

    [TestMethod]
    // A file beside build/A.targets, and the kind that it counts as; "" where no approval covers it.
    [DataRow("build/A.props", "props")]
    [DataRow("BuildTransitive/net10.0/sub/B.PROPS", "props")]
    [DataRow("buildMultiTargeting/A.targets", "targets")]
    [DataRow("buildCrossTargeting/A.targets", "targets")]
    [DataRow("build/data.json", "targets")]
    [DataRow("build/run.sh", "targets")]
    [DataRow("build/net10.0/A.Tasks.DLL", "tasks")]
    [DataRow("build/a.so", "tasks")]
    [DataRow("tasks/net10.0/A.dll", "tasks")]
    [DataRow("tasks/net10.0/A.deps.json", "tasks")]
    [DataRow("tools/a.py", "tools")]
    [DataRow("sdk/x.targets", "tools")]
    [DataRow("anything/x", "tools")]
    [DataRow("lib/net10.0/B.dll", "")]
    [DataRow("ref/net10.0/B.dll", "")]
    [DataRow("runtimes/any/lib/net10.0/B.dll", "")]
    [DataRow("contentFiles/any/any/x.cs", "content")]
    [DataRow("docs/readme.md", "")]
    [DataRow("README.md", "")]
    [DataRow("icon.png", "")]
    [DataRow("data.json", "tools")]
    [DataRow("x.targets", "tools")]
    [DataRow("build/_._", "")]
    public void AFileCountsAs(string path, string kind)
    {
        var package = Facts.Running("A", "1.0.0", "build/A.targets", path);
        var found = BuildScripts.Of(package).SingleOrDefault(s => s.Files.Any(f => f.Path == path));
        Assert.AreEqual(kind, found?.Kind ?? "");
    }

    [TestMethod]
    public void AnalyzersRunWhateverTheReferenceExcludes()
    {
        Assert.AreEqual("analyzers", Kinds(Facts.Running("A", "1.0.0", "analyzers/dotnet/cs/A.dll")));
        Assert.AreEqual("analyzers", Kinds(Facts.Running("A", "1.0.0", "ANALYZERS/A.DLL")));
        // The SDK asks for a prefix, not for a folder.
        Assert.AreEqual("analyzers", Kinds(Facts.Running("A", "1.0.0", "analyzersToo/A.dll")));
        Assert.AreEqual("analyzers", Kinds(Facts.Running("A", "1.0.0", "analyzers.dll")));
    }

    [TestMethod]
    public void AnApprovalOfAnalyzersCoversWhatTheyMayLoadFromBesideThem()
    {
        Assert.AreEqual("analyzers: analyzers/a.bin, analyzers/a.dll", Text(Facts.Running("A", "1.0.0", "analyzers/a.dll", "analyzers/a.bin")));
        Assert.AreEqual("", Kinds(Facts.Running("A", "1.0.0", "analyzers/a.editorconfig")));
    }

    [TestMethod]
    public void ATypeProviderIsLoadedByTheCompiler() =>
        Assert.AreEqual("analyzers: lib/net8.0/A.dll", Text(Facts.Showing(Facts.Package("A", "1.0.0"), new BuildTrait(BuildTraitKind.TypeProvider, "lib/net8.0/A.dll", 0, ""))));

    [TestMethod]
    public void ContentCountsOnlyWhereItIsCompiled()
    {
        var package = Facts.Running("A", "1.0.0", "contentFiles/cs/any/a.cs", "contentFiles/cs/any/b.cs");
        Assert.AreEqual("content: contentFiles/cs/any/a.cs", Text(package with { TakenIntoBuild = ["contentFiles/cs/any/a.cs"] }));
    }

    [TestMethod]
    public void ABuildFileThatReachesOutMakesTheApprovalCoverEverything()
    {
        var package = Facts.Running("A", "1.0.0", "build/A.targets", "lib/net8.0/x.bin", "x.txt", "LICENSE.md");
        BuildTrait reaches = new(BuildTraitKind.ReachesOut, "build/A.targets", 3, "$(X)");
        Assert.AreEqual("targets: build/A.targets; tools: lib/net8.0/A.dll, lib/net8.0/x.bin", Text(Facts.Showing(package, reaches)));
        Assert.AreEqual("", Kinds(Facts.Showing(package, reaches) with { TakenIntoBuild = [] }));
    }

    [TestMethod]
    public void WhatIsNotKnownHasNoKinds()
    {
        var package = Facts.Running("A", "1.0.0", "build/A.targets");
        Assert.IsEmpty(BuildScripts.Of(package with { Files = default }));
        Assert.IsEmpty(BuildScripts.Of(package with { Traits = default }));
    }

    [TestMethod]
    public void TheHashHoldsPathsAndContentAndNeitherIdNorVersion()
    {
        var hash = Hash("build/A.targets=x", "build/a.txt=y");
        Assert.AreEqual(hash, BuildScripts.Of(Facts.Running("Other", "9.0.0", "build/a.txt=y", "build/A.targets=x"))[0].Hash);
        Assert.AreNotEqual(hash, Hash("build/A.targets=x", "build/a.txt=z"));
        Assert.AreNotEqual(hash, Hash("build/A.targets=x", "build/b.txt=y"));
        Assert.AreNotEqual(hash, Hash("build/A.targets=y", "build/a.txt=x"));
        Assert.AreNotEqual(hash, Hash("build/A.targets=x"));
        Assert.AreEqual("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", PackageFile.RootOf([]));
    }

    [TestMethod]
    public void OneFileCannotPassForTwo()
    {
        var (a, b) = (Facts.File("build/a.targets", "a"), Facts.File("build/b.targets", "b"));
        Assert.AreNotEqual(PackageFile.RootOf([a, b]), PackageFile.RootOf([a with { Path = $"{a.Path}\n{b.Sha256} {b.Path}" }]));
        Assert.AreNotEqual(PackageFile.RootOf([a with { Path = "x\\ny" }]), PackageFile.RootOf([a with { Path = "x\ny" }]));
    }

    private static string Hash(params string[] files) => BuildScripts.Of(Facts.Running("A", "1.0.0", files))[0].Hash;

    private static string Kinds(PackageFacts package) => string.Join(' ', BuildScripts.Of(package).Select(s => s.Kind));

    private static string Text(PackageFacts package) => string.Join("; ", BuildScripts.Of(package).Select(s => $"{s.Kind}: {string.Join(", ", s.Files.Select(f => f.Path))}"));
}
