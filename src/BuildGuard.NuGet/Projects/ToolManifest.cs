using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>What a manifest of tools says.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Tools">Ids and versions as written, and where they stand.</param>
internal sealed record ToolManifest(string Path, IReadOnlyList<(string Id, string Version, SourceLocation Location)> Tools)
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxTools = 1000;

    // In this order dotnet looks for them in a folder.
    private static readonly string[] Names = [System.IO.Path.Combine(".config", "dotnet-tools.json"), "dotnet-tools.json"];

    /// <summary>Why the file cannot be read, as a clause; null where it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The manifests that count in a folder.</summary>
    public static IEnumerable<string> In(string folder) => Names.Select(n => System.IO.Path.Combine(folder, n)).Where(Disk.IsFile);

    /// <summary>Reads a file. Never throws for what it holds.</summary>
    public static ToolManifest Read(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return new(path, []) { Problem = problem };
        var (tree, trouble) = JsonReading.Read(bytes, path, MaxBytes, lenient: true);
        if (tree is null)
            return new(path, []) { Problem = trouble!.Message.TrimEnd('.') };
        if (tree["tools"] is not { Kind: JsonKind.Object, Members.Length: <= MaxTools } tools)
            return new(path, []) { Problem = "it has no object \"tools\" of a usual size" };
        return new(path, [.. tools.Members.Select(m => (m.Name, m.Value["version"] is { Kind: JsonKind.Text } v ? v.Text : "", m.NameLocation))]);
    }
}
