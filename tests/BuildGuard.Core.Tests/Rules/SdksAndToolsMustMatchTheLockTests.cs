using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SdksAndToolsMustMatchTheLockTests : RuleTests<SdksAndToolsMustMatchTheLock>
{
    private const string Where = Facts.Project + "(1,1): error BG2006: The MSBuild SDK ";

    private static readonly PackageFacts Sdk = Facts.Package("Contoso.Sdk", "1.2.3") with { DependencyPath = ["App.csproj", "Contoso.Sdk 1.2.3"] };

    private static readonly SdkReference Named = new("Contoso.Sdk", new(Facts.Project, 1, 1)) { Version = Sdk.Version, PackagesFolder = "/packages" };

    private static Facts Repo => Facts.Repo().WithSdks([Named], Sdk);

    protected override CheckInput Violation => Repo.Lock(l => l with { Sdks = [] });

    protected override CheckInput Compliance => Repo;

    [TestMethod]
    public void AnSdkThatNobodyLocked() =>
        Says(Violation, Where + "Contoso.Sdk 1.2.3 is not in the lock.", "/packages/contoso.sdk/1.2.3", "buildguard lock");

    [TestMethod]
    public void OneThatIsNotThereIsFetchedWithoutRunningIt() =>
        Says(Facts.Repo().WithSdks([Named]), Where + "Contoso.Sdk 1.2.3 is not in the lock.", "dotnet package download Contoso.Sdk@1.2.3 --output /packages. Then look at it, run buildguard lock");

    /// <summary>Nothing evaluated it, so there is nothing to compare; where it was looked for everywhere, its absence is a gap of its own.</summary>
    [TestMethod]
    public void OneThatIsLockedAndNotThereIsNoFinding() => Silent(Facts.Repo().WithSdks([Named]).Lock(l => l with { Sdks = [Facts.Locked(Sdk)] }));

    [TestMethod]
    public void AnotherVersionIsNamed() =>
        Assert.Contains("which has 1.2.2", Only(Repo.Lock(l => l with { Sdks = [Facts.Locked("Contoso.Sdk", "1.2.2")] }).Guarded(new() { Level = GuardLevel.RestoreHook })).Finding.What);

    [TestMethod]
    public void ShowsBothHashes() =>
        Says(Repo.Lock(l => l with { Sdks = [Facts.Locked(Sdk) with { ContentHash = "sha512-" + Facts.Hash("other") }] }),
            $"{Where}Contoso.Sdk 1.2.3 has other content than the lock says (locked sha512-{Facts.Hash("other")[..12]}…, found sha512-{Sdk.ContentHash.Value[..12]}…).",
            "If somebody edited the lock", "delete /packages/contoso.sdk/1.2.3", "dotnet package download Contoso.Sdk@1.2.3");

    [TestMethod]
    public void WhatNuGetRecordedMustAgreeAsWell() =>
        Assert.Contains("than NuGet recorded", Only(Facts.Repo().WithSdks([Named], Sdk with { RestoredHash = Evidence<string>.Of(Facts.Hash("before")) })).Finding.What);

    [TestMethod]
    public void AnSdkThatCannotBeToldIsAFinding() =>
        Says(Facts.Repo().WithSdks([new("$(Sdk)", new(Facts.Project, 3, 5)) { Problem = "its name is a property", Fix = "Write it literally." }]),
            Facts.Project + "(3,5): error BG2006: The MSBuild SDK $(Sdk) cannot be pinned: its name is a property.", "Write it literally.");

    [TestMethod]
    public void OneThatSeveralFilesNameIsSaidOnce() =>
        Only(Facts.Repo().WithSdks([Named, Named with { Name = "contoso.sdk", Location = new("/repo/x.proj", 2, 1) }], Sdk).Lock(l => l with { Sdks = [] }));

    [TestMethod]
    public void AnImportOfAPackageNamesThePackage()
    {
        var importer = Facts.Running("Contoso.Build", "2.0.0", "build/Contoso.Build.targets");
        var imported = Named with { Importer = importer, ImportingFile = "build/Contoso.Build.targets", Location = importer.Reference };
        var repo = Facts.Repo().With(importer).WithSdks([imported], Sdk).Lock(l => l with { Sdks = [] })
            .Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.Build", "kinds": [ "targets" ], "reason": "r" } ] } }""");
        Assert.Contains("which Contoso.Build 2.0.0 imports in build/Contoso.Build.targets, is not in the lock", Only(repo).Finding.What);
        // Where the gate leaves those build files out, nothing of the SDK gets into a build.
        const string Excluding = """{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }""";
        Silent(repo.Policy(Excluding).Guarded(new() { HasGate = true }));
        Only(repo.Policy(Excluding).Guarded(new() { HasGate = false }));
    }

    /// <summary>An SDK is held to what a package is held to: its signature, its files, the block list.</summary>
    [TestMethod]
    public void OtherRulesSpeakOfSdksAsWell()
    {
        Assert.AreEqual("BG1001", Evaluation.Run(Facts.Repo().WithSdks([Named], Facts.Unsigned("Contoso.Sdk", "1.2.3"))).Codes());
        Assert.AreEqual("BG2003", Evaluation.Run(Facts.Repo().WithSdks([Named], Sdk with { Extracted = Evidence<ImmutableArray<FileDifference>>.Of([new(FileDifferenceKind.Changed, "Sdk/Sdk.props")]) })).Codes());
        Assert.AreEqual("BG3001", Evaluation.Run(Repo.Policy("""{ "version": 1, "block": [ { "id": "Contoso.*", "reason": "r" } ] }""")).Codes());
        Assert.AreEqual("BG2004", Evaluation.Run(Repo.Lock(l => l with { Sdks = [Facts.Locked(Sdk), Facts.Locked("Gone.Sdk", "1.0.0")] })).Codes());
    }

    /// <summary>A restore of one project does not read every file that can name an SDK.</summary>
    [TestMethod]
    public void ARestoreDoesNotMissWhatItDidNotLookFor() =>
        Assert.AreEqual("", Evaluation.Run(Repo.Lock(l => l with { Sdks = [Facts.Locked(Sdk), Facts.Locked("Gone.Sdk", "1.0.0")] }).Guarded(new() { Level = GuardLevel.RestoreHook })).Codes());

    private static readonly PackageFacts Tool = Facts.Package("Contoso.Tool", "2.0.0") with { DependencyPath = ["dotnet-tools.json", "Contoso.Tool 2.0.0"] };

    private static readonly ToolReference NamedTool = new("contoso.tool", new("/repo/.config/dotnet-tools.json", 4, 5)) { Version = Tool.Version, PackagesFolder = "/packages" };

    private static readonly ToolReference Part = NamedTool with { Name = "contoso.tool.linux-x64", PartOf = "contoso.tool" };

    private const string WhereTool = "/repo/.config/dotnet-tools.json(4,5): error BG2006: The tool ";

    private static Facts WithTool => Facts.Repo().WithTools([NamedTool], Tool);

    [TestMethod]
    public void AToolThatIsLocked()
    {
        Silent(WithTool);
        Assert.AreEqual(1, Evaluation.Run(WithTool).Tools);
    }

    [TestMethod]
    public void AToolThatNobodyLocked()
    {
        Says(WithTool.Lock(l => l with { Tools = [] }), WhereTool + "contoso.tool 2.0.0 is not in the lock.", "/packages/contoso.tool/2.0.0", "buildguard lock");
        Says(Facts.Repo().WithTools([NamedTool]), WhereTool + "contoso.tool 2.0.0 is not in the lock.", "dotnet tool restore");
        Says(WithTool.Lock(l => l with { Tools = [Facts.Locked("Contoso.Tool", "1.0.0")] }).Guarded(new() { Level = GuardLevel.RestoreHook }), WhereTool + "contoso.tool 2.0.0 is not in the lock, which has 1.0.0.", "buildguard lock");
    }

    /// <summary>An SDK of the same name and bytes says nothing of a tool: an SDK is reviewed as one.</summary>
    [TestMethod]
    public void AnSdkInTheLockIsNoTool() => Only(WithTool.Lock(l => l with { Tools = [], Sdks = [Facts.Locked(Tool)] }).Guarded(new() { Level = GuardLevel.RestoreHook }));

    [TestMethod]
    public void AToolWithOtherContent() =>
        Says(WithTool.Lock(l => l with { Tools = [Facts.Locked(Tool) with { ContentHash = "sha512-" + Facts.Hash("other") }] }),
            $"{WhereTool}contoso.tool 2.0.0 has other content than the lock says (locked sha512-{Facts.Hash("other")[..12]}…, found sha512-{Tool.ContentHash.Value[..12]}…).",
            "do not run anything with it", "dotnet tool restore");

    [TestMethod]
    public void AToolThatCannotBeToldIsAFinding() =>
        Says(Facts.Repo().WithTools([new("dotnet-tools.json", new("/repo/.config/dotnet-tools.json", 1, 1)) { Problem = "the manifest cannot be read (it is no JSON)", Fix = "Correct the file." }]),
            "/repo/.config/dotnet-tools.json(1,1): error BG2006: The tool dotnet-tools.json cannot be pinned: the manifest cannot be read (it is no JSON).", "Correct the file.");

    [TestMethod]
    public void WhatAToolHasForOtherMachinesIsLookedAtThere()
    {
        var part = Facts.Package("Contoso.Tool.linux-x64", "2.0.0");
        Silent(Facts.Repo().WithTools([NamedTool, Part], Tool));
        Says(Facts.Repo().WithTools([NamedTool, Part], Tool, part).Lock(l => l with { Tools = [Facts.Locked(Tool)] }),
            WhereTool + "contoso.tool.linux-x64 2.0.0, which contoso.tool runs on this kind of machine, is not in the lock.", "buildguard lock");
        // The lock keeps it on a machine that has no use for it, and drops it with the tool.
        var locked = LockWriter.From(((CheckInput)Facts.Repo().WithTools([NamedTool, Part], Tool, part)).Graph, LockFile.Empty);
        Assert.HasCount(2, LockWriter.From(((CheckInput)Facts.Repo().WithTools([NamedTool, Part], Tool)).Graph, locked).Tools);
        Assert.IsEmpty(LockWriter.From(((CheckInput)Facts.Repo()).Graph, locked).Tools);
    }

    [TestMethod]
    public void OtherRulesSpeakOfToolsAsWell()
    {
        Assert.AreEqual("BG1001", Evaluation.Run(Facts.Repo().WithTools([NamedTool], Facts.Unsigned("Contoso.Tool", "2.0.0"))).Codes());
        Assert.AreEqual("BG2003", Evaluation.Run(Facts.Repo().WithTools([NamedTool], Tool with { Extracted = Evidence<ImmutableArray<FileDifference>>.Of([new(FileDifferenceKind.Changed, "tools/net10.0/any/t.dll")]) })).Codes());
        Assert.AreEqual("BG3001", Evaluation.Run(WithTool.Policy("""{ "version": 1, "block": [ { "id": "Contoso.*", "reason": "r" } ] }""")).Codes());
        Assert.AreEqual("BG2004", Evaluation.Run(WithTool.Lock(l => l with { Tools = [Facts.Locked(Tool), Facts.Locked("Gone.Tool", "1.0.0")] })).Codes());
    }
}
