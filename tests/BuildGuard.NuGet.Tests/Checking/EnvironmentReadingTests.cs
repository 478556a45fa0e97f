using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Checking;

[TestClass]
public sealed class EnvironmentReadingTests
{
    [TestMethod]
    [DataRow("MSBUILDENABLEALLPROPERTYFUNCTIONS", "1")]
    [DataRow("DOTNET_STARTUP_HOOKS", "/x/hook.dll")]
    [DataRow("DOTNET_STARTUP_HOOKS", "/sdk/10.0.401/DotnetTools/dotnet-watch/10.0.401/hook.dll:/x/hook.dll")]
    [DataRow("DOTNET_STARTUP_HOOKS", "/sdk/10.0.401/DotnetTools/dotnet-watch/../../../x/hook.dll")]
    [DataRow("DOTNET_ADDITIONAL_DEPS", "/x")]
    [DataRow("DOTNET_SHARED_STORE", "/x")]
    [DataRow("DOTNET_GCPath", "/x/gc.so")]
    [DataRow("CORECLR_ENABLE_PROFILING", "1")]
    [DataRow("CORECLR_PROFILER_PATH_64", "/x/p.so")]
    [DataRow("CORECLR_ENABLE_NOTIFICATION_PROFILERS", "1")]
    [DataRow("COR_PROFILER", "{x}")]
    [DataRow("LD_PRELOAD", "/x.so")]
    [DataRow("LD_AUDIT", "/x.so")]
    [DataRow("MSBuildSDKsPath", "/x/Sdks")]
    [DataRow("MSBuildExtensionsPath", "/x")]
    [DataRow("MSBuildExtensionsPath", "/sdk/10.0.401/../../x")]
    [DataRow("MSBUILD_EXE_PATH", "/x/MSBuild.dll")]
    [DataRow("MSBuildUserExtensionsPath", "/x")]
    [DataRow("MSBUILDADDITIONALSDKRESOLVERSFOLDER_NETCORE", "/x")]
    [DataRow("NUGET_PLUGIN_PATHS", "/x")]
    [DataRow("NUGET_NETCORE_PLUGIN_PATHS", "/x")]
    [DataRow("DOTNET_NUGET_SIGNATURE_VERIFICATION", "False")]
    [DataRow("ImportDirectoryBuildProps", "false")]
    [DataRow("importdirectorybuildtargets", "false")]
    [DataRow("DirectoryBuildPropsPath", "/x")]
    [DataRow("DirectoryBuildTargetsPath", "/x")]
    [DataRow("_DirectoryBuildTargetsBasePath", "/x")]
    [DataRow("ImportProjectExtensionProps", "true")]
    [DataRow("ImportProjectExtensionTargets", "true")]
    [DataRow("MSBuildProjectExtensionsPath", "/x")]
    [DataRow("CustomBeforeDirectoryBuildProps", "/x")]
    [DataRow("CustomAfterDirectoryBuildTargets", "/x")]
    [DataRow("CUSTOMBEFOREMICROSOFTCOMMONTARGETS", "/x")]
    [DataRow("CustomAfterMicrosoftCommonProps", "/x")]
    [DataRow("CustomAfterMicrosoftCSharpTargets", "/x")]
    [DataRow("CustomAfterMicrosoftCommonCrossTargetingTargets", "/x")]
    [DataRow("BeforeMicrosoftNETSdkTargets", "/x")]
    [DataRow("NuGetRestoreTargets", "/x")]
    [DataRow("CSharpCoreTargetsPath", "/x")]
    [DataRow("AlternateCommonProps", "/x")]
    [DataRow("RestoreTaskAssemblyFile", "/x/y.dll")]
    [DataRow("CscToolPath", "/x")]
    [DataRow("_DirectoryBuildPropsFile", "x.props")]
    [DataRow("AnyNameAtAll", "/x/evil.targets")]
    [DataRow("BuildGuardHook", "x")]
    [DataRow("_BuildGuardNeedsCheck", "false")]
    [DataRow("BUILDGUARDPOLICY", "x")]
    public void AVariableThatLetsForeignCodeInIsTold(string name, string value)
    {
        using var temp = new TempFolder();
        var found = Read(temp, Variables(("HOME", "/root"), (name, value)));
        Assert.HasCount(1, found);
        Assert.AreEqual($"The environment sets {name}.", found[0].What);
        Assert.Contains($"unset {name}.", found[0].Fix);
        Assert.AreEqual(temp.Path("repo", "App.sln"), found[0].Location.File);
    }

