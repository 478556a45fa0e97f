using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Gate;

/// <summary>
/// What restore wrote for MSBuild beside an assets file: PROJECT.nuget.g.props and PROJECT.nuget.g.targets. Only the exact forms that NuGet writes are accepted, because a
/// no-op restore keeps an edited file, and a value in it could run code when it is evaluated.
/// </summary>
internal sealed partial record GeneratedImports
{
    /// <summary>Largest file that is read, in bytes.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly ImmutableHashSet<string> KnownProperties = ["RestoreSuccess", "RestoreTool", "ProjectAssetsFile", "NuGetPackageRoot", "NuGetPackageFolders", "NuGetProjectStyle", "NuGetToolVersion"];

    private static readonly ImmutableHashSet<string> KnownMetadata = ["NuGetPackageId", "NuGetPackageVersion", "NuGetItemType", "Pack", "Private", "Link", "CopyToOutputDirectory", "TargetPath", "DestinationSubDirectory", "Visible"];

    /// <summary>Properties of nuget.g.props in their order, with literal values and the framework that they are for (as in <see cref="GeneratedImport"/>).</summary>
    public ImmutableArray<GeneratedProperty> Properties { get; private init; } = [];

    /// <summary>Values of the SourceRoot items.</summary>
    public ImmutableArray<string> SourceRoots { get; private init; } = [];

    /// <summary>Content files of packages, which nuget.g.props adds as items.</summary>
    public ImmutableArray<GeneratedContent> Content { get; private init; } = [];

    /// <summary>Imports of nuget.g.props.</summary>
    public ImmutableArray<GeneratedImport> Props { get; private init; } = [];

    /// <summary>Imports of nuget.g.targets.</summary>
    public ImmutableArray<GeneratedImport> Targets { get; private init; } = [];

    /// <summary>Both files, where they exist.</summary>
    public ImmutableArray<string> Files { get; private init; } = [];

    /// <summary>Reads both files. A project without any package has none of them, or only the first.</summary>
    /// <param name="assetsFile">Full path of the project's assets file.</param>
    /// <param name="projectName">The project file's name with extension.</param>
    /// <returns>Exactly one of the two is null.</returns>
    public static (GeneratedImports? Imports, GeneratedProblem? Problem) Read(string assetsFile, string projectName)
    {
        var folder = Path.GetDirectoryName(assetsFile)!;
        var properties = new List<GeneratedProperty>();
        var roots = new List<string>();
        var imports = new List<GeneratedImport>[] { [], [] };
        var content = new List<GeneratedContent>();
        var files = new List<string>();
        foreach (var (extension, i) in new[] { (".nuget.g.props", 0), (".nuget.g.targets", 1) })
        {
            var path = Path.Combine(folder, projectName + extension);
            if (!Disk.IsFile(path))
                continue;
            files.Add(path);
            var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
            if (bytes is null)
                return (null, new(path, 0, problem!));
            try
            {
                ReadFile(bytes, folder + Path.DirectorySeparatorChar, isProps: i == 0, properties, roots, content, imports[i]);
            }
            catch (XmlException e)
            {
                return (null, new(path, e.LineNumber, "it is not valid XML"));
            }
            catch (UnexpectedException e)
            {
                return (null, new(path, e.Line, e.Message));
            }
        }
        var root = properties.FirstOrDefault(p => p.Name == "NuGetPackageRoot")?.Value ?? "";
        foreach (var import in imports.SelectMany(i => i).Concat(content.Select(c => c.File)))
        {
            if (root.Length == 0 || !import.IsUnder(root))
                return (null, new(files[0], 0, "it names no packages folder for its imports"));
        }
        return (new()
        {
            Properties = [.. properties],
            SourceRoots = [.. roots],
            Content = [.. content.Select(c => c with { File = c.File.Under(root) })],
            Props = [.. imports[0].Select(i => i.Under(root))],
            Targets = [.. imports[1].Select(i => i.Under(root))],
            Files = [.. files],
        }, null);
    }

