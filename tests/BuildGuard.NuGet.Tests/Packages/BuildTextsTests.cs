using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;

namespace BuildGuard.NuGet.Tests.Packages;

[TestClass]
public sealed class BuildTextsTests
{
    [TestMethod]
    [DataRow("<Target Name='T' />", "DefinesTarget T")]
    [DataRow("<Target Name='T'><Exec Command='curl x' /></Target>", "DefinesTarget T; RunsCommand curl x")]
    [DataRow("<Target Name='T'><DownloadFile SourceUrl='u' /></Target>", "DefinesTarget T; Downloads u")]
    [DataRow("<UsingTask TaskName='A.B' AssemblyFile='$(MSBuildThisFileDirectory)t.dll' />", "RegistersTask A.B from $(MSBuildThisFileDirectory)t.dll")]
    [DataRow("<UsingTask TaskName='A' TaskFactory='RoslynCodeTaskFactory' AssemblyName='X' />", "InlineTask A from X by RoslynCodeTaskFactory")]
    [DataRow("<UsingTask TaskName='A' TaskFactory='$(Factory)' AssemblyFile='X.dll' />", "InlineTask A from X.dll by $(Factory)")]
    [DataRow("<UsingTask TaskName='A' TaskFactory='TaskHostFactory' AssemblyFile='X.dll' />", "RegistersTask A from X.dll by TaskHostFactory")]
    [DataRow("<UsingTask TaskName='A' TaskFactory='assemblytaskfactory' AssemblyFile='X.dll' />", "RegistersTask A from X.dll by assemblytaskfactory")]
    [DataRow("<Import Project='other.props' />", "Imports other.props")]
    [DataRow("<Import Project='Sdk.props' Sdk='Evil' Version='1' />", "ImportsSdk Evil/1")]
    [DataRow("<Sdk Name='Evil' Version='2' />", "ImportsSdk Evil/2")]
    [DataRow("<PropertyGroup><BuildGuardMode>off</BuildGuardMode></PropertyGroup>", "TouchesGuard BuildGuardMode")]
    [DataRow("<PropertyGroup><importprojectextensionprops>true</importprojectextensionprops></PropertyGroup>", "TouchesGuard importprojectextensionprops")]
    [DataRow("<Target Name='_BuildGuardShut' />", "DefinesTarget _BuildGuardShut; TouchesGuard _BuildGuardShut")]
    [DataRow("<Target Name='T' BeforeTargets='Build; _BuildGuardSeal' />", "DefinesTarget T; TouchesGuard _BuildGuardSeal")]
    [DataRow("<Target Name='T' AfterTargets='_buildguardverifyfiles' />", "DefinesTarget T; TouchesGuard _buildguardverifyfiles")]
    [DataRow("<Target Name='T' BeforeTargets='$(X)' />", "DefinesTarget T")]
    [DataRow("<Target Name='T' BeforeTargets='Build' DependsOnTargets='A' />", "DefinesTarget T")]
    [DataRow("<Target Name='T' BeforeTargets='%5fX' DependsOnTargets='A' />", "DefinesTarget T; TouchesGuard a target that hangs on %5fX and depends on A")]
    [DataRow("<Target Name='T' AfterTargets='A;$(X)' DependsOnTargets='$(Y)' />", "DefinesTarget T; TouchesGuard a target that hangs on A;$(X) and depends on $(Y)")]
    [DataRow("<Target Name='T'><CreateProperty Value='off'><Output TaskParameter='Value' PropertyName='_BuildGuardOpen' /></CreateProperty></Target>", "DefinesTarget T; TouchesGuard _BuildGuardOpen")]
    [DataRow("<UsingTask TaskName='microsoft.build.tasks.MSBuil%64' AssemblyFile='x.dll' />", "RegistersTask microsoft.build.tasks.MSBuil%64 from x.dll; TouchesGuard microsoft.build.tasks.MSBuil%64")]
    [DataRow("<UsingTask TaskName='BuildGuard.Tasks.CheckPackages' AssemblyFile='x.dll' Override='true' />", "RegistersTask BuildGuard.Tasks.CheckPackages from x.dll; TouchesGuard BuildGuard.Tasks.CheckPackages")]
    [DataRow("<Target Name='%5fBuildGuardSeal' />", "DefinesTarget _BuildGuardSeal; TouchesGuard _BuildGuardSeal")]
    [DataRow("<Target Name='T&#160;' />", "DefinesTarget T\u00A0; TouchesGuard T\u00A0")]
    [DataRow("<Target Name='T' BeforeTargets='%5fBuildGuard%53eal' />", "DefinesTarget T; TouchesGuard _BuildGuardSeal")]
    [DataRow("<ItemGroup><ProjectCachePlugin Include='$(MSBuildThisFileDirectory)x.dll' /></ItemGroup>", "TouchesGuard ProjectCachePlugin")]
    [DataRow("<ItemGroup><ProjectCachePlugin Remove='@(ProjectCachePlugin)' /></ItemGroup>", "")]
    [DataRow("<PropertyGroup><A>$([MSBuild]::Register<!-- -->buildCheck('x.dll'))</A></PropertyGroup>", "TouchesGuard RegisterBuildCheck")]
    [DataRow("<ItemGroup><A Include=\"$([MSBuild]::RegisterBuildCheck('x.dll'))\" /></ItemGroup>", "TouchesGuard RegisterBuildCheck")]
    public void SaysWhatAFileShows(string body, string expected) => Assert.AreEqual(expected, Traits($"<Project>{body}</Project>"));

