using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;

namespace BuildGuard.Cli;

/// <summary>
/// The files that the guard runs from in a build, for a repo to pin: they stand beside the tool. One that is compiled to machine code has nothing beside it and carries the list
/// that its build wrote (src/BuildGuard.Native).
/// </summary>
internal static class GuardFiles
{
    private const string List = "guard-files";

    /// <summary>The broker of seals as machine code, where the package has it.</summary>
    private const string Broker = "buildguard-broker";

    /// <summary>Name, with <c>/</c> between folders, and SHA-256 in lower-case hex of each, ordered by name.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static ImmutableArray<(string Name, string Sha256)> All()
    {
        using var list = Assembly.GetExecutingAssembly().GetManifestResourceStream(List);
        return [.. (list is null ? Beside(AppContext.BaseDirectory) : Listed(list)).OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Name, string Sha256)> Listed(Stream list)
    {
        using var reader = new StreamReader(list);
        while (reader.ReadLine() is { } line)
            yield return (line[65..], line[..64]);
    }

    /// <summary>The runtime reads the .json files: one can name other dlls, or a start-up hook. The tool's own package has more beside them, which nothing reads.</summary>
    private static IEnumerable<(string Name, string Sha256)> Beside(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".dll" or ".json" || Path.GetFileName(f) == Broker)
            .Select(f => (Path.GetRelativePath(folder, f).Replace('\\', '/'), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))));
}
