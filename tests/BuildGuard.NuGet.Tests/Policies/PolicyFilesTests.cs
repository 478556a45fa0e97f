using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Policies;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Policies;

[TestClass]
public sealed class PolicyFilesTests
{
    [TestMethod]
    public void ASecondPolicyInOneRepoCouldUndoTheFirst()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1 }""");
        Write(temp, "src/App/buildguard.json", """{ "version": 1, "mode": "audit" }""");
        Unreadable(PolicyFiles.Load(temp.Path("src", "App"), null), "a second policy above this one");
        Assert.AreEqual(GuardMode.Audit, PolicyFiles.Load(temp.Path("src", "App"), "buildguard.json").Policy!.Mode, "One that is named counts.");
    }

    [TestMethod]
    public void TheNearestFileAboveCountsWhereItsRepoEndsThere()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1, "mode": "audit" }""");
        temp.Folder("near", ".git");
        Write(temp, "near/buildguard.json", """{ "version": 1 }""");
        Assert.AreEqual(GuardMode.Enforce, PolicyFiles.Load(temp.Folder("near", "src", "App"), null).Policy!.Mode);
        Assert.AreEqual(GuardMode.Audit, PolicyFiles.Load(temp.Folder("far", "src"), null).Policy!.Mode);
    }

    [TestMethod]
    public void AFileThatIsNamedCounts()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1 }""");
        Write(temp, "eng/other.json", """{ "version": 1, "mode": "audit" }""");
        Assert.AreEqual(GuardMode.Audit, PolicyFiles.Load(temp.Root, "eng/other.json").Policy!.Mode);
    }

    [TestMethod]
    [DataRow("gone.json")]
    [DataRow("")]
    [DataRow("a\0b")]
    public void AFileThatIsNamedAndNotThereIsUnreadable(string name)
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1 }""");
        Unreadable(PolicyFiles.Load(temp.Root, name), "cannot be read");
    }

    /// <summary>Anything of that name stops the walk: a nearer file that cannot be read must not give way to a milder one above.</summary>
    [TestMethod]
    public void AFolderInThePlaceOfThePolicyIsUnreadable()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1, "mode": "audit" }""");
        temp.Folder("src", "buildguard.json");
        Unreadable(PolicyFiles.Load(temp.Path("src"), null), "it is a folder");
    }

    [TestMethod]
    public void TheNearerFileReplacesWhatItExtends()
    {
        using var temp = new TempFolder();
        Write(temp, "policies/org.json", """{ "version": 1, "mode": "audit", "rules": { "BG1001": "warning", "BG1003": "warning" } }""");
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "policies/org.json" ], "rules": { "BG1001": "error" } }""");
        var document = PolicyFiles.Load(temp.Root, null);
        Assert.AreEqual(GuardMode.Audit, document.Policy!.Mode);
        Assert.AreEqual("Error Warning", $"{document.Policy.Rules["BG1001"].Value} {document.Policy.Rules["BG1003"].Value}");
        CollectionAssert.AreEqual(new[] { temp.Path("buildguard.json"), temp.Path("policies", "org.json") }, document.Files.ToArray());
    }

    [TestMethod]
    public void APathIsRelativeToTheFileThatNamesIt()
    {
        using var temp = new TempFolder();
        Write(temp, "policies/deep/base.json", """{ "version": 1, "mode": "audit" }""");
        Write(temp, "policies/org.json", """{ "version": 1, "extends": [ "deep/base.json" ] }""");
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "policies/org.json" ] }""");
        Assert.AreEqual(GuardMode.Audit, PolicyFiles.Load(temp.Root, null).Policy!.Mode);
    }

    [TestMethod]
    [DataRow("buildguard.json", DisplayName = "itself")]
    [DataRow("other.json", DisplayName = "through another")]
    public void ACircleIsNamed(string extends)
    {
        using var temp = new TempFolder();
        Write(temp, "other.json", """{ "version": 1, "extends": [ "./sub/../buildguard.json" ] }""");
        Write(temp, "buildguard.json", $$"""{ "version": 1, "extends": [ "{{extends}}" ] }""");
        Unreadable(PolicyFiles.Load(temp.Root, null), "extends itself");
    }

    /// <summary>Two policies that share a base are no circle. The base counts once, below both: what the first one changes in it stays changed.</summary>
    [TestMethod]
    public void ASharedBaseIsAllowed_AndCountsOnceBelowBoth()
    {
        using var temp = new TempFolder();
        Write(temp, "base.json", """{ "version": 1, "mode": "audit", "rules": { "BG1001": "warning" } }""");
        Write(temp, "left.json", """{ "version": 1, "extends": [ "base.json" ], "mode": "enforce" }""");
        Write(temp, "right.json", """{ "version": 1, "extends": [ "base.json" ], "rules": { "BG1003": "warning" } }""");
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "left.json", "right.json" ] }""");
        var document = PolicyFiles.Load(temp.Root, null);
        Assert.IsEmpty(document.Problems);
        Assert.AreEqual(GuardMode.Enforce, document.Policy!.Mode);
        CollectionAssert.AreEquivalent(new[] { "BG1001", "BG1003" }, document.Policy.Rules.Keys.ToArray());
        Assert.HasCount(4, document.Files);
    }

    [TestMethod]
    public void AMissingBaseIsSaidAtItsEntry()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", "{ \"version\": 1,\n  \"extends\": [ \"gone.json\" ] }");
        var document = PolicyFiles.Load(temp.Root, null);
        Unreadable(document, "which this one extends, cannot be read");
        Assert.AreEqual(new(temp.Path("buildguard.json"), 2, 16), document.Problems[0].Location);
    }

    [TestMethod]
    public void ANulInAPathIsSaid()
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "a\u0000b" ] }""");
        Assert.IsNull(PolicyFiles.Load(temp.Root, null).Policy);
    }

    [TestMethod]
    [DataRow(15, true)]
    [DataRow(16, false)]
    public void DepthIsBounded(int more, bool readable)
    {
        using var temp = new TempFolder();
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "p1.json" ] }""");
        for (var i = 1; i <= more; i++)
            Write(temp, $"p{i}.json", i == more ? """{ "version": 1 }""" : $$"""{ "version": 1, "extends": [ "p{{i + 1}}.json" ] }""");
        var document = PolicyFiles.Load(temp.Root, null);
        if (readable)
            Assert.IsEmpty(document.Problems);
        else
            Unreadable(document, "More than 16");
    }

    [TestMethod]
    public void AnErrorInABaseIsSaidInThatFile()
    {
        using var temp = new TempFolder();
        Write(temp, "org.json", "{ \"version\": 1, \"mod\": \"audit\" }");
        Write(temp, "buildguard.json", """{ "version": 1, "extends": [ "org.json" ] }""");
        var document = PolicyFiles.Load(temp.Root, null);
        Assert.IsNull(document.Policy);
        Assert.AreEqual((PolicyTrouble.Key, temp.Path("org.json")), (document.Problems[0].Trouble, document.Problems[0].Location.File));
    }

    private static void Unreadable(PolicyDocument document, string says)
    {
        Assert.IsNull(document.Policy);
        Assert.HasCount(1, document.Problems);
        Assert.AreEqual(PolicyTrouble.Unreadable, document.Problems[0].Trouble);
        Assert.Contains(says, document.Problems[0].What);
    }

    private static void Write(TempFolder temp, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(temp.Path(path))!);
        File.WriteAllText(temp.Path(path), text);
    }
}
