using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core.Findings;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>A build file as text: what it says, without what evaluation would make of it.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Root">Its root element; null where it cannot be read.</param>
/// <param name="Problem">Why it cannot be read, as a clause; null where it can.</param>
internal sealed record BuildFileText(string Path, XElement? Root, string? Problem)
{
    /// <summary>A file that says nothing: the project of an app that is one C# file.</summary>
    public static BuildFileText Empty(string path) => new(path, new XElement("Project"), null);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Every element; none where the file cannot be read.</summary>
    public IEnumerable<XElement> Elements => Root?.DescendantsAndSelf() ?? [];

    /// <summary>The properties that the file sets, outside of targets and in them.</summary>
    public IEnumerable<XElement> Properties => Elements.Where(e => e.Parent?.Name.LocalName == "PropertyGroup");

    public SourceLocation At(XElement element) => element is IXmlLineInfo at && at.HasLineInfo() ? new(Path, at.LineNumber, Math.Max(1, at.LinePosition - 1)) : new(Path, 1, 1);
}

/// <summary>
/// Reads build files as text, each once. Nothing is evaluated: evaluation runs what it reads. An import is followed where its path stands there literally;
/// one that a property decides is not.
/// </summary>
internal sealed partial class BuildFiles
{
    private const int MaxBytes = 16 * 1024 * 1024;
    private const int MaxFiles = 2000;

    private readonly ConcurrentDictionary<string, BuildFileText?> _read = [];

    /// <summary>A file; null where there is none.</summary>
    /// <param name="path">Full path.</param>
    public BuildFileText? Of(string path) => _read.GetOrAdd(path, p => Disk.IsFile(p) ? Read(p) : null);

    /// <summary>The nearest file of a name, at a folder or above it; null where there is none up to the root of the file system.</summary>
    public BuildFileText? Nearest(string folder, string name)
    {
        return Disk.Up(folder).Select(f => Of(Path.Combine(f, name))).FirstOrDefault(t => t is not null);
    }

    /// <summary>Some files and, again and again, what they import, as far as that stands there literally and lies in the repo. Each once.</summary>
    /// <param name="start">The files to start from.</param>
    /// <param name="project">The project that imports them.</param>
    /// <param name="repo">Folder of the repo: nothing outside of it is read.</param>
    public IEnumerable<BuildFileText> WithImports(IEnumerable<BuildFileText> start, string project, string repo)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<BuildFileText>(start);
        while (queue.TryDequeue(out var text) && seen.Count < MaxFiles)
        {
            if (!seen.Add(text.Path))
                continue;
            yield return text;
            foreach (var import in text.Elements.Where(e => e.Name.LocalName == "Import" && e.Attribute("Sdk") is null))
            {
                foreach (var path in Resolve(import.Attribute("Project")?.Value ?? "", text, project).Where(p => IsBelow(p, repo)))
                {
                    if (Of(path) is { } imported)
                        queue.Enqueue(imported);
                }
            }
        }
    }

    /// <summary>The file of the same name further up that a file imports, where it does.</summary>
    /// <returns>Whether it imports one, and that file; the nearest one above where a property decides which.</returns>
    public (bool Imports, BuildFileText? File) Parent(BuildFileText text, string project)
    {
        var name = Path.GetFileName(text.Path);
        foreach (var import in text.Elements.Where(e => e.Name.LocalName == "Import" && e.Attribute("Sdk") is null).Select(e => e.Attribute("Project")?.Value ?? ""))
        {
            if (!import.Contains(name, StringComparison.OrdinalIgnoreCase))
                continue;
            var paths = Resolve(import, text, project).ToList();
            if (paths.Count == 0)
                return (true, Path.GetDirectoryName(text.Folder) is { } above ? Nearest(above, name) : null);
            if (paths.FirstOrDefault(p => p != text.Path && IsBelow(text.Path, Path.GetDirectoryName(p)!)) is { } path)
                return (true, Of(path));
        }
        return (false, null);
    }

    /// <summary>The files that an import names; none where a property decides.</summary>
    private static IEnumerable<string> Resolve(string expression, BuildFileText from, string project)
    {
        foreach (var part in expression.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A path function knows the folder to start from; without one it is the folder of the file.
            var text = Above().Replace(part, m => NearestPath(m.Groups[2].Success ? Plain(m.Groups[2].Value, from, project) : from.Folder, m.Groups[1].Value) ?? "$(none)");
            text = AboveFolder().Replace(text, m => Path.GetDirectoryName(NearestPath(Plain(m.Groups[1].Value, from, project), m.Groups[2].Value)) ?? "$(none)");
            text = Plain(text, from, project);
            if (text.Length == 0 || text.Contains("$(", StringComparison.Ordinal) || text.Contains("@(", StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal))
                continue;
            var path = Path.GetFullPath(text, from.Folder);
            if (!Path.GetFileName(path).Contains('*', StringComparison.Ordinal))
            {
                yield return path;
            }
            else if (Path.GetDirectoryName(path) is { } folder && !folder.Contains('*', StringComparison.Ordinal) && Disk.IsFolder(folder))
            {
                foreach (var file in Disk.Files(folder, Path.GetFileName(path)).Order(StringComparer.Ordinal))
                    yield return file;
            }
        }
    }

    private static string Plain(string text, BuildFileText from, string project) =>
        Percent().Replace(text.Trim().Trim('\'', '"', '`')
            .Replace("$(MSBuildThisFileDirectory)", from.Folder + "/", StringComparison.OrdinalIgnoreCase)
            .Replace("$(MSBuildProjectDirectory)", Path.GetDirectoryName(project), StringComparison.OrdinalIgnoreCase)
            .Replace('\\', '/'), m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString());

    private static string? NearestPath(string folder, string name)
    {
        if (folder.Contains("$(", StringComparison.Ordinal) || folder.Contains('\0', StringComparison.Ordinal) || name.AsSpan().IndexOfAny('/', '$', '\0') >= 0)
            return null;
        return Disk.Up(Path.GetFullPath(folder)).Select(f => Path.Combine(f, name)).FirstOrDefault(Disk.IsFile);
    }

    /// <summary>A folder and those above it, as far as another; none where it does not lie below that one.</summary>
    public static IEnumerable<string> FoldersUp(string folder, string root)
    {
        for (var f = folder; f is not null && (f == root || IsBelow(f, root)); f = Path.GetDirectoryName(f))
            yield return f;
    }

    /// <summary>Whether a path lies in a folder or below it.</summary>
    public static bool IsBelow(string path, string folder) => path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static BuildFileText Read(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return new(path, null, problem);
        try
        {
            return new(path, BoundedXml.Load(bytes, LoadOptions.SetLineInfo).Root, null);
        }
        catch (XmlException e)
        {
            // MSBuild reads past a document type, so it is not enough that MSBuild would refuse most of these files.
            return new(path, null, $"it is not XML that can be judged (line {e.LineNumber})");
        }
    }

    [GeneratedRegex(@"\$\(\[MSBuild\]::GetPathOfFileAbove\(\s*['""`]?([^'""`,()]+)['""`]?\s*(?:,\s*['""`]?((?:\$\([A-Za-z]+\)|[^'""`()])*)['""`]?\s*)?\)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Above();

    [GeneratedRegex(@"\$\(\[MSBuild\]::GetDirectoryNameOfFileAbove\(\s*['""`]?((?:\$\([A-Za-z]+\)|[^'""`,()])*)['""`]?\s*,\s*['""`]?([^'""`,()]+)['""`]?\s*\)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AboveFolder();

    [GeneratedRegex("%([0-9A-Fa-f]{2})")]
    private static partial Regex Percent();
}
