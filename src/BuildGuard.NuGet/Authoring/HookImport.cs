using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// The guard's import in one of the repo's build files. Files are edited as text, to keep the user's formatting; what counts is how MSBuild will read the
/// result, so each edit is read as XML before it is handed out.
/// </summary>
internal static partial class HookImport
{
    /// <summary>Folder of the guard's own MSBuild text.</summary>
    public const string FolderName = ".buildguard";

    // A file that holds the first and nothing else was made by init, and goes with it.
    private const string Created = "<!-- BuildGuard: checks packages before a build uses them. Written by buildguard init; see .buildguard/README.md -->";
    private const string Added = "<!-- BuildGuard: checks packages before a build uses them. Added by buildguard init; see .buildguard/README.md -->";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The import as a line of XML.</summary>
    /// <param name="folder">Folder of the file that imports.</param>
    /// <param name="root">Folder that holds <see cref="FolderName"/>.</param>
    /// <param name="import">The file that is imported.</param>
    public static string Line(string folder, string root, string import) =>
        $"<Import Project=\"{Path.GetRelativePath(folder, Path.Combine(root, FolderName, import)).Replace('\\', '/')}\" />";

    /// <summary>A file that holds the import and nothing else.</summary>
    public static byte[] NewFile(string line) => Encoding.UTF8.GetBytes($"<Project>\n  {Created}\n  {line}\n</Project>\n");

    /// <summary>Whether a file is one that init made, unchanged.</summary>
    public static bool IsNewFile(ReadOnlySpan<byte> bytes) => ImportLine().Match(Encoding.UTF8.GetString(bytes)) is { Success: true } match && bytes.SequenceEqual(NewFile(match.Value.TrimStart()));

    /// <summary>Puts the import at the top of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="line">The import.</param>
    /// <param name="import">The file that is imported.</param>
    /// <returns>The new bytes, or why there are none; neither where the file needs no import, because it has one.</returns>
    public static (byte[]? Bytes, string? Problem) Add(byte[] bytes, string line, string import)
    {
        if (Read(bytes, out var text, out var root) is { } problem)
            return (null, problem);
        if (Imports(root!, import))
            return (null, null);
        text = Comment().Replace(text, "");
        if (OpeningTagEnd(text) is not { } at)
            return (null, "its <Project> tag was not understood");
        var newline = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        // "<Project />" has no inside yet.
        var edited = Encoding.UTF8.GetBytes(text[at - 2] == '/'
            ? $"{text[..(at - 2)].TrimEnd()}>{newline}  {Added}{newline}  {line}{newline}</Project>{text[at..]}"
            : $"{text[..at]}{newline}  {Added}{newline}  {line}{text[at..]}");
        return IsXml(edited, out var result) && Imports(result, import) ? (edited, null) : (null, "the place for the import was not found");
    }

    /// <summary>Takes the guard's imports out of a file.</summary>
    /// <returns>The new bytes, or why there are none; neither where the file imports nothing of the guard.</returns>
    public static (byte[]? Bytes, string? Problem) Remove(byte[] bytes)
    {
        if (Read(bytes, out var text, out var root) is { } problem)
            return (null, problem);
        var imports = GuardImports(root!).ToList();
        if (imports.Count == 0 && !Comment().IsMatch(text))
            return (null, null);
        // One in a comment of the user's must stay, and one with a condition is the user's own.
        if (ImportLine().Count(text) != imports.Count)
            return (null, $"it imports {FolderName} in a way that init does not write (line {(imports.FirstOrDefault() as IXmlLineInfo)?.LineNumber ?? 1})");
        var edited = Encoding.UTF8.GetBytes(Comment().Replace(ImportLine().Replace(text, ""), ""));
        return IsXml(edited, out var result) && !GuardImports(result).Any() ? (edited, null) : (null, "the import could not be taken out");
    }

    private static string? Read(byte[] bytes, out string text, out XElement? root)
    {
        (text, root) = ("", null);
        try
        {
            text = Strict.GetString(bytes);
            root = Parse(bytes);
            return null;
        }
        catch (XmlException e)
        {
            return $"it is not valid XML (line {e.LineNumber})";
        }
        catch (DecoderFallbackException)
        {
            return "it is not UTF-8";
        }
    }

    /// <summary>Whether a file imports the guard for sure: at its top level and without a condition.</summary>
    private static bool Imports(XElement root, string import) => root.Elements().Any(e => e.Name.LocalName == "Import"
        && (e.Attribute("Project")?.Value ?? "").Replace('\\', '/').EndsWith($"{FolderName}/{import}", StringComparison.Ordinal)
        && e.Attribute("Condition") is null && e.Attribute("Sdk") is null);

    private static IEnumerable<XElement> GuardImports(XElement root) => root.Descendants().Where(e => e.Name.LocalName == "Import"
        && (e.Attribute("Project")?.Value ?? "").Replace('\\', '/').Contains(FolderName + "/", StringComparison.OrdinalIgnoreCase));

    private static XElement Parse(byte[] bytes) => BoundedXml.Load(bytes, LoadOptions.SetLineInfo).Root!;

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

    [GeneratedRegex("""(?:\r?\n[ \t]*)?<Import Project="(?:\.\./)*\.buildguard/BuildGuard\.(?:props|targets)" />""", RegexOptions.CultureInvariant)]
    private static partial Regex ImportLine();

    [GeneratedRegex(@"(?:\r?\n[ \t]*)?(?:" + Created + "|" + Added + ")", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
