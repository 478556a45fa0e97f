using System.Text;
using System.Xml.Linq;
using BuildGuard.Core.Findings;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>An MSBuild SDK as a file names it.</summary>
/// <param name="Name">Its name, trimmed; it may hold a property or a path.</param>
/// <param name="Version">Its version as written, trimmed; "" where none is.</param>
/// <param name="Location">Where it stands.</param>
internal sealed record SdkName(string Name, string Version, SourceLocation Location);

/// <summary>
/// Finds the MSBuild SDKs that files name, as text. MSBuild evaluates an SDK before anything of the repo, so whoever evaluated a project to learn its SDKs would run them.
/// A condition does not count: evaluation decides those, and it takes no notice of the one on an Sdk element.
/// </summary>
internal static class SdkNames
{
    private const int MaxAppBytes = 16 * 1024 * 1024;
    private const int MaxLines = 2000;

    /// <summary>The SDKs that a build file names.</summary>
    public static IEnumerable<SdkName> In(BuildFileText text)
    {
        foreach (var element in text.Elements)
        {
            foreach (var name in In(element, text))
                yield return name;
        }
    }

    private static IEnumerable<SdkName> In(XElement element, BuildFileText text) => (element.Name.LocalName, element.Parent) switch
    {
        ("Project", null) => Listed(element.Attribute("Sdk")?.Value ?? "", text.At(element)),
        // Here a slash separates nothing: the name is the whole value.
        ("Import", not null) when element.Attribute("Sdk") is { } sdk => [new(sdk.Value.Trim(), element.Attribute("Version")?.Value.Trim() ?? "", text.At(element))],
        ("Sdk", { Parent: null, Name.LocalName: "Project" }) => [new(element.Attribute("Name")?.Value.Trim() ?? "", element.Attribute("Version")?.Value.Trim() ?? "", text.At(element))],
        _ => [],
    };

    /// <summary>The SDKs of a list as the Sdk attribute of a project has it: "A;B/1.0;C/min=1.0".</summary>
    public static IEnumerable<SdkName> Listed(string list, SourceLocation at)
    {
        foreach (var entry in list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var slash = entry.IndexOf('/', StringComparison.Ordinal);
            var (name, version) = slash < 0 ? (entry, "") : (entry[..slash].Trim(), entry[(slash + 1)..].Trim());
            // A least version decides nothing: which one is taken stands in global.json.
            yield return new(name, version.StartsWith("min=", StringComparison.OrdinalIgnoreCase) ? "" : version, at);
        }
    }

    /// <summary>The SDKs that a file-based app names in lines "#:sdk Name@Version" before its code.</summary>
    /// <param name="path">Full path of the C# file.</param>
    public static IEnumerable<SdkName> InApp(string path)
    {
        if (BoundedFile.Read(path, MaxAppBytes).Bytes is not { } bytes)
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
            if (text.StartsWith("#:sdk", StringComparison.Ordinal) && text.Length > 5 && char.IsWhiteSpace(text[5]))
            {
                var value = text[5..].Trim();
                var at = value.IndexOf('@', StringComparison.Ordinal);
                yield return new(at < 0 ? value : value[..at].Trim(), at < 0 ? "" : value[(at + 1)..].Trim(), new(path, line, read.IndexOf("#:sdk", StringComparison.Ordinal) + 1));
            }
            else if (text.Length > 0 && text[0] != '#' && !text.StartsWith("//", StringComparison.Ordinal))
            {
                // Directives stand before the first line of code.
                yield break;
            }
        }
    }
}