    [TestMethod]
    public void AttributesOfTheProjectCount() =>
        Assert.AreEqual("InitialTargets A;B; ImportsSdk Evil/1.0; TouchesGuard BuildGuardMode", Traits("<Project InitialTargets='A;B' Sdk='Evil/1.0' TreatAsLocalProperty='X;BuildGuardMode' />"));

    /// <summary>What stays in the folders that an approval covers is not reaching out; everything that reading cannot follow is.</summary>
    [TestMethod]
    [DataRow("$(MSBuildThisFileDirectory)../tools/gen.exe", false)]
    [DataRow("$(MSBuildThisFileDirectory)..\\..\\tools\\gen.exe", true)]
    [DataRow("$(MSBuildThisFileDirectory)other.props", false)]
    [DataRow("$(MSBuildThisFileDirectory)../lib/net10.0/x.dll", true)]
    [DataRow("$(MSBuildThisFileDirectory)../runtimes/linux-x64/native/x.so", true)]
    [DataRow("$(MSBuildThisFileDirectory)../../../other/1.0.0/x.dll", true)]
    [DataRow("$(MSBuildThisFileDirectory)../$(Folder)/x.dll", true)]
    [DataRow("$(Here)../tools/x.exe", true)]
    [DataRow("$(NuGetPackageRoot)other/1.0.0/x.dll", true)]
    [DataRow("$(PkgOther)/x.dll", true)]
    [DataRow("$([System.IO.Path]::GetDirectoryName($(MSBuildThisFileDirectory)))", true)]
    [DataRow("$([System.IO.Directory]::GetParent('.'))", true)]
    [DataRow("$([MSBuild]::Unescape('%2e%2e/lib'))", true)]
    [DataRow("..", true)]
    [DataRow("$(MSBuildThisFileDirectory)%2e%2e/l%69b/net10.0/x.dll", true)]
    [DataRow("plain text", false)]
    public void KnowsWhatLeadsOutOfTheFolder(string text, bool reaches) =>
        Assert.AreEqual(reaches, Traits($"<Project><PropertyGroup><P>{System.Security.SecurityElement.Escape(text)}</P></PropertyGroup></Project>").Contains("ReachesOut", StringComparison.Ordinal));

    [TestMethod]
    [DataRow("<?xml version='1.0' encoding='utf-16'?><Project />")]
    [DataRow("<?xml version='1.0' encoding='windows-1252'?><Project>é</Project>")]
    [DataRow("<!DOCTYPE Project [ <!ENTITY a 'b'> ]><Project>&a;</Project>")]
    [DataRow("<Project>")]
    [DataRow("<NotAProject />")]
    [DataRow("")]
    public void WhatIsNotPlainMSBuildTextIsUnreadable(string text) => Assert.StartsWith("Unreadable", Traits(text));

