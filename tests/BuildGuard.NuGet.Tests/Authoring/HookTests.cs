using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Gate;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Authoring;

/// <summary>What init puts into a repo's build files, and that all of it can be taken out again.</summary>
[TestClass]
public sealed class HookTests
{
    private static readonly ImmutableDictionary<string, byte[]> Texts = ((string[])["BuildGuard.props", "BuildGuard.targets", "Check.proj", "Gate.props", "Gate.targets", "README.md"])
        .ToImmutableDictionary(n => n, n => Encoding.UTF8.GetBytes($"<Project><!-- {n} --></Project>"));

    /// <summary>MSBuild compares as numbers what can be read as such: a letter in front keeps a hash, or what claims to be one, from it.</summary>
    [TestMethod]
    public void NoHashIsComparedAsANumber()
    {
        var files = BuildFiles("build", "*.proj").Concat(BuildFiles("build/hook", "*")).Where(f => Path.GetExtension(f) != ".md").ToList();
        var conditions = files.SelectMany(f => XDocument.Load(f).Descendants().Select(e => e.Attribute("Condition")?.Value ?? "")).ToList();
        // "'a' == 'b'", where neither holds a quote of the same kind.
        var compared = conditions.SelectMany(c => Regex.Matches(c, "'([^']*)' [!=]= '([^']*)'")).Where(m => Regex.IsMatch(m.Value, "StableStringHash|FileHash|_BuildGuardEvaluated|_BuildGuardJudged(Assets)?\\)")
            && m.Groups[1].Length > 0 && m.Groups[2].Length > 0).ToList();
        Assert.IsGreaterThanOrEqualTo(11, compared.Count);
        foreach (var match in compared)
        {
            // What begins with a path is no number either.
            if (!match.Groups[1].Value.StartsWith("$(_BuildGuardNearest)|", StringComparison.Ordinal))
                Assert.IsTrue(match.Groups[1].Value[0] == 'h' && match.Groups[2].Value[0] == 'h', match.Value);
        }
    }

    /// <summary>Thirty projects that import the manifest need not hold what only the guard's own ask for.</summary>
    [TestMethod]
    public void OnlyTheGuardsOwnProjectsAskForTheList()
    {
        using var repo = new TempFolder();
        Write(repo, "Directory.Build.props", "<Project />\n");
        Install(repo);
        var groups = XDocument.Load(repo.Path(".buildguard/guard.props")).Root!.Elements("ItemGroup").ToDictionary(g => g.Elements().First().Name.LocalName, g => g.Attribute("Condition")!.Value);
        Assert.AreEqual("'$(MSBuildProjectExtension)' == '.proj'", groups["BuildGuardFile"]);
        Assert.AreEqual("false", groups["BuildGuardText"]);
    }

    /// <summary>
    /// MSBuild asks its cache of results only where none of a project's initial targets was skipped (<c>ResultsCache.SatisfyRequest</c>): one whose condition does not hold costs a build more than all of a check.
    /// </summary>
    [TestMethod]
    public void NoInitialTargetCanBeSkipped()
    {
        var files = BuildFiles("build", "*").Concat(BuildFiles("build/hook", "*")).Where(f => Path.GetExtension(f) != ".md").Select(f => XDocument.Load(f).Root!).ToList();
        var initial = files.Select(f => f.Attribute("InitialTargets")?.Value).OfType<string>().SelectMany(i => i.Split(';')).ToHashSet();
        CollectionAssert.AreEquivalent((string[])["_BuildGuardSeal", "_BuildGuardSealSolution"], initial.ToList());
        var targets = files.SelectMany(f => f.Elements("Target")).Where(t => initial.Contains(t.Attribute("Name")!.Value)).ToList();
        Assert.HasCount(2, targets);
        foreach (var target in targets)
            Assert.IsNull(target.Attribute("Condition"), target.ToString());
    }