    [TestMethod]
    [DataRow("MSBUILDENABLEALLPROPERTYFUNCTIONS", "0")]
    [DataRow("MSBUILDENABLEALLPROPERTYFUNCTIONS", "")]
    [DataRow("CORECLR_ENABLE_PROFILING", "0")]
    [DataRow("DOTNET_NUGET_SIGNATURE_VERIFICATION", "True")]
    [DataRow("DOTNET_STARTUP_HOOKS", "/sdk/10.0.401/DotnetTools/dotnet-watch/10.0.401/tools/net10.0/any/hotreload/net10.0/hook.dll")]
    [DataRow("MSBuildSDKsPath", "/sdk/10.0.401/Sdks")]
    [DataRow("MSBuildExtensionsPath", "/sdk/10.0.401/")]
    [DataRow("MSBuildSDKsPath", "/sdk/10.0.300/Sdks")]
    [DataRow("MSBuildExtensionsPath", "/sdk/10.0.401/DotnetTools/dotnet-watch/10.0.401/tools/net10.0/any/../../../../../..")]
    [DataRow("MSBUILD_EXE_PATH", "/sdk/10.0.401/MSBuild.dll")]
    [DataRow("MSBUILDDISABLENODEREUSE", "1")]
    [DataRow("MSBuildLoadMicrosoftTargetsReadOnly", "true")]
    [DataRow("DOTNET_HOST_PATH", "/usr/bin/dotnet")]
    [DataRow("DOTNET_ROOT", "/usr/share/dotnet")]
    [DataRow("NUGET_PACKAGES", "/packages")]
    [DataRow("UseSharedCompilation", "false")]
    [DataRow("Configuration", "Release")]
    [DataRow("TARGETS", "all")]
    [DataRow("PS1", "$([ $? = 0 ] && echo ok) ")]
    [DataRow("BuildGuardMode", "audit")]
    [DataRow("BuildGuardPolicyFile", "/x/policy.json")]
    [DataRow("BUILDGUARDSTRICT", "true")]
    [DataRow("BuildGuardReport", "/x/out.sarif")]
    [DataRow("BUILDGUARD_PACKAGES", "/x")]
    public void AnOrdinaryVariableIsNot(string name, string value)
    {
        using var temp = new TempFolder();
        Assert.IsEmpty(Read(temp, Variables((name, value)) with { Sdks = ["/sdk/10.0.401/", "/sdk/10.0.300"] }));
    }

    [TestMethod]
    public void VariablesOfOneKindAreOneTrouble()
    {
        using var temp = new TempFolder();
        var found = Read(temp, Variables(("CORECLR_PROFILER", "{x}"), ("CORECLR_ENABLE_PROFILING", "1"), ("LD_PRELOAD", "/x.so")));
        Assert.AreEqual("The environment sets CORECLR_ENABLE_PROFILING, CORECLR_PROFILER. | The environment sets LD_PRELOAD.", string.Join(" | ", found.Select(f => f.What)));
    }

    [TestMethod]
    [DataRow("Directory.Build.rsp", "-rp:ImportDirectoryBuildTargets=false", true)]
    [DataRow("Directory.Build.rsp", "/p:Configuration=Release;Evil=1", true)]
    [DataRow("Directory.Build.rsp", "-v:q --property:BuildGuardMode=off", true)]
    [DataRow("Directory.Build.rsp", "\"-logger:Evil,/x/evil.dll\"", true)]
    [DataRow("Directory.Build.rsp", "-l:x.dll", true)]
    [DataRow("Directory.Build.rsp", "-dl:x.dll", true)]
    [DataRow("Directory.Build.rsp", "-noAutoResponse", true)]
    [DataRow("Directory.Build.rsp", "-restore:false", true)]
    [DataRow("Directory.Build.rsp", "-t:Compile", true)]
    [DataRow("Directory.Build.rsp", "@more.rsp", true)]
    [DataRow("Directory.Build.rsp", "/x/other.proj", true)]
    [DataRow("Directory.Build.rsp", "-nr:false -m:2\n# -p:Evil=1\n\n  -v:minimal /nologo -bl:out.binlog -warnaserror:CS1591\n-p:Configuration=Release;Platform=x64 -rp:RestoreLockedMode=true -flp2:Verbosity=diag", false)]
    [DataRow("src/App/Directory.Build.rsp", "-p:Evil=1", true)]
    [DataRow("src/App/MSBuild.rsp", "-p:Evil=1", true)]
    [DataRow("src/MSBuild.rsp", "-p:Evil=1", false)]
    [DataRow("../Directory.Build.rsp", "-p:Evil=1", true)]
    public void AResponseFileMayHoldSettingsOnly(string file, string text, bool told)
    {
        using var temp = new TempFolder();
        Write(temp, "repo/" + file, "-nologo\n" + text);
        var found = Read(temp);
        Assert.HasCount(told ? 1 : 0, found);
        if (told)
            Assert.AreEqual(new(Path.GetFullPath(temp.Path("repo", file)), 2, 1), found[0].Location);
    }

