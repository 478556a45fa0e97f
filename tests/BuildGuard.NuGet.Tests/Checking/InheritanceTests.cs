using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

[TestClass]
public sealed class InheritanceTests
{
    private const string Above = "<Project><Import Project=\"$([MSBuild]::GetPathOfFileAbove('{0}', '$(MSBuildThisFileDirectory)../'))\" /></Project>";

    [TestMethod]
    public void AnInstalledRepoIsGuarded()
    {
        using var repo = Hooked();
        Assert.IsEmpty(Read(repo));
    }

    [TestMethod]
    public void ARepoWithoutTheHookHasNothingToInherit()
    {
        using var temp = new TempFolder();
        Write(temp, "App/App.csproj", "<Project />");
        Assert.IsEmpty(Read(temp));
    }

    [TestMethod]
    [DataRow("Directory.Build.props", "BuildGuard.props")]
    [DataRow("Directory.Build.targets", "BuildGuard.targets")]
    public void TheRootImportMayBeGone(string file, string import)
    {
        using var repo = Hooked();
        Write(repo, file, "<Project />");
        var found = Read(repo).Single();
        Assert.AreEqual($"{repo.Path(file)} does not import .buildguard/{import}", found.Reason);
        Assert.Contains("buildguard init, which puts the import back", found.Fix!);
        File.Delete(repo.Path(file));
        Assert.Contains($"there is no {file}", Read(repo).Single().Reason);
    }

    [TestMethod]
    [DataRow("<Project />", true)]
    [DataRow("<Project><Import Project=\"../Other.props\" /></Project>", true)]
    [DataRow(Above, false)]
    [DataRow("<Project><Import Project=\"..\\Directory.Build.props\" Condition=\"Exists('..\\Directory.Build.props')\" /></Project>", false)]
    [DataRow("<Project><Import Project=\"$(MSBuildThisFileDirectory)../Directory.Build.props\" /></Project>", false)]
    [DataRow("<Project><Import Project=\"$([MSBuild]::GetDirectoryNameOfFileAbove($(MSBuildThisFileDirectory)../, Directory.Build.props))/Directory.Build.props\" /></Project>", false)]
    [DataRow("<Project><Import Project=\"$(RepoRoot)Directory.Build.props\" /></Project>", false)]
    [DataRow("<Project><Import Project=\"Inner/Directory.Build.props\" /></Project>", true)]
    [DataRow("<Project><Import Project=\"../.buildguard/BuildGuard.props\" /></Project>", false)]
    [DataRow("<Project><!-- <Import Project=\"../.buildguard/BuildGuard.props\" /> --></Project>", true)]
    public void ANestedFileMustImportItsParent(string xml, bool told)
    {
        using var repo = Hooked();
        Write(repo, "App/Inner/Directory.Build.props", "<Project />");
        var nested = Write(repo, "App/Directory.Build.props", xml.Replace("{0}", "Directory.Build.props", StringComparison.Ordinal));
        var found = Read(repo);
        Assert.HasCount(told ? 1 : 0, found);
        if (told)
            Assert.AreEqual($"{nested} hides the repo's own Directory.Build.props and does not import it", found[0].Reason);
    }

    [TestMethod]
    [DataRow("App/App.csproj")]
    [DataRow("Directory.Build.props")]
    [DataRow("build/common.props")]
    [DataRow("Directory.Packages.props")]
    public void ASwitchIsFoundWhereverItStands(string file)
    {
        using var repo = Hooked();
        var before = File.Exists(repo.Path(file)) ? File.ReadAllText(repo.Path(file)) : "<Project>\n</Project>";
        var path = Write(repo, file, before.Replace("</Project>", "\n<PropertyGroup>\n<importDirectoryBuildTargets>False</importDirectoryBuildTargets></PropertyGroup></Project>", StringComparison.Ordinal));
        var found = Read(repo).Single();
        Assert.StartsWith("ImportDirectoryBuildTargets is False", found.Reason);
        Assert.AreEqual(path, found.Location!.File);
        Assert.AreEqual(File.ReadAllLines(path).Index().First(l => l.Item.Contains("False", StringComparison.Ordinal)).Index + 1, found.Location.Line);
    }

