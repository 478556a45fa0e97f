using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>
/// File-based apps: a C# file that <c>dotnet run app.cs</c> builds by a project that exists only in memory, <c>app.cs.csproj</c> beside it. What restore writes for it
/// lies in the user's folder for application data. Tried with SDK 10.0.401.
/// </summary>
public static class FileApps
{
    private const int MaxBytes = 16 * 1024 * 1024;
    private const int MaxLines = 2000;
    private const string Extension = ".cs";

    /// <summary>A line "#:kind Name@Value" at the head of an app.</summary>
    /// <param name="Kind">"sdk", "package", "project" or "property".</param>
    /// <param name="Name">What stands before the @, trimmed.</param>
    /// <param name="Value">What follows it, trimmed; "" where there is none.</param>
    /// <param name="Location">Where.</param>
    internal sealed record Directive(string Kind, string Name, string Value, SourceLocation Location);

    /// <summary>Whether a path is that of a C# file, and not of a project.</summary>
    public static bool IsApp(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The C# file of a project that exists only in memory, or of itself; null for what is neither.</summary>
    /// <param name="path">Full path.</param>
    public static string? SourceOf(string path)
    {
        if (IsApp(path))
            return Disk.IsFile(path) ? path : null;
        if (!path.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) || Disk.IsFile(path))
            return null;
        var without = path[..^".csproj".Length];
        return IsApp(without) && Disk.IsFile(without) ? without : null;
    }

    /// <summary>The assets file that a restore of an app left on this machine; null where there is none.</summary>
    /// <param name="source">Full path of the C# file.</param>
    public static string? AssetsOf(string source)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.ToUpperInvariant())));
        return ((string[])[Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), Path.GetTempPath()])
            .Where(f => f.Length > 0).Select(f => Path.Combine(f, "dotnet", "runfile")).Where(Disk.IsFolder)
            .SelectMany(f => Disk.Folders(f, "*-" + hash)).Select(f => Path.Combine(f, "obj", "project.assets.json")).FirstOrDefault(Disk.IsFile);
    }

    /// <summary>The C# files that belong to no project, each of which may be an app.</summary>
    /// <param name="root">Folder to look in.</param>
    /// <param name="projects">Full paths of the projects: what lies in the folder of one, or below it, belongs to it.</param>
    public static IEnumerable<string> Below(string root, IEnumerable<string> projects)
    {
        var taken = projects.Where(p => !IsApp(p)).Select(p => Path.GetDirectoryName(p)!).Where(f => f != root).ToHashSet();
        return Solutions.SourceFolders(root).Where(f => !BuildFiles.FoldersUp(f, root).Any(taken.Contains)).SelectMany(f => Disk.Files(f, "*" + Extension)).Order(StringComparer.Ordinal);
    }

    /// <summary>The apps below a folder that were restored on this machine.</summary>
    /// <param name="folder">Full path of the folder.</param>
    /// <param name="projects">Full paths of the projects: what belongs to one is no app.</param>
    /// <param name="among">Full paths of the files that count, asked for where there is one that may; null for any.</param>
    public static IEnumerable<string> Restored(string folder, IEnumerable<string> projects, Lazy<ImmutableArray<string>>? among) =>
        Below(folder, projects).Where(a => AssetsOf(a) is not null && among?.Value.Contains(a) != false);

    /// <summary>The apps of a repo that name packages, with what they name. It is read as text, so that it is the same wherever the repo lies.</summary>
    /// <param name="root">The policy's folder.</param>
    internal static IEnumerable<AppFacts> NamingPackages(string root) =>
        from path in Below(root, Solutions.Below(root))
        let packages = Directives(path).Where(d => d.Kind == "package").Select(d => new AppPackage(d.Name, d.Location)).ToImmutableArray()
        where !packages.IsEmpty
        select new AppFacts(Path.GetRelativePath(root, path).Replace('\\', '/'), packages);

    /// <summary>The directives of an app, which stand before its first line of code; none where the file cannot be read.</summary>
    internal static IEnumerable<Directive> Directives(string path)
    {
        if (BoundedFile.Read(path, MaxBytes).Bytes is not { } bytes)
            yield break;
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var inComment = false;
        for (var line = 1; line <= MaxLines && reader.ReadLine() is { } read; line++)
        {
            var text = read.Trim();
            if (inComment || text.StartsWith("/*", StringComparison.Ordinal))
            {
                inComment = !text.Contains("*/", StringComparison.Ordinal);
                continue;
            }
            if (text.StartsWith("#:", StringComparison.Ordinal))
            {
                var end = text.AsSpan().IndexOfAny(' ', '\t');
                var (kind, value) = end < 0 ? (text[2..], "") : (text[2..end], text[end..].Trim());
                var at = value.IndexOf('@', StringComparison.Ordinal);
                yield return new(kind, at < 0 ? value : value[..at].Trim(), at < 0 ? "" : value[(at + 1)..].Trim(), new(path, line, read.IndexOf("#:", StringComparison.Ordinal) + 1));
            }
            else if (text.Length > 0 && text[0] != '#' && !text.StartsWith("//", StringComparison.Ordinal))
            {
                yield break;
            }
        }
    }
}