    private static void ReadFile(byte[] bytes, string folder, bool isProps, List<GeneratedProperty> properties, List<string> roots, List<GeneratedContent> content, List<GeneratedImport> imports)
    {
        var root = BoundedXml.Load(bytes, LoadOptions.SetLineInfo).Root!;
        if (root.Name.LocalName != "Project" || root.Attributes().Any(a => a.Name != "ToolsVersion" && !a.IsNamespaceDeclaration))
            throw new UnexpectedException("the root is not the one that restore writes", root);
        foreach (var group in root.Elements())
        {
            var condition = group.Attribute("Condition")?.Value ?? "";
            var match = GroupCondition().Match(condition);
            if (!match.Success || group.Attributes().Count() != 1)
                throw new UnexpectedException("a group has another condition than restore writes", group);
            var framework = match.Groups["framework"].Success ? match.Groups["framework"].Value : null;
            var languages = match.Groups["language"].Captures.Select(c => c.Value).ToImmutableArray();
            if (languages.Length > 0 && group.Name.LocalName != "ItemGroup")
                throw new UnexpectedException("a group has another condition than restore writes", group);
            switch (group.Name.LocalName)
            {
                case "PropertyGroup" when isProps:
                    foreach (var property in group.Elements())
                        properties.Add(ReadProperty(property, folder, framework));
                    break;
                case "ItemGroup" when isProps:
                    foreach (var item in group.Elements())
                    {
                        if (item.Name.LocalName == "SourceRoot" && languages.IsEmpty && item.Attributes().Count() == 1 && item.Attribute("Include") is { } include && !item.HasElements)
                            roots.Add(Literal(include.Value, item));
                        else
                            content.Add(ReadContent(item, framework, languages));
                    }
                    break;
                case "ImportGroup":
                    foreach (var import in group.Elements())
                        imports.Add(ReadImport(import, framework));
                    break;
                default:
                    throw new UnexpectedException($"{Printable(group)} is not what restore writes there", group);
            }
        }
    }

    private static GeneratedProperty ReadProperty(XElement property, string folder, string? framework)
    {
        var name = property.Name.LocalName;
        if ((!KnownProperties.Contains(name) && !PackagePathProperty().IsMatch(name)) || property.HasElements
            || property.Attributes().Count() != 1 || property.Attribute("Condition")?.Value is not { } condition || condition != $" '$({name})' == '' ")
        {
            throw new UnexpectedException($"the property {Printable(property)} is not one that restore writes", property);
        }
        const string here = "$(MSBuildThisFileDirectory)";
        var value = property.Value;
        if (name == "ProjectAssetsFile" && value.StartsWith(here, StringComparison.Ordinal))
            value = folder + value[here.Length..];
        return new(name, Literal(Unroot(value), property), framework);
    }

    private static GeneratedImport ReadImport(XElement import, string? framework)
    {
        if (import.Name.LocalName != "Import" || import.HasElements || import.Attributes().Count() != 2
            || import.Attribute("Project")?.Value is not { } project || import.Attribute("Condition")?.Value != $"Exists('{project}')")
        {
            throw new UnexpectedException("an import is not one that restore writes", import);
        }
        const string packageRoot = "$(NuGetPackageRoot)";
        var rooted = project.StartsWith(packageRoot, StringComparison.Ordinal);
        return new(Literal(rooted ? project[packageRoot.Length..] : Unroot(project), import), rooted, framework);
    }

