using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Projects;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// Adds the restore hook, and the gate where it is wanted, to a repo: the guard's MSBuild text goes into .buildguard/, and one line in each of
/// Directory.Build.props, Directory.Build.targets and Directory.Solution.targets imports it. What those files hold already stays as it is.
/// </summary>
public static class HookInstaller
{
    /// <summary>Folder of the guard's own MSBuild text.</summary>
    public const string FolderName = HookImport.FolderName;

    /// <summary>The file whose presence is the gate.</summary>
    public const string GateFile = "Gate.props";

    internal const string ManifestFile = "guard.props";

    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly ImmutableArray<string> GateFiles = [GateFile, "Gate.targets", "Initial.props", "Solution.targets", "dirs.proj"];

    private static readonly ImmutableArray<(string File, string Import, bool Nested)> Hooks =
    [
        ("Directory.Build.props", "BuildGuard.props", true),
        ("Directory.Build.targets", "BuildGuard.targets", true),
        ("Directory.Solution.targets", "BuildGuard.targets", true),
    ];

    /// <summary>What installing changes.</summary>
    /// <param name="Files">Full path and new bytes of each file.</param>
    /// <param name="Deleted">Full paths of files of the guard that this installation is without.</param>
    /// <param name="Notes">What a person has to look at.</param>
    public sealed record Plan(ImmutableArray<(string Path, byte[] Bytes)> Files, ImmutableArray<string> Deleted, ImmutableArray<Note> Notes);

    /// <summary>Something to tell the user.</summary>
    /// <param name="Text">What.</param>
    /// <param name="NeedsHand">Whether the guard is not installed until somebody edits a file by hand.</param>
    public sealed record Note(string Text, bool NeedsHand);

    /// <summary>Works out the files. Nothing is written.</summary>
    /// <param name="root">The policy's folder.</param>
    /// <param name="guardFiles">Name and SHA-256 of each file that the guard runs from, which the repo pins.</param>
    /// <param name="version">The guard's version.</param>
    /// <param name="texts">The guard's MSBuild text by file name.</param>
    /// <param name="withGate">Whether packages' build files come in only by the gate.</param>
    public static Plan Prepare(string root, IEnumerable<(string Name, string Sha256)> guardFiles, string version, ImmutableDictionary<string, byte[]> texts, bool withGate)
    {
        var files = ImmutableArray.CreateBuilder<(string, byte[])>();
        var notes = ImmutableArray.CreateBuilder<Note>();
        var installed = withGate ? texts : texts.RemoveRange(GateFiles);
        foreach (var (name, bytes) in installed.OrderBy(t => t.Key, StringComparer.Ordinal))
            files.Add((Path.Combine(root, FolderName, name), bytes));
        files.Add((Path.Combine(root, FolderName, ManifestFile), Manifest(guardFiles, version, installed)));

        foreach (var folder in Solutions.SourceFolders(root))
        {
            foreach (var (file, import, nested) in Hooks)
            {
                var path = Path.Combine(folder, file);
                var isRoot = folder == root;
                if (!isRoot && !(nested && File.Exists(path)))
                    continue;
                if (Edit(path, HookImport.Line(folder, root, import), import, isRoot, notes) is { } bytes)
                    files.Add((path, bytes));
            }
        }
        return new(
            files.ToImmutable(),
            [.. GateFiles.Where(f => !installed.ContainsKey(f)).Select(f => Path.Combine(root, FolderName, f)).Where(File.Exists)],
            notes.ToImmutable());
    }

    private static byte[]? Edit(string path, string line, string import, bool isRoot, ImmutableArray<Note>.Builder notes)
    {
        if (!File.Exists(path))
            return HookImport.NewFile(line);
        var (bytes, problem) = BoundedFile.Read(path, MaxBytes);
        // A nested file that imports the one above it inherits the guard already.
        if (bytes is not null && !isRoot && ImportsParent(path))
            return null;
        (var edited, problem) = bytes is null ? (null, problem) : HookImport.Add(bytes, line, import);
        if (problem is not null)
            notes.Add(new($"{path} was left alone: {problem}. Until you add this by hand, as its first line inside <Project>, nothing is checked there: {line}", NeedsHand: true));
        if (edited is not null && !isRoot)
            notes.Add(new($"{path} hides the files above it, so it got an import of its own.", NeedsHand: false));
        return edited;
    }

    private static bool ImportsParent(string path) => new BuildFiles().Of(path)!.Elements.Any(e => e.Name.LocalName == "Import" && e.Parent?.Parent is null && (e.Attribute("Project")?.Value ?? "") is var p
        && (p.Contains("GetPathOfFileAbove", StringComparison.OrdinalIgnoreCase) || p.Contains("GetDirectoryNameOfFileAbove", StringComparison.OrdinalIgnoreCase)));

    private static byte[] Manifest(IEnumerable<(string Name, string Sha256)> guardFiles, string version, ImmutableDictionary<string, byte[]> texts)
    {
        var text = new StringBuilder();
        text.Append("<Project>\n  <!-- Which BuildGuard this repo runs, pinned by the hash of every file that it runs from. Written by buildguard init. -->\n");
        text.Append("  <PropertyGroup>\n    <BuildGuardVersion>").Append(version).Append("</BuildGuardVersion>\n  </PropertyGroup>\n");
        text.Append("  <!-- Asked for by Check.proj and dirs.proj only: the projects of the repo, which import this file too, are spared the list. -->\n  <ItemGroup Condition=\"'$(MSBuildProjectExtension)' == '.proj'\">\n");
        foreach (var (name, sha256) in guardFiles)
            Item(text, "BuildGuardFile", name, sha256);
        text.Append("  </ItemGroup>\n  <!-- The text in this folder as it was written, so that taking it away leaves alone what somebody changed: buildguard init reads it, and no build does. -->\n  <ItemGroup Condition=\"false\">\n");
        foreach (var (name, bytes) in texts.OrderBy(t => t.Key, StringComparer.Ordinal))
            Item(text, "BuildGuardText", name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return Encoding.UTF8.GetBytes(text.Append("  </ItemGroup>\n</Project>\n").ToString());
    }

    private static void Item(StringBuilder text, string item, string name, string sha256) =>
        text.Append("    <").Append(item).Append(" Include=\"").Append(name).Append("\" Sha256=\"").Append(sha256).Append("\" />\n");
}
