using System.Collections.Immutable;
using System.Xml;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;

namespace BuildGuard.NuGet.Gate;

/// <summary>Names of the targets that packages define.</summary>
internal static class PackageTargets
{
    /// <summary>Every name, in order. Case does not count for MSBuild.</summary>
    /// <param name="packages">The packages that are let in, each with the folder that it lies in; their files are those of the package.</param>
    public static ImmutableArray<string> Of(IEnumerable<(PackageFacts Package, string Folder)> packages)
    {
        var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (package, folder) in packages)
        {
            foreach (var text in GateFiles.TextsOf(package))
                ReadInto(names, folder, text);
        }
        return [.. names];
    }

    private static void ReadInto(SortedSet<string> names, string folder, string file)
    {
        if (BoundedFile.Read(Path.Combine(folder, file), GateFiles.MaxTextBytes).Bytes is not { } bytes || !MayDefineTargets(bytes))
            return;
        try
        {
            using var reader = MSBuildText.Reader(bytes);
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Target" } && reader.GetAttribute("Name") is { Length: > 0 } name)
                    names.Add(MSBuildText.Unescape(name));
            }
        }
        catch (XmlException)
        {
            // MSBuild cannot read it either.
            return;
        }
    }

    /// <summary>A text with zero bytes is not in UTF-8, so nothing can be said of it.</summary>
    private static bool MayDefineTargets(ReadOnlySpan<byte> bytes) =>
        MSBuildText.BeginsLikeXml(bytes) && (bytes.IndexOf("<Target"u8) >= 0 || bytes.IndexOf(":Target"u8) >= 0 || bytes.Contains((byte)0));
}
