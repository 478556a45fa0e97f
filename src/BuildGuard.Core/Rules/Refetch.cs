using BuildGuard.Core.Graph;
using NuGet.Versioning;

namespace BuildGuard.Core.Rules;

/// <summary>How a package that must not be used as it lies there comes back: packages, file-based apps, MSBuild SDKs and tools each have a command of their own.</summary>
public static class Refetch
{
    /// <summary>"delete FOLDER and run COMMAND".</summary>
    /// <param name="input">Where the package belongs.</param>
    /// <param name="package">The package.</param>
    /// <param name="fromFeed">Whether NuGet must ask the feed, because what it keeps of its answers may be just as wrong.</param>
    internal static string Steps(CheckInput input, PackageFacts package, bool fromFeed = false) =>
        $"delete {package.Folder ?? "its folder under the packages folder"} and run {Command(input, package, fromFeed)}";

    /// <summary>As <see cref="Steps"/>, at the beginning of a sentence.</summary>
    internal static string Sentence(CheckInput input, PackageFacts package, bool fromFeed = false) => "D" + Steps(input, package, fromFeed)[1..];

    /// <summary>The command that downloads a package after its folder was deleted.</summary>
    /// <inheritdoc cref="Steps"/>
    internal static string Command(CheckInput input, PackageFacts package, bool fromFeed = false)
    {
        var graph = input.Graph;
        bool IsAmong(IEnumerable<PackageFacts> packages) => packages.Any(p => Is(package, p.Id, p.Version));
        // A restore would bring an SDK back as well, and evaluate it before anybody could look at it.
        if (graph.SdkReferences.FirstOrDefault(r => r.PackagesFolder is not null && Is(package, r.Name, r.Version)) is { } sdk)
            return Sdk(sdk, fromFeed);
        if (!IsAmong(graph.Packages) && !IsAmong(graph.Packs) && graph.ToolReferences.FirstOrDefault(r => Is(package, r.Name, r.Version)) is { } tool)
            return Tool(tool, Path.GetDirectoryName(input.Document.Path)!, fromFeed);
        var project = graph.Projects.FirstOrDefault(p => p.Name == package.DependencyPath.FirstOrDefault());
        return $"dotnet restore{(project is { IsApp: true } ? $" {project.RelativePath}" : "")} --force{(fromFeed ? " --no-http-cache" : "")}";
    }

    /// <summary>The command that downloads an MSBuild SDK as data: a restore would evaluate it.</summary>
    /// <param name="reference">The SDK, with version and packages folder.</param>
    /// <param name="fromFeed">As above; the command has no option for it.</param>
    public static string Sdk(SdkReference reference, bool fromFeed = false) =>
        $"{(fromFeed ? "dotnet nuget locals http-cache --clear, then " : "")}dotnet package download {reference.Name}@{reference.Version} --output {reference.PackagesFolder}";

    /// <summary>The command that downloads a tool and runs none.</summary>
    /// <param name="reference">The tool.</param>
    /// <param name="root">Full path of the policy's folder: dotnet looks for manifests there and above.</param>
    /// <param name="fromFeed">As above.</param>
    public static string Tool(ToolReference reference, string root, bool fromFeed = false)
    {
        var folder = Path.GetDirectoryName(reference.Location.File) ?? "";
        if (Path.GetFileName(folder) == ".config")
            folder = Path.GetDirectoryName(folder) ?? "";
        var isFound = folder.Length == 0 || Path.GetRelativePath(root, folder).Split(Path.DirectorySeparatorChar).All(s => s is "." or "..");
        return $"dotnet tool restore{(isFound ? "" : $" --tool-manifest {reference.Location.File}")}{(fromFeed ? " --no-http-cache" : "")}";
    }

    private static bool Is(PackageFacts package, string id, NuGetVersion? version) => package.Version == version && package.Id.Equals(id, StringComparison.OrdinalIgnoreCase);
}