    [TestMethod]
    public void ANearerResponseFileHidesTheOneAbove()
    {
        using var temp = new TempFolder();
        Write(temp, "repo/Directory.Build.rsp", "-p:Evil=1");
        Write(temp, "repo/src/App/Directory.Build.rsp", "-nologo");
        Assert.IsEmpty(Read(temp, subject: "src/App/App.csproj"));
        Assert.HasCount(1, Read(temp, subject: "App.sln"));
    }

    [TestMethod]
    [DataRow("<Import Project=\"evil.targets\" />", "holds an Import")]
    [DataRow("<Target Name=\"T\" />", "holds a Target")]
    [DataRow("<UsingTask TaskName=\"T\" AssemblyFile=\"x.dll\" />", "holds a UsingTask")]
    [DataRow("<Sdk Name=\"Evil\" />", "holds a Sdk")]
    [DataRow("<Choose><When Condition=\"true\"><PropertyGroup><A>$([System.IO.Directory]::GetParent('x'))</A></PropertyGroup></When></Choose>", "calls a property function")]
    [DataRow("<PropertyGroup Condition=\"$([System.IO.File]::Exists('x'))\" />", "calls a property function")]
    [DataRow("<PropertyGroup><ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets></PropertyGroup>", "sets ImportDirectoryBuildTargets")]
    [DataRow("<PropertyGroup><BuildGuardMode>off</BuildGuardMode></PropertyGroup>", "sets BuildGuardMode")]
    [DataRow("<PropertyGroup><NuGetRestoreTargets>/x</NuGetRestoreTargets></PropertyGroup>", "sets NuGetRestoreTargets")]
    [DataRow("<ItemGroup><Analyzer Include=\"/x/evil.dll\" /></ItemGroup>", "adds Analyzer items")]
    [DataRow("<PropertyGroup><ActiveDebugProfile>App</ActiveDebugProfile><StartProgram>C:\\tools\\run.exe</StartProgram></PropertyGroup><ItemGroup><Compile Update=\"Form1.cs\"><SubType>Form</SubType></Compile></ItemGroup><ProjectExtensions><VisualStudio><FlavorProperties GUID=\"{1}\" /></VisualStudio></ProjectExtensions>", null)]
    public void AUsersProjectFileMayHoldSettingsOnly(string xml, string? says)
    {
        using var temp = new TempFolder();
        foreach (var file in (string[])["src/App/App.csproj.user", "before.App.sln.targets", "after.App.slnx.targets"])
        {
            var path = Write(temp, "repo/" + file, $"<Project>\n  {xml}\n</Project>\n");
            var found = Read(temp);
            Assert.HasCount(says is null ? 0 : 1, found);
            if (says is not null)
            {
                Assert.AreEqual($"{Path.GetFileName(path)} {says}.", found[0].What);
                Assert.AreEqual((path, 2), (found[0].Location.File, found[0].Location.Line));
            }
            File.Delete(path);
        }
    }

    [TestMethod]
    [DataRow("<Project InitialTargets=\"T\" />", "has InitialTargets")]
    [DataRow("<Project TreatAsLocalProperty=\"X\" />", "has TreatAsLocalProperty")]
    [DataRow("<!DOCTYPE Project><Project />", "cannot be judged")]
    [DataRow("<Project>", "cannot be judged")]
    public void AUsersProjectFileThatCannotBeJudgedIsTold(string xml, string says)
    {
        using var temp = new TempFolder();
        Write(temp, "repo/src/App/App.csproj.user", xml);
        Assert.Contains(says, Read(temp).Single().What);
    }

