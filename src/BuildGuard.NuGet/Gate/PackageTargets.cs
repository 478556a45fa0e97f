using System.Collections.Immutable;
using System.Xml;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

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
            var texts = package.Files.Value.Select(f => f.Path).Where(HasTextExtension).ToList();
            // An import can name a file of any extension, or one that only the build knows; then every file may be text.
            var importsOthers = false;
            foreach (var text in texts)
                importsOthers |= ReadInto(names, folder, text);
            foreach (var file in importsOthers ? package.Files.Value.Select(f => f.Path).Except(texts) : [])
                _ = ReadInto(names, folder, file);
        }
        return [.. names];
    }

    private static bool HasTextExtension(string path) => GateFiles.TextExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <returns>Whether the file imports something that is not known to be MSBuild text by its extension.</returns>
    private static bool ReadInto(SortedSet<string> names, string folder, string file)
    {
        var importsOther = false;
        var (bytes, _) = BoundedFile.Read(Path.Combine(folder, file), GateFiles.MaxTextBytes);
        if (bytes is null || !MayBeXml(bytes) || !MaySayAnything(bytes))
            return false;
        try
        {
            // As MSBuild reads it: what a declaration says of the encoding does not count, and a document type is passed over.
            using var text = new StreamReader(new MemoryStream(bytes));
            using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Target" } && reader.GetAttribute("Name") is { Length: > 0 } name)
                    names.Add(name);
                else if (reader is { NodeType: XmlNodeType.Element, LocalName: "Import" } && reader.GetAttribute("Project") is { } import)
                    importsOther |= import.Contains('%') || !import.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(HasTextExtension);
            }
        }
        catch (XmlException)
        {
            // MSBuild cannot read it either.
        }
        return importsOther;
    }

    /// <summary>Byte order marks of whatever encoding, and white space.</summary>
    private static ReadOnlySpan<byte> BeforeText => [0xEF, 0xBB, 0xBF, 0xFF, 0xFE, 0, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n'];

    /// <summary>
    /// Whether a file can hold a target or an import. Packages carry megabytes of documentation as XML, which most often holds neither; reading it as XML would take longer than the whole check.
    /// A text with zero bytes is not in UTF-8, so nothing can be said of it.
    /// </summary>
    private static bool MaySayAnything(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("<Target"u8) >= 0 || bytes.IndexOf(":Target"u8) >= 0 || bytes.IndexOf("<Import"u8) >= 0 || bytes.IndexOf(":Import"u8) >= 0 || bytes.Contains((byte)0);

    private static bool MayBeXml(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOfAnyExcept(BeforeText);
        return start >= 0 && bytes[start] == (byte)'<';
    }
}
