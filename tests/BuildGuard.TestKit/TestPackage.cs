using System.IO.Compression;
using System.Security;
using System.Text;

namespace BuildGuard.TestKit;

/// <summary>
/// Builds a .nupkg in code. The same calls give the same bytes: time stamps are fixed and entries keep the order of the calls.
/// Nothing is validated, so that hostile packages can be made.
/// </summary>
public sealed class TestPackage(string id, string version)
{
    private static readonly DateTimeOffset EntryTime = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<(string Name, byte[] Bytes, int? ExternalAttributes)> _entries = [];
    private readonly List<(string Id, string Range, string? Tfm)> _dependencies = [];
    private readonly List<string> _packageTypes = [];
    private readonly HashSet<string> _frameworks = [];
    private bool _developmentDependency;
    private string? _nuspec;

    /// <summary>The id that names the file and, unless <see cref="Nuspec"/> says otherwise, the package.</summary>
    public string Id { get; } = id;

    /// <summary>The version that names the file and, unless <see cref="Nuspec"/> says otherwise, the package.</summary>
    public string Version { get; } = version;

    /// <summary>Adds a text file (UTF-8 without BOM) at a path inside the package.</summary>
    public TestPackage File(string path, string text) => File(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds a file at a path inside the package.</summary>
    public TestPackage File(string path, byte[] bytes) => RawEntry(path, bytes);

    /// <summary>Adds <c>{folder}/{Id}.props</c>. A body without a <c>Project</c> element is wrapped in one. Folders: build, buildTransitive, buildMultiTargeting.</summary>
    public TestPackage Props(string xml, string folder = "build") => File($"{folder}/{Id}.props", Project(xml));

    /// <summary>Adds <c>{folder}/{Id}.targets</c>. A body without a <c>Project</c> element is wrapped in one. Folders: build, buildTransitive, buildMultiTargeting.</summary>
    public TestPackage Targets(string xml, string folder = "build") => File($"{folder}/{Id}.targets", Project(xml));

    /// <summary>Adds <c>lib/{tfm}/{Id}.dll</c>: a real assembly with one class, see <see cref="TestAssembly.Library"/>. The namespace defaults to the id.</summary>
    public TestPackage Lib(string tfm = "net10.0", string? ns = null, string type = "Class1") => Lib(TestAssembly.Library(Id, ns ?? Id.Replace('-', '_'), type), tfm);

    /// <summary>Adds <c>lib/{tfm}/{Id}.dll</c> with the given bytes.</summary>
    public TestPackage Lib(byte[] dll, string tfm = "net10.0")
    {
        _frameworks.Add(tfm);
        return File($"lib/{tfm}/{Id}.dll", dll);
    }

    /// <summary>Adds a dependency, for one target framework or (null) for all. In a nuspec the two kinds do not add up: a framework's own group wins.</summary>
    public TestPackage Dependency(string id, string versionRange, string? tfm = null)
    {
        _dependencies.Add((id, versionRange, tfm));
        return this;
    }

    /// <summary>Adds a package type, for instance <c>DotnetTool</c>, <c>MSBuildSdk</c>, <c>Dependency</c>.</summary>
    public TestPackage PackageType(string name)
    {
        _packageTypes.Add(name);
        return this;
    }

    /// <summary>Marks the package as a development dependency.</summary>
    public TestPackage DevelopmentDependency()
    {
        _developmentDependency = true;
        return this;
    }

    /// <summary>Replaces the whole nuspec, for instance by one that names another id.</summary>
    public TestPackage Nuspec(string xml)
    {
        _nuspec = xml;
        return this;
    }

    /// <summary>
    /// Adds a zip entry as it is: the name may hold traversals, be absolute, or repeat another's; names are written as UTF-8.
    /// <paramref name="externalAttributes"/> goes to the central directory, for instance <c>0xA1FF &lt;&lt; 16</c> for a Unix symlink.
    /// </summary>
    public TestPackage RawEntry(string name, byte[] bytes, int? externalAttributes = null)
    {
        _entries.Add((name, bytes, externalAttributes));
        return this;
    }

    /// <summary>The nuspec's text.</summary>
    public string NuspecText => _nuspec ?? $"""
        <?xml version="1.0" encoding="utf-8"?>
        <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
          <metadata>
            <id>{SecurityElement.Escape(Id)}</id>
            <version>{SecurityElement.Escape(Version)}</version>
            <authors>BuildGuard tests</authors>
            <description>A test package.</description>
            <developmentDependency>{(_developmentDependency ? "true" : "false")}</developmentDependency>
            <packageTypes>{string.Concat(_packageTypes.Select(t => $"<packageType name=\"{SecurityElement.Escape(t)}\" />"))}</packageTypes>
            <dependencies>{DependencyGroups()}</dependencies>
          </metadata>
        </package>
        """;

    /// <summary>The package's bytes, unsigned.</summary>
    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "_rels/.rels", Encoding.UTF8.GetBytes($"""
                <?xml version="1.0" encoding="utf-8"?>
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/{SecurityElement.Escape(Id)}.nuspec" Id="R1" /></Relationships>
                """));
            Add(zip, Id + ".nuspec", Encoding.UTF8.GetBytes(NuspecText));
            foreach (var (name, bytes, attributes) in _entries) Add(zip, name, bytes, attributes);
            Add(zip, "[Content_Types].xml", Encoding.UTF8.GetBytes(ContentTypes()));
        }
        return stream.ToArray();
    }

    /// <summary>Writes <c>{Id}.{Version}.nupkg</c> into an existing or new folder and returns its absolute path.</summary>
    public string SaveTo(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Id}.{Version}.nupkg");
        System.IO.File.WriteAllBytes(path, ToBytes());
        return path;
    }

    internal static string Project(string xml)
    {
        var start = xml.TrimStart();
        return start.StartsWith("<Project", StringComparison.Ordinal) || start.StartsWith("<?xml", StringComparison.Ordinal) ? xml : $"<Project>\n{xml}\n</Project>\n";
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes, int? externalAttributes = null)
    {
        var entry = zip.CreateEntry(name);
        entry.LastWriteTime = EntryTime;
        entry.ExternalAttributes = externalAttributes ?? 0;
        using var stream = entry.Open();
        stream.Write(bytes);
    }

    private string DependencyGroups()
    {
        // Without dependencies, write an empty group per lib framework, as NuGet's own pack does.
        var frameworks = _dependencies.Select(d => d.Tfm).Concat(_dependencies.Exists(d => d.Tfm is null) ? [] : _frameworks).Distinct();
        return string.Concat(frameworks.Select(tfm =>
            $"<group{(tfm is null ? "" : $" targetFramework=\"{tfm}\"")}>"
            + string.Concat(_dependencies.Where(d => d.Tfm == tfm).Select(d => $"<dependency id=\"{SecurityElement.Escape(d.Id)}\" version=\"{SecurityElement.Escape(d.Range)}\" />"))
            + "</group>"));
    }

    private string ContentTypes()
    {
        var extensions = _entries.Select(e => Path.GetExtension(e.Name).TrimStart('.')).Where(e => e.Length > 0 && e.All(char.IsAsciiLetterOrDigit))
            .Append("nuspec").Append("psmdcp").Distinct(StringComparer.OrdinalIgnoreCase).Where(e => e != "rels");
        return """<?xml version="1.0" encoding="utf-8"?>""" + "\n"
            + """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />"""
            + string.Concat(extensions.Select(e => $"<Default Extension=\"{e}\" ContentType=\"application/octet\" />")) + "</Types>";
    }
}
