using BuildGuard.NuGet.Gate;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class GeneratedImportsTests
{
    private const string Head = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n<Project ToolsVersion=\"14.0\" xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n";

    private const string Properties = """
          <PropertyGroup Condition=" '$(ExcludeRestorePackageImports)' != 'true' ">
            <ProjectAssetsFile Condition=" '$(ProjectAssetsFile)' == '' ">$(MSBuildThisFileDirectory)project.assets.json</ProjectAssetsFile>
            <NuGetPackageRoot Condition=" '$(NuGetPackageRoot)' == '' ">/packages/</NuGetPackageRoot>
          </PropertyGroup>
          <ItemGroup Condition=" '$(ExcludeRestorePackageImports)' != 'true' ">
            <SourceRoot Include="/packages/" />
          </ItemGroup>
        """;

    private const string Import = "<Import Project=\"$(NuGetPackageRoot)a/1.0.0/build/A.props\" Condition=\"Exists('$(NuGetPackageRoot)a/1.0.0/build/A.props')\" />";

    [TestMethod]
    public void WhatRestoreWrites()
    {
        using var temp = new TempFolder();
        var imports = Read(temp, Properties + Group("", Import) + Group("'$(TargetFramework)' == 'net10.0' AND ", Import) + Group("'$(TargetFramework)' == '' AND ", Import)
            + "<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><PkgA_B Condition=\" '$(PkgA_B)' == '' \">/packages/a.b/1.0.0</PkgA_B></PropertyGroup>").Imports!;
        CollectionAssert.AreEqual((string?[])[null, "net10.0", ""], imports.Props.Select(p => p.Framework).ToArray());
        Assert.IsTrue(imports.Props.All(p => p.Path == "/packages/a/1.0.0/build/A.props"));
        CollectionAssert.AreEqual((string[])["/packages/"], imports.SourceRoots);
        Assert.AreEqual(temp.Path("obj/project.assets.json"), imports.Properties[0].Value);
        Assert.AreEqual(new GeneratedProperty("PkgA_B", "/packages/a.b/1.0.0", null), imports.Properties[^1]);
    }

    [TestMethod]
    public void ContentOfPackages()
    {
        using var temp = new TempFolder();
        var content = Read(temp, Properties + """
            <ItemGroup Condition=" '$(Language)' != 'C#' AND '$(Language)' != 'F#' AND '$(TargetFramework)' == 'net10.0' AND '$(ExcludeRestorePackageImports)' != 'true' ">
              <Compile Include="$(NuGetPackageRoot)a/1.0.0/contentFiles/any/any/x.vb" Condition="Exists('$(NuGetPackageRoot)a/1.0.0/contentFiles/any/any/x.vb')">
                <NuGetPackageId>A</NuGetPackageId>
                <Link>x.vb</Link>
              </Compile>
            </ItemGroup>
            """).Imports!.Content.Single();
        Assert.AreEqual("Compile", content.ItemType);
        Assert.AreEqual(new GeneratedImport("/packages/a/1.0.0/contentFiles/any/any/x.vb", false, "net10.0"), content.File);
        CollectionAssert.AreEqual((string[])["!= 'C#'", "!= 'F#'"], content.Languages);
        CollectionAssert.AreEqual(((string, string)[])[("NuGetPackageId", "A"), ("Link", "x.vb")], content.Metadata);
    }

    [TestMethod]
    public void NoFilesAreNoImports()
    {
        using var temp = new TempFolder();
        Assert.IsEmpty(GeneratedImports.Read(temp.Path("obj/project.assets.json"), "App.csproj").Imports!.Props);
    }

    /// <summary>Each is one edit of a file that restore wrote; a no-op restore keeps it.</summary>
    [TestMethod]
    [DataRow("<Target Name=\"x\" />")]
    [DataRow("<PropertyGroup><NuGetPackageRoot>/x</NuGetPackageRoot></PropertyGroup>")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' or true \" />")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \" Label=\"x\" />")]
    [DataRow("<PropertyGroup Condition=\" '$([System.IO.File]::ReadAllText(x))' != 'true' \" />")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><NuGetProjectStyle Condition=\" '$(NuGetProjectStyle)' == '' \">$([System.IO.Directory]::GetParent('a/b').Delete())</NuGetProjectStyle></PropertyGroup>")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><CustomAfterMicrosoftCommonTargets Condition=\" '$(CustomAfterMicrosoftCommonTargets)' == '' \">/x.targets</CustomAfterMicrosoftCommonTargets></PropertyGroup>")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><NuGetProjectStyle>x</NuGetProjectStyle></PropertyGroup>")]
    [DataRow("<PropertyGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><PkgX-Y Condition=\" '$(PkgX-Y)' == '' \">x</PkgX-Y></PropertyGroup>")]
    [DataRow("<ItemGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Compile Include=\"/x.cs\" /></ItemGroup>")]
    [DataRow("<ItemGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><SourceRoot Include=\"@(Compile)\" /></ItemGroup>")]
    [DataRow("<ImportGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Import Project=\"$(NuGetPackageRoot)a/../../x.props\" Condition=\"Exists('$(NuGetPackageRoot)a/../../x.props')\" /></ImportGroup>")]
    [DataRow("<ImportGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Import Project=\"$(X)a.props\" Condition=\"Exists('$(X)a.props')\" /></ImportGroup>")]
    [DataRow("<ImportGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Import Project=\"relative.props\" Condition=\"Exists('relative.props')\" /></ImportGroup>")]
    [DataRow("<ImportGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Import Project=\"Sdk.props\" Sdk=\"Evil\" Condition=\"Exists('Sdk.props')\" /></ImportGroup>")]
    [DataRow("<ImportGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Import Project=\"/a.props\" Condition=\"Exists('/b.props')\" /></ImportGroup>")]
    [DataRow("<ItemGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Compile Include=\"/a\" Condition=\"Exists('/a')\"><X>1</X></Compile></ItemGroup>")]
    [DataRow("<ItemGroup Condition=\" '$(ExcludeRestorePackageImports)' != 'true' \"><Compile Include=\"/a\" Condition=\"Exists('/a')\"><Link>$(X)</Link></Compile></ItemGroup>")]
    [DataRow("<PropertyGroup Condition=\" '$(Language)' == 'C#' AND '$(ExcludeRestorePackageImports)' != 'true' \" />")]
    [DataRow("<!-- no end")]
    public void AnEditIsNotAccepted(string edit)
    {
        using var temp = new TempFolder();
        var (imports, problem) = Read(temp, Properties + edit);
        Assert.IsNull(imports);
        Assert.EndsWith("App.csproj.nuget.g.props", problem!.Path);
        Assert.IsGreaterThan(0, problem.What.Length);
    }

    [TestMethod]
    public void AnAttributeOfTheRootIsNotAccepted()
    {
        using var temp = new TempFolder();
        Assert.IsNotNull(Read(temp, "", "<Project InitialTargets=\"x\">").Problem);
    }

    private static string Group(string condition, string body) =>
        $"<ImportGroup Condition=\" {condition}'$(ExcludeRestorePackageImports)' != 'true' \">{body}</ImportGroup>";

    private static (GeneratedImports? Imports, GeneratedProblem? Problem) Read(TempFolder temp, string body, string head = Head)
    {
        File.WriteAllText(Path.Combine(temp.Folder("obj"), "App.csproj.nuget.g.props"), head + body + "</Project>");
        return GeneratedImports.Read(temp.Path("obj/project.assets.json"), "App.csproj");
    }
}