    private static GeneratedContent ReadContent(XElement item, string? framework, ImmutableArray<string> languages)
    {
        const string packageRoot = "$(NuGetPackageRoot)";
        if (!ItemType().IsMatch(item.Name.LocalName) || item.Attributes().Count() != 2 || item.Attribute("Include")?.Value is not { } include || item.Attribute("Condition")?.Value != $"Exists('{include}')"
            || !item.Elements().All(e => KnownMetadata.Contains(e.Name.LocalName) && !e.HasElements && !e.HasAttributes))
        {
            throw new UnexpectedException($"the item {Printable(item)} is not one that restore writes", item);
        }
        var rooted = include.StartsWith(packageRoot, StringComparison.Ordinal);
        return new(item.Name.LocalName, new(Literal(rooted ? include[packageRoot.Length..] : Unroot(include), item), rooted, framework), languages,
            [.. item.Elements().Select(e => (e.Name.LocalName, Literal(e.Value, e)))]);
    }

    /// <summary>NuGet writes the profile folder as a property where a path lies in it.</summary>
    private static string Unroot(string value)
    {
        foreach (var name in (ReadOnlySpan<string>)["$(UserProfile)", "$(HOME)"])
        {
            if (value.StartsWith(name, StringComparison.Ordinal))
                return Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + value[name.Length..];
        }
        return value;
    }

    /// <summary>A value that MSBuild takes as it stands.</summary>
    private static string Literal(string value, XElement at)
    {
        if (value.Contains("$(", StringComparison.Ordinal) || value.Contains("@(", StringComparison.Ordinal) || value.Contains("%(", StringComparison.Ordinal) || value.Any(char.IsControl))
            throw new UnexpectedException("a value is an expression where restore writes plain text", at);
        if (value.Replace('\\', '/').Split('/').Contains(".."))
            throw new UnexpectedException("a path leads out of its folder", at);
        return value;
    }

    private static string Printable(XElement element) => Core.Printable.Of(element.Name.LocalName, 60);

    private sealed class UnexpectedException(string message, XElement at) : Exception(message)
    {
        public int Line { get; } = ((IXmlLineInfo)at).LineNumber;
    }

    [GeneratedRegex(@"\A (?:'\$\(Language\)' (?<language>[=!]= '[A-Z#+]{1,8}') AND )*(?:'\$\(TargetFramework\)' == '(?<framework>[A-Za-z0-9._-]*)' AND )?'\$\(ExcludeRestorePackageImports\)' != 'true' \z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupCondition();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ItemType();

    [GeneratedRegex(@"\APkg[\p{L}\p{Nd}_]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackagePathProperty();
}

/// <summary>One property that restore wrote.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its literal value.</param>
/// <param name="Framework">The framework that it is for; null for any.</param>
internal sealed record GeneratedProperty(string Name, string Value, string? Framework);

/// <summary>One import that restore wrote.</summary>
/// <param name="Path">Full path; while reading, relative to the packages folder where <paramref name="IsRelative"/> is set.</param>
/// <param name="IsRelative">Whether it was written relative to the packages folder.</param>
/// <param name="Framework">The framework that it is for, "" for the outer build of several; null for any.</param>
internal sealed record GeneratedImport(string Path, bool IsRelative, string? Framework)
{
    public bool IsUnder(string root) => IsRelative ? root.Length > 0 : System.IO.Path.IsPathFullyQualified(Path);

    public GeneratedImport Under(string root) => IsRelative ? this with { Path = root + Path, IsRelative = false } : this;
}

/// <summary>One content file of a package, as restore wrote it.</summary>
/// <param name="ItemType">What a build does with it: Compile, None, Content, EmbeddedResource or another.</param>
/// <param name="File">Its place and framework.</param>
/// <param name="Languages">Comparisons with the project's language that must all hold: "== 'C#'".</param>
/// <param name="Metadata">Its metadata, literal.</param>
internal sealed record GeneratedContent(string ItemType, GeneratedImport File, ImmutableArray<string> Languages, ImmutableArray<(string Name, string Value)> Metadata);

/// <summary>Why a generated file is not accepted.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Line, from 1; 0 where it has none.</param>
/// <param name="What">A clause.</param>
internal sealed record GeneratedProblem(string Path, int Line, string What);
