using System.Xml.Linq;
using BuildGuard.Core;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>
/// Judges files that MSBuild takes up beside a project or a solution without being told: App.csproj.user, before.App.sln.targets, after.App.sln.targets.
/// Editors write settings of one person into the first, and version control mostly ignores it. What could run code or move an import is reported; settings are not.
/// </summary>
internal static class PersonalFiles
{
    private const string Why = "MSBuild imports the file because of its name alone, and it is mostly not under version control: nobody reviews what it does.";

    /// <summary>The files beside the solutions of a folder that MSBuild imports when a solution is built.</summary>
    public static IEnumerable<string> BesideSolutions(string folder) => !Disk.IsFolder(folder) ? [] :
        Disk.Files(folder, "*.targets").Order(StringComparer.Ordinal).Where(f => Path.GetFileName(f) is var name
            && (name.StartsWith("before.", StringComparison.OrdinalIgnoreCase) || name.StartsWith("after.", StringComparison.OrdinalIgnoreCase))
            && (name.EndsWith(".sln.targets", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".slnx.targets", StringComparison.OrdinalIgnoreCase)));

    /// <summary>What a file holds beyond settings; nothing for a file that is not there.</summary>
    public static IEnumerable<EnvironmentTrouble> Read(BuildFileText? text)
    {
        if (text is null)
            yield break;
        if (text.Root is null)
        {
            yield return new($"{Path.GetFileName(text.Path)} cannot be judged: {text.Problem}.", Why, "Correct or delete the file.", new(text.Path, 1, 1));
            yield break;
        }
        foreach (var (element, what) in text.Elements.Select(e => (e, What(e))).Where(f => f.Item2 is not null).Take(5))
        {
            yield return new($"{Path.GetFileName(text.Path)} {what}.", Why,
                "Move what the repo needs into the project or into Directory.Build.targets, where a review sees it, and delete the rest.", text.At(element));
        }
    }

    private static string? What(XElement element)
    {
        var name = element.Name.LocalName;
        if (element.Attributes().Any(a => HasFunction(a.Value)) || (!element.HasElements && HasFunction(element.Value)))
            return "calls a property function";
        if (element.Parent is null)
            return element.Attributes().FirstOrDefault(a => a.Name.LocalName is "Sdk" or "InitialTargets" or "DefaultTargets" or "TreatAsLocalProperty")?.Name.LocalName is { } attribute ? $"has {attribute}" : null;
        if (name is "Import" or "Target" or "UsingTask" or "Sdk")
            return $"holds {(name is "Import" ? "an" : "a")} {name}";
        if (element.Parent.Name.LocalName == "PropertyGroup" && BuildSwitches.IsSwitch(name, element.Value))
            return $"sets {Printable.Of(name, 80)}";
        return element.Parent.Name.LocalName == "ItemGroup" && element.Attribute("Include") is not null ? $"adds {Printable.Of(name, 80)} items" : null;
    }

    private static bool HasFunction(string value) => value.Contains("$([", StringComparison.Ordinal);
}