    [TestMethod]
    public void AFileInTheUsersExtensionFoldersIsTold()
    {
        using var temp = new TempFolder();
        var machine = Machine.Bare with { UserExtensions = temp.Path("user", "MSBuild") };
        Assert.IsEmpty(Read(temp, machine));
        Write(temp, "user/MSBuild/Current/readme.txt", "");
        Assert.IsEmpty(Read(temp, machine));
        var file = Write(temp, "user/MSBuild/Current/Microsoft.Common.targets/ImportAfter/x", "<Project />");
        Write(temp, "user/MSBuild/Current/SolutionFile/ImportBefore/y.targets", "<Project />");
        var found = Read(temp, machine);
        Assert.HasCount(2, found);
        Assert.AreEqual(file, found[0].Location.File);
    }

    [TestMethod]
    [DataRow("Directory.Build.props")]
    [DataRow("Directory.Build.targets")]
    [DataRow("Directory.Packages.props")]
    [DataRow("Directory.Solution.targets")]
    public void AFileAboveTheRepoIsToldUnlessTheRepoHasItsOwn(string name)
    {
        using var temp = new TempFolder();
        var outside = Write(temp, name, "<Project />");
        Write(temp, "repo/App.sln", "");
        Assert.AreEqual(outside, Read(temp).Single().Location.File);
        Write(temp, "repo/" + name, "<Project />");
        Assert.IsEmpty(Read(temp));
        Write(temp, "repo/" + name, $"<Project>\n<Import Project=\"$([MSBuild]::GetPathOfFileAbove('{name}', '$(MSBuildThisFileDirectory)../'))\" />\n</Project>");
        Assert.AreEqual(outside, Read(temp).Single().Location.File);
        File.Delete(outside);
        Assert.IsEmpty(Read(temp));
    }

    [TestMethod]
    public void TheRepoIsWhereGitIs()
    {
        using var temp = new TempFolder();
        Write(temp, "Directory.Build.props", "<Project />");
        temp.Folder(".git");
        Assert.IsEmpty(Read(temp));
    }

    [TestMethod]
    [DataRow("""{ "sdk": { "version": "10.0.100", "paths": [ ".dotnet" ] } }""", true)]
    [DataRow("""{ "msbuild-sdks": { "Microsoft.NET.Sdk": "1.0.0" } }""", true)]
    [DataRow("{", true)]
    [DataRow("""{ "sdk": { "version": "10.0.100" } /* fine */ }""", false)]
    public void AGlobalJsonAboveTheRepoMustNotDecideWhatRuns(string json, bool told)
    {
        using var temp = new TempFolder();
        Write(temp, "global.json", json);
        Assert.HasCount(told ? 1 : 0, Read(temp));
        Write(temp, "repo/global.json", json);
        Assert.IsEmpty(Read(temp));
    }

    [TestMethod]
    public void ACheckLooksAtTheEnvironment()
    {
        using var repo = FakeRestore.Unsigned().Install("A").App("A/1.0.0").Lock();
        var request = repo.Request();
        Assert.AreEqual("", FakeRestore.Check(request).Codes());
        Assert.AreEqual("BG4009", FakeRestore.Check(request with { Machine = Variables(("LD_PRELOAD", "/x.so")) with { Sdks = request.Machine!.Sdks } }).Codes());
    }

    /// <summary>The test host runs under dotnet test, so this is what a plain build has as well.</summary>
    [TestMethod]
    public void ThisMachineIsSeen()
    {
        var machine = Machine.Current();
        Assert.IsNotEmpty(machine.Variables);
        Assert.IsNotEmpty(machine.Sdks);
        Assert.IsTrue(File.Exists(Path.Combine(machine.Sdks[0], "MSBuild.dll")), machine.Sdks[0]);
    }

    private static Machine Variables(params (string Name, string Value)[] variables) => Machine.Bare with { Variables = variables.ToImmutableDictionary(v => v.Name, v => v.Value) };

    private static string Write(TempFolder temp, string path, string text)
    {
        var full = Path.GetFullPath(temp.Path(path));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    private static ImmutableArray<EnvironmentTrouble> Read(TempFolder temp, Machine? machine = null, string subject = "App.sln")
    {
        var project = Write(temp, "repo/src/App/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        return EnvironmentReading.Read(temp.Path("repo"), [project], temp.Path("repo", subject), machine ?? Machine.Bare, new BuildFiles());
    }
}
