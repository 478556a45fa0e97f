using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.TestKit;

/// <summary>
/// A repo in a temp folder, with a local feed beside it and its own packages folder, so that nothing leaks in or out.
/// Its NuGet.config clears everything that user and machine configuration would add; the feed's source is named <c>local</c>.
/// Relative paths use <c>/</c>.
/// </summary>
public sealed class TestRepo : IDisposable
{
    private const string WithoutGenerators =
        """<Target Name="_TestWithoutGenerators" AfterTargets="ResolveTargetingPackAssets"><ItemGroup><Analyzer Remove="@(Analyzer)" Condition="'%(Analyzer.FrameworkReferenceName)' != ''" /></ItemGroup></Target>""";

    /// <summary>By which .NET is told how many processors there are.</summary>
    private const string Processors = "DOTNET_PROCESSOR_COUNT";

    private readonly HashSet<string> _apps = [];
    private readonly List<Action> _last = [];
    private bool _central;

    /// <summary>Creates the folders and the NuGet.config.</summary>
    /// <param name="extraSources">More sources, by name and URL or folder.</param>
    /// <param name="fallbackFolders">Absolute paths of fallback package folders.</param>
    public TestRepo(IEnumerable<(string Name, string Value)>? extraSources = null, IEnumerable<string>? fallbackFolders = null)
    {
        Root = Temp.Folder("repo");
        PackagesFolder = Temp.Folder("packages");
        Feed = new LocalFeed(Temp.Path("feed"));
        Dotnet = new DotnetRunner(Temp);
        // One project builds in one process anyway, and with less effort where nothing is prepared for a second processor. With more to build there are nodes, as users have them.
        Dotnet.Environment[Processors] = "1";
        Write("NuGet.config", NuGetConfig(extraSources ?? [], fallbackFolders ?? []));
    }

    /// <summary>The temp folder that holds the repo, its feed, its packages and the log. The repo's parent folder is its root.</summary>
    public TempFolder Temp { get; } = new();

    /// <summary>Absolute path of the repo.</summary>
    public string Root { get; }

    /// <summary>Absolute path of the global packages folder.</summary>
    public string PackagesFolder { get; }

    /// <summary>The local feed.</summary>
    public LocalFeed Feed { get; }

    /// <summary>Runs commands for this repo.</summary>
    public DotnetRunner Dotnet { get; }

    /// <summary>Runs <c>dotnet</c> in the repo's root; see <see cref="DotnetRunner.Run"/>.</summary>
    public DotnetResult Run(params string[] arguments) => Dotnet.Run(Root, arguments);

    /// <summary>Runs another program than <c>dotnet</c> in the repo's root, as <see cref="Run"/> does.</summary>
    public DotnetResult RunProgram(string program, params string[] arguments)
    {
        (var before, Dotnet.Program) = (Dotnet.Program, program);
        try
        {
            return Dotnet.Run(Root, arguments);
        }
        finally
        {
            Dotnet.Program = before;
        }
    }

