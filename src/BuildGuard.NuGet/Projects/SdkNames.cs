using System.Xml.Linq;
using BuildGuard.Core.Findings;

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

    /// <summary>The SDKs that a file-based app names in lines "#:sdk Name@Version".</summary>
    /// <param name="path">Full path of the C# file.</param>
    public static IEnumerable<SdkName> InApp(string path) => FileApps.Directives(path).Where(d => d.Kind == "sdk").Select(d => new SdkName(d.Name, d.Value, d.Location));
}
