using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>What a global.json says of SDKs.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Sdks">Versions of MSBuild SDKs, and where they stand, by name.</param>
/// <param name="HasPaths">Whether it names folders to take the .NET SDK from.</param>
internal sealed record GlobalJson(string Path, ImmutableDictionary<string, (string Version, SourceLocation Location)> Sdks, bool HasPaths)
{
    private const int MaxBytes = 1024 * 1024;

    private const string FileName = "global.json";

    /// <summary>Why the file cannot be read, as a clause; null where it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it decides whose code a build runs. A file that cannot be read may.</summary>
    public bool DecidesWhatRuns => HasPaths || !Sdks.IsEmpty || Problem is not null;

    /// <summary>The global.json that counts for a folder: the nearest, walking up to the root of the file system.</summary>
    public static string? Nearest(string folder)
    {
        return Disk.Up(folder).Select(f => System.IO.Path.Combine(f, FileName)).FirstOrDefault(Disk.IsFile);
    }

    /// <summary>Reads a file.</summary>
    public static GlobalJson Read(string path)
    {
        var none = new GlobalJson(path, ImmutableDictionary<string, (string, SourceLocation)>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase), false);
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return none with { Problem = problem };
        var (tree, trouble) = JsonReading.Read(bytes, path, MaxBytes, lenient: true);
        if (tree is null)
            return none with { Problem = trouble!.Message };
        if (tree.Kind != JsonKind.Object)
            return none with { Problem = "it does not hold an object" };
        var sdks = none.Sdks;
        foreach (var member in tree["msbuild-sdks"] is { Kind: JsonKind.Object } list ? list.Members : [])
            sdks = sdks.SetItem(member.Name, (member.Value.Kind == JsonKind.Text ? member.Value.Text : "", member.NameLocation));
        return new(path, sdks, tree["sdk"] is { Kind: JsonKind.Object } sdk && sdk["paths"] is not null);
    }
}
