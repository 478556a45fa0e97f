using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// Takes hook and gate out of a repo again: the imports that init wrote, files that hold nothing else, and .buildguard/. What people wrote stays. Imports go
/// before the files that they name, so that a repo which is left half way still builds, or says why not.
/// </summary>
public static class HookRemover
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly string[] ManifestElements = ["Project", "PropertyGroup", "ItemGroup", "BuildGuardVersion", "BuildGuardFile", "BuildGuardText"];

    /// <summary>What removing changes. Nothing at all where somebody has to edit a file first.</summary>
    /// <param name="Edited">Full path and new bytes of files that lose an import.</param>
    /// <param name="Deleted">Full paths of files that init made.</param>
    /// <param name="Kept">Full paths of files of the guard that somebody changed or added.</param>
    /// <param name="ByHand">Files whose import only a person can take out, each as a sentence.</param>
    public sealed record Plan(ImmutableArray<(string Path, byte[] Bytes)> Edited, ImmutableArray<string> Deleted, ImmutableArray<string> Kept, ImmutableArray<string> ByHand)
    {
        /// <summary>Whether there is nothing to take away.</summary>
        public bool IsEmpty => Edited.IsEmpty && Deleted.IsEmpty && ByHand.IsEmpty;
    }

    /// <summary>Works out what goes. Nothing is written.</summary>
    /// <param name="root">The folder that holds .buildguard/.</param>
    /// <param name="texts">The guard's MSBuild text of this version, by file name; for an installation that did not write down its own.</param>
    public static Plan Prepare(string root, ImmutableDictionary<string, byte[]> texts)
    {
        var edited = ImmutableArray.CreateBuilder<(string, byte[])>();
        var deleted = ImmutableArray.CreateBuilder<string>();
        var byHand = ImmutableArray.CreateBuilder<string>();
        foreach (var path in Solutions.SourceFolders(root).SelectMany(f => Directory.EnumerateFiles(f)).Where(IsBuildFile).Order(StringComparer.Ordinal))
        {
            if (BoundedFile.Read(path, MaxBytes).Bytes is not { } bytes || bytes.AsSpan().IndexOf(".buildguard"u8) < 0)
                continue;
            var (result, problem) = HookImport.Remove(bytes);
            if (problem is not null)
                byHand.Add($"{path}: {problem}.");
            else if (HookImport.IsNewFile(bytes))
                deleted.Add(path);
            else if (result is not null)
                edited.Add((path, result));
        }
        if (byHand.Count > 0)
            return new([], [], [], byHand.ToImmutable());
        var own = Own(Path.Combine(root, HookImport.FolderName), texts);
        return new(edited.ToImmutable(), [.. deleted, .. own[true]], [.. own[false]], []);
    }

    /// <summary>Writes and deletes; a folder that is empty then goes too.</summary>
    /// <exception cref="IOException">A file cannot be changed. What was changed before it stays so; the next run goes on.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Apply(string root, Plan plan)
    {
        foreach (var (path, bytes) in plan.Edited)
            AtomicFile.Write(path, bytes);
        foreach (var path in plan.Deleted)
            File.Delete(path);
        var folder = Path.Combine(root, HookImport.FolderName);
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    private static bool IsBuildFile(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".props" or ".targets" || Path.GetExtension(path).EndsWith("proj", StringComparison.OrdinalIgnoreCase);

    /// <summary>The files of a .buildguard/ folder, by whether they are as init wrote them. The manifest comes last: it knows that of the others.</summary>
    private static ILookup<bool, string> Own(string folder, ImmutableDictionary<string, byte[]> texts)
    {
        var files = Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).ToList() : [];
        var manifest = Path.Combine(folder, HookInstaller.ManifestFile);
        var written = Written(manifest);
        bool IsOwn(string path)
        {
            if (path == manifest)
                return written is not null;
            return BoundedFile.Read(path, MaxBytes).Bytes is { } bytes && (written is { Count: > 0 }
                ? written.GetValueOrDefault(Path.GetFileName(path)) == Convert.ToHexStringLower(SHA256.HashData(bytes))
                : texts.TryGetValue(Path.GetFileName(path), out var text) && bytes.AsSpan().SequenceEqual(text));
        }
        return files.OrderBy(f => f == manifest).ThenBy(f => f, StringComparer.Ordinal).ToLookup(IsOwn);
    }

    /// <summary>The hashes that a manifest holds of the text beside it; null where it is not one that init wrote.</summary>
    private static Dictionary<string, string>? Written(string manifest)
    {
        if (BoundedFile.Read(manifest, MaxBytes).Bytes is not { } bytes)
            return null;
        try
        {
            var elements = BoundedXml.Load(bytes, LoadOptions.None).Root!.DescendantsAndSelf().ToList();
            return elements.TrueForAll(e => ManifestElements.Contains(e.Name.LocalName))
                ? elements.Where(e => e.Name.LocalName == "BuildGuardText").GroupBy(e => e.Attribute("Include")?.Value ?? "").ToDictionary(g => g.Key, g => g.Last().Attribute("Sha256")?.Value ?? "")
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