    /// <summary>Absolute path of something in the repo.</summary>
    public string Path(string relativePath) => System.IO.Path.Combine(Root, relativePath.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>Absolute path of an extracted package; with <paramref name="file"/> of a file in it.</summary>
    public string PackagePath(string id, string version, string file = "") =>
        System.IO.Path.Combine(PackagesFolder, id.ToLowerInvariant(), version.ToLowerInvariant(), file.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>Writes a text file (UTF-8 without BOM), with its folders; replaces one that is there. Returns its absolute path.</summary>
    public string Write(string relativePath, string text)
    {
        var path = Path(relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Reads a text file.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public string Read(string relativePath) => File.ReadAllText(Path(relativePath));

    /// <summary>Whether there is such a file or folder.</summary>
    public bool Exists(string relativePath) => System.IO.Path.Exists(Path(relativePath));

    /// <summary>
    /// Writes a console app <c>{name}/{name}.{language}proj</c> with a program that prints the name. Returns the project's relative path.
    /// Package versions are left out once <see cref="DirectoryPackagesProps"/> was called.
    /// </summary>
    /// <param name="name">Name of folder, project and assembly.</param>
    /// <param name="packages">Package references; an F# app needs none for FSharp.Core, the SDK carries it.</param>
    /// <param name="tfm">Target framework; several separated by semicolons.</param>
    /// <param name="sdk">MSBuild SDK, with <c>/version</c> if it is a package.</param>
    /// <param name="language"><c>cs</c>, <c>fs</c> or <c>vb</c>.</param>
    /// <param name="extra">More XML inside the <c>Project</c> element.</param>
    /// <param name="generators">Whether the compiler runs the source generators of .NET itself, of which no program here uses any, and which take it longer than all else. Those of packages run in any case.</param>
    /// <exception cref="ArgumentException">The language is none of the three.</exception>
    public string App(string name = "App", (string Id, string Version)[]? packages = null, string tfm = "net10.0", string sdk = "Microsoft.NET.Sdk", string language = "cs", string extra = "", bool generators = false)
    {
        var program = language switch
        {
            "cs" => $"System.Console.WriteLine(\"{name}\");\n",
            "fs" => $"printfn \"{name}\"\n",
            "vb" => $"Module Program\n    Sub Main()\n        System.Console.WriteLine(\"{name}\")\n    End Sub\nEnd Module\n",
            _ => throw new ArgumentException($"Unknown language '{language}'.", nameof(language)),
        };
        if ((_apps.Add(name) && _apps.Count > 1) || tfm.Contains(';'))
            Dotnet.Environment.Remove(Processors);
        Write($"{name}/Program.{language}", program);
        var project = $"{name}/{name}.{language}proj";
        Write(project, $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <{(tfm.Contains(';') ? "TargetFrameworks" : "TargetFramework")}>{tfm}</{(tfm.Contains(';') ? "TargetFrameworks" : "TargetFramework")}>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                {(language == "fs" ? "<Compile Include=\"Program.fs\" />" : "")}
                {string.Join("\n    ", (packages ?? []).Select(p => $"<PackageReference Include=\"{p.Id}\"{(_central ? "" : $" Version=\"{p.Version}\"")} />"))}
              </ItemGroup>
              {extra}{(generators ? "" : WithoutGenerators)}
            </Project>

            """);
        return project;
    }

    /// <summary>Writes <c>Directory.Packages.props</c>, which turns on central package management. Call it before <see cref="App"/>.</summary>
    public string DirectoryPackagesProps(params (string Id, string Version)[] packages)
    {
        _central = true;
        return Write("Directory.Packages.props", $"""
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", packages.Select(p => $"<PackageVersion Include=\"{p.Id}\" Version=\"{p.Version}\" />"))}
              </ItemGroup>
            </Project>

            """);
    }

    /// <summary>Writes <c>global.json</c> with versions of MSBuild SDK packages; the .NET SDK is not pinned.</summary>
    public string GlobalJson(params (string Id, string Version)[] msbuildSdks) =>
        Write("global.json", $"{{ \"msbuild-sdks\": {{ {string.Join(", ", msbuildSdks.Select(s => $"\"{s.Id}\": \"{s.Version}\""))} }} }}\n");

    /// <summary>
    /// Writes a solution over projects (relative paths) and returns its relative path: <c>All.sln</c> or <c>All.slnx</c>. <c>slnf</c> gives <c>Some.slnf</c>, a filter that names the projects,
    /// over an <c>All.sln</c> that is written too unless it is there.
    /// </summary>
    /// <exception cref="ArgumentException">The format is none of <c>sln</c>, <c>slnx</c>, <c>slnf</c>.</exception>
    public string Solution(string format, params string[] projects)
    {
        Dotnet.Environment.Remove(Processors);
        switch (format)
        {
            case "sln":
                Write("All.sln", Sln(projects));
                return "All.sln";
            case "slnx":
                Write("All.slnx", "<Solution>\n" + string.Concat(projects.Select(p => $"  <Project Path=\"{p}\" />\n")) + "</Solution>\n");
                return "All.slnx";
            case "slnf":
                if (!Exists("All.sln")) Solution("sln", projects);
                Write("Some.slnf", $"{{ \"solution\": {{ \"path\": \"All.sln\", \"projects\": [ {string.Join(", ", projects.Select(p => $"\"{p.Replace("/", "\\\\", StringComparison.Ordinal)}\""))} ] }} }}\n");
                return "Some.slnf";
            default:
                throw new ArgumentException($"Unknown solution format '{format}'.", nameof(format));
        }
    }

    /// <summary>Says what is to be done before the temp folder goes, however the test ends: such as to end what it left running.</summary>
    public void Last(Action action) => _last.Add(action);

    /// <summary>Does what was asked for by <see cref="Last"/>, and deletes the temp folder.</summary>
    public void Dispose()
    {
        try
        {
            foreach (var action in _last)
                action();
        }
        finally
        {
            Temp.Dispose();
        }
    }

    private string NuGetConfig(IEnumerable<(string Name, string Value)> extraSources, IEnumerable<string> fallbackFolders)
    {
        static string Add(string key, string value) => $"    <add key=\"{SecurityElement.Escape(key)}\" value=\"{SecurityElement.Escape(value)}\" />\n";

        return $"""
            <configuration>
              <config>
            {Add("globalPackagesFolder", PackagesFolder)}  </config>
              <packageSources>
                <clear />
            {Add("local", Feed.Folder)}{string.Concat(extraSources.Select(s => Add(s.Name, s.Value)))}  </packageSources>
              <auditSources><clear /></auditSources>
              <packageSourceMapping><clear /></packageSourceMapping>
              <disabledPackageSources><clear /></disabledPackageSources>
              <trustedSigners><clear /></trustedSigners>
              <fallbackPackageFolders>
                <clear />
            {string.Concat(fallbackFolders.Select((f, i) => Add("fallback" + i, f)))}  </fallbackPackageFolders>
            </configuration>

            """;
    }

    private static string Sln(string[] projects)
    {
        var text = new StringBuilder("\nMicrosoft Visual Studio Solution File, Format Version 12.00\n# Visual Studio Version 17\n");
        foreach (var project in projects)
        {
            var type = System.IO.Path.GetExtension(project) switch
            {
                ".fsproj" => "F2A71F9B-5D33-465A-A702-920D77279786",
                ".vbproj" => "F184B08F-C81C-45F6-A57F-5ABD9991F28F",
                _ => "FAE04EC0-301F-11D3-BF4B-00C04F79EFBC",
            };
            text.Append($"Project(\"{{{type}}}\") = \"{System.IO.Path.GetFileNameWithoutExtension(project)}\", \"{project.Replace('/', '\\')}\", \"{{{ProjectGuid(project)}}}\"\nEndProject\n");
        }
        text.Append("Global\n\tGlobalSection(SolutionConfigurationPlatforms) = preSolution\n\t\tDebug|Any CPU = Debug|Any CPU\n\t\tRelease|Any CPU = Release|Any CPU\n\tEndGlobalSection\n");
        text.Append("\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\n");
        foreach (var project in projects)
            foreach (var configuration in (string[])["Debug|Any CPU", "Release|Any CPU"])
                text.Append($"\t\t{{{ProjectGuid(project)}}}.{configuration}.ActiveCfg = {configuration}\n\t\t{{{ProjectGuid(project)}}}.{configuration}.Build.0 = {configuration}\n");
        return text.Append("\tEndGlobalSection\nEndGlobal\n").ToString();
    }

    private static string ProjectGuid(string project) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(project)).AsSpan(0, 16)).ToString().ToUpperInvariant();
}