    [TestMethod]
    [DataRow("<PropertyGroup><ImportDirectoryBuildTargets>true</ImportDirectoryBuildTargets></PropertyGroup>", false)]
    [DataRow("<Target Name=\"T\"><PropertyGroup><ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets></PropertyGroup></Target>", false)]
    [DataRow("<Target Name=\"T\"><MSBuild Projects=\"x\" Properties=\"ImportDirectoryBuildTargets=false\" /></Target>", false)]
    [DataRow("<PropertyGroup><ImportDirectoryBuildTargets>$(X)</ImportDirectoryBuildTargets></PropertyGroup>", true)]
    [DataRow("<PropertyGroup><DirectoryBuildTargetsPath>../other.targets</DirectoryBuildTargetsPath></PropertyGroup>", true)]
    public void OnlyWhatAnEvaluationSetsCounts(string xml, bool told)
    {
        using var repo = Hooked();
        Write(repo, "App/App.csproj", $"<Project>{xml}</Project>");
        Assert.HasCount(told ? 1 : 0, Read(repo));
    }

    [TestMethod]
    [DataRow("<CustomAfterDirectoryBuildProps>mine.props</CustomAfterDirectoryBuildProps>", true)]
    [DataRow("<CustomAfterDirectoryBuildProps>$(CustomAfterDirectoryBuildProps);mine.props</CustomAfterDirectoryBuildProps>", false)]
    [DataRow("<CustomBeforeDirectoryBuildTargets>mine.targets</CustomBeforeDirectoryBuildTargets>", true)]
    [DataRow("<ImportProjectExtensionProps>true</ImportProjectExtensionProps>", true)]
    [DataRow("<ImportProjectExtensionTargets>$(X)</ImportProjectExtensionTargets>", true)]
    [DataRow("<ImportProjectExtensionTargets>false</ImportProjectExtensionTargets>", false)]
    public void TheGateMustNotBeReopened(string xml, bool told)
    {
        using var repo = Hooked();
        Write(repo, "App/App.csproj", $"<Project><PropertyGroup>{xml}</PropertyGroup></Project>");
        Assert.IsEmpty(Read(repo));
        Write(repo, "Gate.props", "");
        Assert.HasCount(told ? 1 : 0, Read(repo, new() { HasGate = true }));
        Assert.HasCount(told ? 1 : 0, Read(repo, new() { HasGate = true, Level = GuardLevel.RestoreHook }));
    }

    [TestMethod]
    public void InARestoreMSBuildDecidesAndTheTextExplains()
    {
        using var repo = Hooked();
        var nested = Write(repo, "App/Directory.Build.props", "<Project />");
        Assert.IsEmpty(Read(repo, new() { Level = GuardLevel.RestoreHook }));
        var told = new GuardFacts { Level = GuardLevel.RestoreHook, Unguarded = [new(repo.Path("App", "App.csproj"), "MSBuild says so")] };
        Assert.Contains(nested, Read(repo, told).Single().Reason);
        File.Delete(nested);
        Assert.AreEqual("MSBuild says so", Read(repo, told).Single().Reason);
    }

    [TestMethod]
    public void ACheckOfTheCommandLineSaysIt()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        foreach (var name in (string[])["props", "targets"])
        {
            Directory.CreateDirectory(repo.InRepo(".buildguard"));
            File.WriteAllText(repo.InRepo(".buildguard", "BuildGuard." + name), "<Project />");
            File.WriteAllText(repo.InRepo("Directory.Build." + name), $"<Project><Import Project=\".buildguard/BuildGuard.{name}\" /></Project>");
        }
        Assert.AreEqual("", repo.Check().Codes());
        File.WriteAllText(repo.InRepo("src", "Directory.Build.targets"), "<Project />");
        Assert.AreEqual("BG0011", repo.Check().Codes());
    }

    private static TempFolder Hooked()
    {
        var temp = new TempFolder();
        foreach (var name in (string[])["props", "targets"])
        {
            Write(temp, ".buildguard/BuildGuard." + name, "<Project />");
            Write(temp, "Directory.Build." + name, $"<Project>\n  <Import Project=\".buildguard/BuildGuard.{name}\" />\n</Project>");
        }
        Write(temp, "build/common.props", "<Project>\n</Project>");
        Write(temp, "App/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">\n<Import Project=\"../build/common.props\" />\n</Project>");
        return temp;
    }

    private static string Write(TempFolder temp, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(temp.Path(path))!);
        File.WriteAllText(temp.Path(path), text);
        return temp.Path(path);
    }

    private static ImmutableArray<UnguardedProject> Read(TempFolder temp, GuardFacts? guard = null) =>
        Inheritance.Read(guard ?? new(), temp.Root, [temp.Path("App", "App.csproj")], new BuildFiles());
}
