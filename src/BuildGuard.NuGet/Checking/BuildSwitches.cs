using System.Text.RegularExpressions;

namespace BuildGuard.NuGet.Checking;

/// <summary>Names that decide what an evaluation imports or whose code it loads. A property of such a name is a switch, wherever its value comes from.</summary>
internal static partial class BuildSwitches
{
    // What people set for one build, by nature: none of it brings in a file or takes one away.
    private static readonly HashSet<string> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        "Configuration", "Platform", "TargetFramework", "RuntimeIdentifier", "RuntimeIdentifiers", "SelfContained",
        "Version", "VersionPrefix", "VersionSuffix", "AssemblyVersion", "FileVersion", "InformationalVersion", "PackageVersion", "BuildNumber", "SourceRevisionId",
        "ContinuousIntegrationBuild", "Deterministic", "TreatWarningsAsErrors", "WarningLevel", "LangVersion", "Nullable", "Optimize", "DebugType", "DebugSymbols",
        "UseSharedCompilation", "BuildInParallel", "GenerateDocumentationFile", "UseAppHost", "EnableWindowsTargeting", "RestoreLockedMode", "AccelerateBuildsInVisualStudio",
        "PublishSingleFile", "PublishTrimmed", "PublishAot", "PublishReadyToRun", "ProduceReferenceAssembly", "SatelliteResourceLanguages", "InvariantGlobalization",
    };

    /// <summary>Whether a property is known to be an ordinary setting.</summary>
    public static bool IsSetting(string name) => Settings.Contains(name);

    /// <summary>Whether a property names a file to import or a program to load, switches the repo's build files off, or belongs to the guard.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value as written.</param>
    public static bool IsSwitch(string name, string value) =>
        IsGuards(name) || Import().IsMatch(name) || Tool().IsMatch(name) || (Assembly().IsMatch(name) && (value.Contains('/', StringComparison.Ordinal) || value.Contains('\\', StringComparison.Ordinal)))
        || (PropertyName().IsMatch(name) && BuildFile().IsMatch(value));

    /// <summary>Whether a property is one that takes the repo's build files out of a project, or lets the files of packages in past the guard.</summary>
    public static bool RemovesImports(string name) => Remover().IsMatch(name);

    /// <summary>Whether a property belongs to the guard.</summary>
    public static bool IsGuards(string name) => name.StartsWith("BuildGuard", StringComparison.OrdinalIgnoreCase) || name.StartsWith("_BuildGuard", StringComparison.OrdinalIgnoreCase);

    // The SDK's own names for "import this": CustomBeforeMicrosoftCommonTargets, NuGetRestoreTargets, CSharpCoreTargetsPath, ImportDirectoryBuildProps, …
    [GeneratedRegex(@"^_?[a-z][a-z0-9]{3,}(props|targets)(path|file|shim|basepath)?$|^(MSBuildProjectExtensionsPath|MSBuildUserExtensionsPath|MSBuildExtensionsPath(32|64)?|BaseIntermediateOutputPath)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Import();

    [GeneratedRegex(@"^(csc|vbc|fsc)tool(path|exe)$|^(RoslynTargetsPath|DotnetFscCompilerPath|NetCoreTargetingPackRoot)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tool();

    [GeneratedRegex(@"^_?[a-z][a-z0-9]+assembly(file|fullpath)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assembly();

    [GeneratedRegex(@"^_?[a-z][a-z0-9_.-]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PropertyName();

    [GeneratedRegex(@"[/\\][^/\\;]*\.(props|targets|tasks|proj)\s*(;|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BuildFile();

    [GeneratedRegex(@"^Import(DirectoryBuild|ProjectExtension)(Props|Targets)$|^DirectoryBuild(Props|Targets)Path$|^Custom(Before|After)DirectoryBuild(Props|Targets)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Remover();
}