    [TestMethod]
    public void BytesThatAreNotUtf8AreUnreadable()
    {
        Assert.StartsWith("Unreadable", Say([.. "<Project><!-- "u8, 0xE9, .. " --></Project>"u8]));
        Assert.StartsWith("Unreadable", Say(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("<Project />")).ToArray()));
        Assert.AreEqual("", Say([0xEF, 0xBB, 0xBF, .. "<Project />"u8]));
    }

    /// <summary>A list that was cut short must not look like all there is.</summary>
    [TestMethod]
    public void AFloodOfTraitsIsCutAndCountsAsReachingOut()
    {
        var traits = BuildTexts.Read("build/A.targets", Encoding.UTF8.GetBytes($"<Project>{string.Concat(Enumerable.Repeat("<Target Name='T' />", 5000))}</Project>")).ToList();
        Assert.HasCount(2001, traits);
        Assert.AreEqual(BuildTraitKind.ReachesOut, traits[^1].Kind);
    }

    /// <summary>What no approval covers is not buried under what one covers.</summary>
    [TestMethod]
    public void AFloodOfTraitsHidesNothingThatTouchesTheGuard()
    {
        var flood = string.Concat(Enumerable.Repeat("<Target Name='T' />", 3000));
        var traits = Traits($"<Project>{flood}<Target Name='_BuildGuardSeal' /><Import Project='a' Sdk='Evil' />{flood}</Project>");
        Assert.EndsWith("; TouchesGuard _BuildGuardSeal; ImportsSdk Evil; ReachesOut it says more than 2,000 things", traits);
        Assert.Contains("Unreadable it says more than 4,000 things", Traits($"<Project>{flood}{string.Concat(Enumerable.Repeat("<Import Project='a' Sdk='Evil' />", 3000))}</Project>"));
    }

    /// <summary>An import can name any file, so a name hides nothing; of what MSBuild cannot read, nothing is said.</summary>
    [TestMethod]
    [DataRow("build/x.inc", "<Project><Target Name='_BuildGuardSeal' /></Project>", "OtherText ; DefinesTarget _BuildGuardSeal; TouchesGuard _BuildGuardSeal")]
    [DataRow("x", "\uFEFF\n <m:Project xmlns:m='a'><m:Import Project='b' Sdk='Evil' Version='1' /></m:Project>", "OtherText ; ImportsSdk Evil/1")]
    [DataRow("content/App.csproj", "<Project><Import Project='../lib/x.props' /></Project>", "OtherText ; Imports ../lib/x.props")]
    [DataRow("tools/x.dat", "<!DOCTYPE Project><Project><Target Name='T' /></Project>", "OtherText ; Unreadable it is not valid XML")]
    [DataRow("tools/x.targets", "<!DOCTYPE Project><Project><Target Name='T' /></Project>", "Unreadable it is not valid XML")]
    [DataRow("tools/x.targets", "<?xml version='1.0' encoding='utf-16'?><Project />", "Unreadable it declares the encoding utf-16")]
    [DataRow("lib/net10.0/x.dll", "<Project><Target Name='_BuildGuardSeal' /></Project>", "OtherText ; DefinesTarget _BuildGuardSeal; TouchesGuard _BuildGuardSeal")]
    [DataRow("lib/x.xml", "<doc>This is no <Project /></doc>", "")]
    [DataRow("tools/template.xml", "<Project><%= Name %></Project>", "")]
    public void TextUnderAnotherNameCounts(string path, string text, string expected) =>
        Assert.AreEqual(expected, string.Join("; ", BuildTexts.Read(path, Encoding.UTF8.GetBytes(text)).Select(t => $"{t.Kind} {t.Detail}")));

    [TestMethod]
    public void TextUnderAnotherNameInAnotherEncodingIsUnreadable() =>
        Assert.AreEqual("OtherText ; Unreadable it is not UTF-8", string.Join("; ", BuildTexts.Read("tools/x.dat", (byte[])[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("<Project />")]).Select(t => $"{t.Kind} {t.Detail}")));

    [TestMethod]
    public void DepthIsBounded()
    {
        var text = string.Concat(Enumerable.Repeat("<a>", 100_000));
        Assert.StartsWith("Unreadable", Traits(text));
        Assert.StartsWith("Unreadable", Traits("<Project>" + text + string.Concat(Enumerable.Repeat("</a>", 100_000)) + "</Project>"));
    }

    private static string Traits(string text) => Say(Encoding.UTF8.GetBytes(text));

    private static string Say(byte[] bytes) => string.Join("; ", BuildTexts.Read("build/A.targets", bytes).Select(t => $"{t.Kind} {t.Detail}"));
}
