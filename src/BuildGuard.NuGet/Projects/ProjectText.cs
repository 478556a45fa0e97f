using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core.Findings;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>
/// What a project file and the files beside it say as text. Nothing is evaluated: evaluation runs what it reads.
/// It serves to point at the line of a reference and to notice that a restore is older than the project.
/// </summary>
internal sealed class ProjectText
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly string[] Neighbours = ["Directory.Packages.props", "Directory.Build.props", "Directory.Build.targets"];

    private readonly string _project;
    private readonly List<(string File, XDocument Document)> _files = [];

    private readonly ImmutableArray<FileApps.Directive> _app;

    private ProjectText(string project)
    {
        _project = project;
        _app = FileApps.IsApp(project) ? [.. FileApps.Directives(project)] : [];
    }

    /// <summary>Reads a project and the Directory.* files above it, as far as they are readable XML.</summary>
    /// <param name="project">Full path of the project file.</param>
    /// <param name="root">Folder above which nothing is read.</param>
    public static ProjectText Read(string project, string root)
    {
        var text = new ProjectText(project);
        if (!FileApps.IsApp(project))
            text.Add(project);
        foreach (var name in Neighbours)
        {
            foreach (var folder in Disk.Up(Path.GetDirectoryName(project)!))
            {
                text.Add(Path.Combine(folder, name));
                if (folder == root)
                    break;
            }
        }
        return text;
    }

    /// <summary>How many files were read.</summary>
    public int Files => _files.Count + (FileApps.IsApp(_project) ? 1 : 0);

    /// <summary>The line that names a package; the project's first line where no file does.</summary>
    public SourceLocation LocationOf(string id)
    {
        if (_app.FirstOrDefault(d => d.Kind == "package" && d.Name.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } directive)
            return directive.Location;
        foreach (var (file, document) in _files)
        {
            foreach (var item in document.Descendants().Where(e => e.Name.LocalName is "PackageReference" or "GlobalPackageReference"))
            {
                if (Names(item).Contains(id, StringComparer.OrdinalIgnoreCase) && item is IXmlLineInfo at)
                    return new(file, at.LineNumber, at.LinePosition - 1);
            }
        }
        return new(_project, 1, 1);
    }

    /// <summary>
    /// References that the project names without any condition, with their version where the text gives one.
    /// What depends on a condition, a property or a later removal is left out: only evaluation could decide it.
    /// </summary>
    public ImmutableArray<(string Id, string? Version, SourceLocation Location)> PlainReferences()
    {
        if (FileApps.IsApp(_project))
            return [.. _app.Where(d => d.Kind == "package" && !d.Name.Contains('$', StringComparison.Ordinal)).Select(d => (d.Name, d.Value.Length == 0 || d.Value.Contains('$', StringComparison.Ordinal) ? null : d.Value, d.Location))];
        if (_files.Count == 0 || _files[0].File != _project || _files[0].Document.Root is not { } root)
            return [];
        var items = root.Descendants().Where(e => e.Name.LocalName == "PackageReference").ToList();
        var touched = items.Where(e => e.Attribute("Update") is not null || e.Attribute("Remove") is not null)
            .SelectMany(e => (e.Attribute("Update")?.Value ?? e.Attribute("Remove")!.Value).Split(';')).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. from item in items
                   where item.Parent is { Name.LocalName: "ItemGroup" } && item.Parent.Parent == root
                      && item.Attribute("Condition") is null && item.Parent.Attribute("Condition") is null && item.Attribute("Exclude") is null
                   from id in Names(item)
                   where id.Length > 0 && !id.Contains('$', StringComparison.Ordinal) && !id.Contains('@', StringComparison.Ordinal) && !id.Contains('*', StringComparison.Ordinal) && !touched.Contains(id)
                   let version = item.Attribute("Version")?.Value ?? item.Elements().FirstOrDefault(e => e.Name.LocalName == "Version")?.Value
                   let at = (IXmlLineInfo)item
                   select (id, version is null || version.Contains('$', StringComparison.Ordinal) ? null : version.Trim(), new SourceLocation(_project, at.LineNumber, at.LinePosition - 1))];
    }

    private static IEnumerable<string> Names(XElement item) => (item.Attribute("Include")?.Value ?? "").Split(';').Select(n => n.Trim());

    private void Add(string path)
    {
        if (!Disk.IsFile(path))
            return;
        var (bytes, _) = BoundedFile.Read(path, MaxBytes);
        if (bytes is null)
            return;
        try
        {
            _files.Add((path, BoundedXml.Load(bytes, LoadOptions.SetLineInfo)));
        }
        catch (XmlException)
        {
            // MSBuild refuses the file with its own message and place; here it only means that no line can be pointed at.
        }
    }
}