    /// <summary>In a project packages have a say in what the short name of a task means. The guard's own projects import none.</summary>
    [TestMethod]
    public void TasksAreCalledByNamesThatTheGateRegisters()
    {
        var files = BuildFiles("build/hook", "*").Where(f => Path.GetExtension(f) is ".props" or ".targets").Select(f => XDocument.Load(f).Root!).ToList();
        var tasks = files.Elements("Target").Elements().Select(e => e.Name.LocalName).Where(n => n is not ("PropertyGroup" or "ItemGroup")).ToHashSet();
        CollectionAssert.AreEquivalent(HookTasks.Names.ToList(), tasks.ToList());
    }

    private static string[] BuildFiles(string inRepo, string pattern)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BuildGuard.sln")))
            folder = folder.Parent;
        return Directory.GetFiles(Path.Combine(folder!.FullName, inRepo), pattern);
    }

    /// <summary>Whoever finds the folder in a repo reads there what each file is for.</summary>
    [TestMethod]
    public void TheReadmeNamesEveryFile()
    {
        var files = BuildFiles("build/hook", "*");
        Assert.IsNotEmpty(files);
        var readme = File.ReadAllText(files.Single(f => Path.GetFileName(f) == "README.md"));
        foreach (var name in files.Select(Path.GetFileName).Where(n => n != "README.md"))
            Assert.Contains($"`{name}`", readme);
    }

    [TestMethod]
    [DataRow("<Project>\n</Project>\n")]
    [DataRow("<Project>\r\n  <PropertyGroup />\r\n</Project>\r\n")]
    [DataRow("\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- <Project> -->\n<Project\n  ToolsVersion='>'\n  >\n\n<PropertyGroup><A>1</A></PropertyGroup></Project>")]
    [DataRow("<Project><PropertyGroup /></Project>")]
    public void WhatWasThereIsThereAgainByteForByte(string text)
    {
        using var repo = new TempFolder();
        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Solution.targets", "Nested/Directory.Build.props", "Nested/Directory.Solution.targets"])
            Write(repo, file, text);
        var before = Snapshot(repo);
        Install(repo);
        Assert.AreEqual(5, Snapshot(repo).Count(f => f.Value.Contains(".buildguard/BuildGuard.", StringComparison.Ordinal)));
        Assert.IsEmpty(Remove(repo).Kept);
        CollectionAssert.AreEqual(before, Snapshot(repo));
        Assert.IsFalse(Directory.Exists(repo.Path(".buildguard")));
        Assert.IsTrue(Prepare(repo).IsEmpty);
    }

    [TestMethod]
    public void AnEmptyElementKeepsItsMeaning()
    {
        using var repo = new TempFolder();
        Write(repo, "Directory.Build.props", "<Project />\n");
        Install(repo);
        Remove(repo);
        Assert.AreEqual("<Project>\n</Project>\n", File.ReadAllText(repo.Path("Directory.Build.props")));
    }

    [TestMethod]
    public void FilesThatInitMadeGoUnlessSomebodyAddedToThem()
    {
        using var repo = new TempFolder();
        Install(repo);
        var path = repo.Path("Directory.Build.targets");
        File.WriteAllText(path, File.ReadAllText(path).Replace("</Project>", "  <Target Name=\"Ours\" />\n</Project>", StringComparison.Ordinal));
        Remove(repo);
        CollectionAssert.AreEqual((string[])["Directory.Build.targets"], Snapshot(repo).Keys.ToList());
        Assert.AreEqual("<Project>\n  <Target Name=\"Ours\" />\n</Project>\n", File.ReadAllText(path));
    }

    [TestMethod]
    public void AChangedFileOfTheGuardIsLeft()
    {
        using var repo = new TempFolder();
        Install(repo);
        Write(repo, ".buildguard/Check.proj", "<Project><!-- mine --></Project>");
        Write(repo, ".buildguard/notes.txt", "mine");
        CollectionAssert.AreEquivalent((string[])[repo.Path(".buildguard/Check.proj"), repo.Path(".buildguard/notes.txt")], Remove(repo).Kept.ToList());
        CollectionAssert.AreEqual((string[])[".buildguard/Check.proj", ".buildguard/notes.txt"], Snapshot(repo).Keys.ToList());
    }

    [TestMethod]
    public void AnotherVersionTakesItAwayAsWell()
    {
        using var repo = new TempFolder();
        Install(repo);
        var plan = HookRemover.Prepare(repo.Root, Texts.ToImmutableDictionary(t => t.Key, t => "<Project><!-- newer --></Project>"u8.ToArray()));
        Assert.IsEmpty(plan.Kept);
        HookRemover.Apply(repo.Root, plan);
        Assert.IsEmpty(Snapshot(repo));
    }

    [TestMethod]
    public void WithoutItsOwnRecordTheTextOfThisVersionCounts()
    {
        using var repo = new TempFolder();
        Install(repo);
        File.Delete(repo.Path(".buildguard/guard.props"));
        Write(repo, ".buildguard/Gate.props", "<Project><!-- older --></Project>");
        CollectionAssert.AreEqual((string[])[repo.Path(".buildguard/Gate.props")], Remove(repo).Kept.ToList());
    }

    [TestMethod]
    [DataRow("<Project><Import Project=\".buildguard/BuildGuard.props\" Condition=\"'$(CI)' == ''\" /></Project>")]
    [DataRow("<Project><Import Project=\"$(MSBuildThisFileDirectory).buildguard\\BuildGuard.props\" /></Project>")]
    [DataRow("<Project><!-- <Import Project=\".buildguard/BuildGuard.props\" /> --><Import Project=\".buildguard/other.props\" /></Project>")]
    [DataRow("<Project><Import Project=\".buildguard/BuildGuard.props\" />")]
    public void WhatIsNotInitsOwnStopsEverything(string text)
    {
        using var repo = new TempFolder();
        Install(repo);
        Write(repo, "build/ours.props", text);
        var before = Snapshot(repo);
        var plan = Remove(repo);
        Assert.Contains("build/ours.props", plan.ByHand.Single());
        CollectionAssert.AreEqual(before, Snapshot(repo));
    }

    [TestMethod]
    public void AnImportThatWasLostComesBackWithoutASecondComment()
    {
        using var repo = new TempFolder();
        Write(repo, "Directory.Build.props", "<Project>\n  <PropertyGroup />\n</Project>\n");
        Install(repo);
        var installed = File.ReadAllText(repo.Path("Directory.Build.props"));
        Write(repo, "Directory.Build.props", string.Join('\n', installed.Split('\n').Where(l => !l.Contains("<Import", StringComparison.Ordinal))));
        Install(repo);
        Assert.AreEqual(installed, File.ReadAllText(repo.Path("Directory.Build.props")));
    }

    [TestMethod]
    public void TheGateCanBeLeftOutAndPutIn()
    {
        using var repo = new TempFolder();
        Install(repo, withGate: false);
        Assert.IsFalse(Snapshot(repo).Keys.Any(f => f.Contains("/Gate.", StringComparison.Ordinal)));
        var without = Snapshot(repo);
        Install(repo);
        Assert.AreEqual(2, Snapshot(repo).Keys.Count(f => f.Contains("/Gate.", StringComparison.Ordinal)));
        Install(repo, withGate: false);
        CollectionAssert.AreEqual(without, Snapshot(repo));
        Remove(repo);
        Assert.IsEmpty(Snapshot(repo));
    }

    private static void Install(TempFolder repo, bool withGate = true)
    {
        var plan = HookInstaller.Prepare(repo.Root, [("BuildGuard.Core.dll", new string('a', 64))], "1.2.3", Texts, withGate);
        foreach (var file in plan.Deleted)
            File.Delete(file);
        foreach (var (path, bytes) in plan.Files)
            AtomicFile.Write(path, bytes);
        Assert.IsEmpty(plan.Notes.Where(n => n.NeedsHand));
    }

    private static HookRemover.Plan Prepare(TempFolder repo) => HookRemover.Prepare(repo.Root, Texts);

    private static HookRemover.Plan Remove(TempFolder repo)
    {
        var plan = Prepare(repo);
        HookRemover.Apply(repo.Root, plan);
        return plan;
    }

    private static void Write(TempFolder repo, string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repo.Path(file))!);
        File.WriteAllText(repo.Path(file), text);
    }

    private static SortedDictionary<string, string> Snapshot(TempFolder repo) => new(
        Directory.EnumerateFiles(repo.Root, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(repo.Root, f), f => Encoding.UTF8.GetString(File.ReadAllBytes(f))), StringComparer.Ordinal);
}
