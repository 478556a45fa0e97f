using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// Adds the restore hook to a repo: the guard's MSBuild text goes into .buildguard/, and one line in each of Directory.Build.props,
/// Directory.Build.targets and Directory.Solution.targets imports it. What those files hold already stays as it is.
/// </summary>
public static class HookInstaller
{
    /// <summary>Folder of the guard's own MSBuild text.</summary>
    public const string FolderName = ".buildguard";

    private const string Comment = "<!-- BuildGuard: checks packages after every restore. Written by buildguard init; see .buildguard/README.md -->";

    private static readonly ImmutableArray<(string File, string Import, bool Nested)> Hooks =
    [
        ("Directory.Build.props", "BuildGuard.props", true),
        ("Directory.Build.targets", "BuildGuard.targets", true),
        ("Directory.Solution.targets", "BuildGuard.targets", true),
    ];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What installing changes: full path and new bytes of each file, and what a person has to look at.</summary>
    public sealed record Plan(ImmutableArray<(string Path, byte[] Bytes)> Files, ImmutableArray<Note> Notes);

    /// <summary>Something to tell the user.</summary>
    /// <param name="Text">What.</param>
    /// <param name="NeedsHand">Whether the guard is not installed until somebody edits a file by hand.</param>
    public sealed record Note(string Text, bool NeedsHand);

    /// <summary>Works out the files. Nothing is written.</summary>
    /// <param name="root">The policy's folder.</param>
    /// <param name="toolFolder">The folder of the guard's dlls whose hashes the repo pins.</param>
    /// <param name="version">The guard's version.</param>
    /// <param name="texts">The guard's MSBuild text by file name.</param>
    public static Plan Prepare(string root, string toolFolder, string version, ImmutableDictionary<string, byte[]> texts)
    {
        var files = ImmutableArray.CreateBuilder<(string, byte[])>();
        var notes = ImmutableArray.CreateBuilder<Note>();
        foreach (var (name, bytes) in texts.OrderBy(t => t.Key, StringComparer.Ordinal))
            files.Add((Path.Combine(root, FolderName, name), bytes));
        files.Add((Path.Combine(root, FolderName, "guard.props"), Manifest(toolFolder, version)));

        foreach (var folder in Solutions.SourceFolders(root))
        {
            foreach (var (file, import, nested) in Hooks)
            {
                var path = Path.Combine(folder, file);
                var isRoot = folder == root;
                if (!isRoot && !(nested && File.Exists(path)))
                    continue;
                var line = $"<Import Project=\"{Path.GetRelativePath(folder, Path.Combine(root, FolderName, import)).Replace('\\', '/')}\" />";
                if (Edit(path, line, import, isRoot, notes) is { } bytes)
                    files.Add((path, bytes));
            }
        }
        return new(files.ToImmutable(), notes.ToImmutable());
    }

    private static byte[]? Edit(string path, string line, string import, bool isRoot, ImmutableArray<Note>.Builder notes)
    {
        if (!File.Exists(path))
            return Encoding.UTF8.GetBytes($"<Project>\n  {Comment}\n  {line}\n</Project>\n");
        var (bytes, problem) = BoundedFile.Read(path, 16 * 1024 * 1024);
        if (bytes is null)
        {
            notes.Add(ByHand(path, line, problem!));
            return null;
        }
        string text;
        XElement root;
        try
        {
            text = Strict.GetString(bytes);
            root = Parse(bytes);
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException)
        {
            notes.Add(ByHand(path, line, e is XmlException x ? $"it is not valid XML (line {x.LineNumber})" : "it is not UTF-8"));
            return null;
        }
        if (Imports(root, import))
            return null;
        // A nested file that imports the one above it inherits the guard already.
        if (!isRoot && root.Elements().Any(e => e.Name.LocalName == "Import" && (e.Attribute("Project")?.Value ?? "") is var p
            && (p.Contains("GetPathOfFileAbove", StringComparison.OrdinalIgnoreCase) || p.Contains("GetDirectoryNameOfFileAbove", StringComparison.OrdinalIgnoreCase))))
        {
            return null;
        }
        if (OpeningTagEnd(text) is not { } at)
        {
            notes.Add(ByHand(path, line, "its <Project> tag was not understood"));
            return null;
        }
        var newline = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        // "<Project />" has no inside yet.
        var edited = Encoding.UTF8.GetBytes(text[at - 2] == '/'
            ? $"{text[..(at - 2)].TrimEnd()}>{newline}  {Comment}{newline}  {line}{newline}</Project>{text[at..]}"
            : $"{text[..at]}{newline}  {Comment}{newline}  {line}{text[at..]}");
        // The text was edited as text, to keep the user's formatting; what counts is how MSBuild will read it.
        if (!IsXml(edited, out var result) || !Imports(result, import))
        {
            notes.Add(ByHand(path, line, "the place for the import was not found"));
            return null;
        }
        if (!isRoot)
            notes.Add(new($"{path} hides the files above it, so it got an import of its own.", NeedsHand: false));
        return edited;
    }

