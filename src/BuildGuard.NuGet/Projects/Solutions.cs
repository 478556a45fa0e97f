using System.Collections.Immutable;
using System.Text.Json;
using BuildGuard.NuGet.Files;
using Microsoft.VisualStudio.SolutionPersistence.Model;
using Microsoft.VisualStudio.SolutionPersistence.Serializer;

namespace BuildGuard.NuGet.Projects;

/// <summary>Finds the projects that a path stands for: a project, a solution (.sln, .slnx), a solution filter (.slnf) or a folder. Nothing is evaluated.</summary>
public static class Solutions
{
    private static readonly ImmutableArray<string> ProjectExtensions = [".csproj", ".fsproj", ".vbproj"];

    // Solution entries that restore no NuGet packages: shared items, compose files, installers, front ends, C++.
    private static readonly ImmutableArray<string> WithoutPackages = [".shproj", ".dcproj", ".vdproj", ".esproj", ".vcxproj"];

    private static readonly ImmutableArray<string> SkippedFolders = ["bin", "obj", "node_modules", "artifacts", ".git", ".vs", ".buildguard"];

    private static readonly EnumerationOptions Plain = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The projects of a path, as full paths.</summary>
    /// <param name="path">Full path of a file or folder. A folder stands for its only solution, else for every project below it.</param>
    /// <returns>The projects, or why they cannot be told: exactly one of the two is null.</returns>
    public static (ImmutableArray<string>? Projects, string? Problem) Expand(string path)
    {
        if (Disk.IsFolder(path))
        {
            var solutions = Disk.Files(path, "*.sln", Plain).Concat(Disk.Files(path, "*.slnx", Plain)).ToList();
            return solutions.Count == 1 ? Expand(solutions[0]) : ([.. Below(path).Order(StringComparer.Ordinal)], null);
        }
        if (FileApps.SourceOf(path) is { } app)
            return ([app], null);
        if (!Disk.IsFile(path))
            return (null, $"{path} does not exist");
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".sln" or ".slnx" => FromSolution(path),
            ".slnf" => FromFilter(path),
            var e when ProjectExtensions.Contains(e) => ([path], null),
            _ => (null, $"{path} is neither a solution nor a C#, F# or Visual Basic project or app"),
        };
    }

    /// <summary>Whether a project file is of a language that this version judges.</summary>
    public static bool IsProject(string path) => ProjectExtensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Folders below a folder that may hold sources, itself first.</summary>
    public static IEnumerable<string> SourceFolders(string root)
    {
        var stack = new Stack<string>([root]);
        while (stack.TryPop(out var folder))
        {
            yield return folder;
            foreach (var child in Disk.Folders(folder, "*", Plain))
            {
                if (!SkippedFolders.Contains(Path.GetFileName(child), StringComparer.OrdinalIgnoreCase))
                    stack.Push(child);
            }
        }
    }

    private static bool RestoresPackages(string project) =>
        !WithoutPackages.Contains(Path.GetExtension(project).ToLowerInvariant()) || Disk.IsFile(Path.Combine(Path.GetDirectoryName(project)!, "packages.config"));

    /// <summary>Full paths of every project below a folder, whether a solution names it or not.</summary>
    internal static IEnumerable<string> Below(string root) => SourceFolders(root).SelectMany(f => Disk.Files(f, "*.*proj", Plain)).Where(IsProject);

    private static (ImmutableArray<string>?, string?) FromSolution(string path)
    {
        try
        {
            if (SolutionSerializers.GetSerializerByMoniker(path) is not { } serializer)
                return (null, $"{path} is not a solution");
            // The library opens the file itself; it is noted here.
            _ = Disk.Length(path);
            var model = serializer.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
            var folder = Path.GetDirectoryName(path)!;
            return ([.. model.SolutionProjects.Select(p => Path.GetFullPath(p.FilePath.Replace('\\', Path.DirectorySeparatorChar), folder)).Where(RestoresPackages)], null);
        }
        catch (Exception e) when (e is SolutionException or IOException or UnauthorizedAccessException or ArgumentException or System.Xml.XmlException)
        {
            return (null, $"{path} cannot be read as a solution ({e.Message.TrimEnd('.')})");
        }
    }

    private static (ImmutableArray<string>?, string?) FromFilter(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path, 16 * 1024 * 1024);
        if (bytes is null)
            return (null, $"{path} cannot be read: {problem}");
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), new() { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var solution = document.RootElement.GetProperty("solution");
            var folder = Path.GetDirectoryName(Path.GetFullPath(solution.GetProperty("path").GetString()!.Replace('\\', '/'), Path.GetDirectoryName(path)!))!;
            return ([.. solution.GetProperty("projects").EnumerateArray().Select(p => Path.GetFullPath(p.GetString()!.Replace('\\', '/'), folder)).Where(RestoresPackages)], null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return (null, $"{path} is not a solution filter");
        }
    }
}
