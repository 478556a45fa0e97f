using System.Text;
using BuildGuard.NuGet.Projects;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Projects;

[TestClass]
public sealed class ProjectTextTests
{
    [TestMethod]
    public void AReferenceHasItsLineAndColumn()
    {
        using var temp = new TempFolder();
        var text = Read(temp, "<Project>\n\t<ItemGroup>\n\t\t<PackageReference Include=\"A\" />  <PackageReference Include=\"x; b ;C\" />\n</ItemGroup>\n</Project>");
        Assert.AreEqual(new(temp.Path("App.csproj"), 3, 3), text.LocationOf("a"));
        Assert.AreEqual(new(temp.Path("App.csproj"), 3, 37), text.LocationOf("B"));
        Assert.AreEqual(new(temp.Path("App.csproj"), 1, 1), text.LocationOf("Elsewhere"));
    }

    [TestMethod]
    public void AGlobalReferenceIsFoundAboveTheProject()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("Directory.Packages.props"), "<Project>\n  <ItemGroup>\n    <GlobalPackageReference Include=\"Everywhere\" Version=\"1.0.0\" />\n  </ItemGroup>\n</Project>");
        var project = Path.Combine(temp.Folder("src", "App"), "App.csproj");
        File.WriteAllText(project, "<Project />");
        Assert.AreEqual(new(temp.Path("Directory.Packages.props"), 3, 5), ProjectText.Read(project, temp.Root).LocationOf("Everywhere"));
    }

    [TestMethod]
    public void NothingAboveTheRootIsRead()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("Directory.Build.props"), "<Project><ItemGroup><PackageReference Include=\"Above\" /></ItemGroup></Project>");
        var project = Path.Combine(temp.Folder("repo"), "App.csproj");
        File.WriteAllText(project, "<Project />");
        Assert.AreEqual(new(project, 1, 1), ProjectText.Read(project, temp.Folder("repo")).LocationOf("Above"));
        Assert.AreEqual(temp.Path("Directory.Build.props"), ProjectText.Read(project, temp.Root).LocationOf("Above").File);
    }

    [TestMethod]
    [DataRow("<!DOCTYPE Project [<!ENTITY a SYSTEM \"secret.txt\">]>", DisplayName = "external entity")]
    [DataRow("<!DOCTYPE Project [<!ENTITY a \"A\">]>", DisplayName = "internal entity")]
    public void EntitiesAreNotExpanded(string declaration)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("secret.txt"), "A");
        var text = Read(temp, declaration + "<Project><ItemGroup><PackageReference Include=\"A\" /><PackageReference Include=\"B\">&a;</PackageReference></ItemGroup></Project>");
        Assert.AreEqual(0, text.Files);
        Assert.IsEmpty(text.PlainReferences());
    }

    [TestMethod]
    [DataRow("<Project>")]
    [DataRow("")]
    [DataRow("<?xml version=\"1.0\" encoding=\"utf-7\"?><Project />")]
    [DataRow("<?xml version=\"1.0\" encoding=\"no-such\"?><Project />")]
    [DataRow("<?xml version=\"1.0\" encoding=\"utf-16\"?><Project />")]
    public void XmlThatCannotBeReadIsLeftOut(string xml)
    {
        using var temp = new TempFolder();
        Assert.AreEqual(new(temp.Path("App.csproj"), 1, 1), Read(temp, xml).LocationOf("A"));
    }

    [TestMethod]
    public void OnlyWhatNoConditionCanChangeIsPlain()
    {
        using var temp = new TempFolder();
        var text = Read(temp, """
            <Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
              <ItemGroup>
                <PackageReference Include="Plain" Version="1.0" />
                <PackageReference Include="$(Id)" />
                <PackageReference Include="@(List)" />
                <PackageReference Include="Removed" />
                <PackageReference Remove="Removed" />
                <PackageReference Include="Updated" Version="1.0" />
                <PackageReference Update="x;updated" Version="2.0" />
                <PackageReference Include="Maybe" Condition="'$(X)' == ''" />
              </ItemGroup>
              <ItemGroup Condition="'$(X)' == ''"><PackageReference Include="Group" /></ItemGroup>
              <Choose><When Condition="true"><ItemGroup><PackageReference Include="Chosen" /></ItemGroup></When></Choose>
              <Target Name="T"><ItemGroup><PackageReference Include="Late" /></ItemGroup></Target>
            </Project>
            """);
        Assert.AreEqual("Plain 1.0", string.Join(", ", text.PlainReferences().Select(r => $"{r.Id} {r.Version}")));
    }

    /// <summary>The tree of a document takes time with the square of its depth.</summary>
    [TestMethod]
    [DataRow(200, true)]
    [DataRow(1_000_000, false)]
    public void DepthIsBounded(int depth, bool read)
    {
        using var temp = new TempFolder();
        var deep = new StringBuilder("<Project>").Insert(9, "<a>", depth).Append("<PackageReference Include=\"A\" />").Insert(9 + (3 * depth) + 32, "</a>", depth).Append("</Project>");
        Assert.AreEqual(read ? 1 : 0, Read(temp, deep.ToString()).Files);
    }

    private static ProjectText Read(TempFolder temp, string xml)
    {
        File.WriteAllText(temp.Path("App.csproj"), xml);
        return ProjectText.Read(temp.Path("App.csproj"), temp.Root);
    }
}