    private static Note ByHand(string path, string line, string why) =>
        new($"{path} was left alone: {why}. Until you add this by hand, as its first line inside <Project>, nothing is checked there: {line}", NeedsHand: true);

    /// <summary>Whether a file imports the guard for sure: at its top level and without a condition.</summary>
    private static bool Imports(XElement root, string import) => root.Elements().Any(e => e.Name.LocalName == "Import"
        && (e.Attribute("Project")?.Value ?? "").Replace('\\', '/').EndsWith($"{FolderName}/{import}", StringComparison.Ordinal)
        && e.Attribute("Condition") is null && e.Attribute("Sdk") is null);

    private static XElement Parse(byte[] bytes)
    {
        using var reader = XmlReader.Create(new MemoryStream(bytes), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XDocument.Load(reader).Root!;
    }

    private static bool IsXml(byte[] bytes, [NotNullWhen(true)] out XElement? root)
    {
        try
        {
            root = Parse(bytes);
            return true;
        }
        catch (XmlException)
        {
            root = null;
            return false;
        }
    }

    /// <summary>Index behind the opening tag of the root element, past declarations and comments.</summary>
    private static int? OpeningTagEnd(string text)
    {
        var i = 0;
        while ((i = text.IndexOf('<', i)) >= 0)
        {
            if (text.AsSpan(i).StartsWith("<!--"))
            {
                i = text.IndexOf("-->", i, StringComparison.Ordinal);
                if (i < 0)
                    return null;
            }
            else if (text.AsSpan(i).StartsWith("<?"))
            {
                i = text.IndexOf("?>", i, StringComparison.Ordinal);
                if (i < 0)
                    return null;
            }
            else if (text.AsSpan(i).StartsWith("<Project"))
            {
                var quote = '\0';
                for (var j = i; j < text.Length; j++)
                {
                    if (quote != '\0')
                        quote = text[j] == quote ? '\0' : quote;
                    else if (text[j] is '"' or '\'')
                        quote = text[j];
                    else if (text[j] == '>')
                        return j + 1;
                }
                return null;
            }
            i++;
        }
        return null;
    }

    private static byte[] Manifest(string toolFolder, string version)
    {
        var text = new StringBuilder();
        text.Append("<Project>\n  <!-- Which BuildGuard this repo runs, pinned by the hash of every dll. Written by buildguard init. -->\n");
        text.Append("  <PropertyGroup>\n    <BuildGuardVersion>").Append(version).Append("</BuildGuardVersion>\n  </PropertyGroup>\n  <ItemGroup>\n");
        foreach (var file in Directory.EnumerateFiles(toolFolder, "*.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(toolFolder, file).Replace('\\', '/');
            using var stream = File.OpenRead(file);
            text.Append("    <BuildGuardFile Include=\"").Append(name).Append("\" Sha256=\"").Append(Convert.ToHexStringLower(SHA256.HashData(stream))).Append("\" />\n");
        }
        return Encoding.UTF8.GetBytes(text.Append("  </ItemGroup>\n</Project>\n").ToString());
    }
}
