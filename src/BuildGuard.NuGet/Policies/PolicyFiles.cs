using System.Collections.Immutable;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Policies;

/// <summary>Finds and reads the policy of a repo, with the policies it extends.</summary>
public static class PolicyFiles
{
    /// <summary>Name of the policy file.</summary>
    public const string FileName = "buildguard.json";

    private const int MaxExtends = 16;

    /// <summary>The policy that holds for a folder: the nearest buildguard.json, walking up. Null where there is none.</summary>
    public static string? Find(string folder)
    {
        return Disk.Up(folder).Select(f => Path.Combine(f, FileName)).FirstOrDefault(Disk.Exists);
    }

    /// <summary>Another policy above this one in the same repo. A folder with a .git entry is where a repo ends.</summary>
    private static string? OtherAbove(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        return Disk.Exists(Path.Combine(folder, ".git")) || Path.GetDirectoryName(folder) is not { } parent ? null
            : RepoFolders(parent).Select(f => Path.Combine(f, FileName)).FirstOrDefault(Disk.Exists);
    }

    private static IEnumerable<string> RepoFolders(string folder)
    {
        foreach (var f in Disk.Up(folder))
        {
            yield return f;
            if (Disk.Exists(Path.Combine(f, ".git")))
                yield break;
        }
    }

    /// <summary>Reads the policy for a folder.</summary>
    /// <param name="folder">Folder of the project, solution or working directory.</param>
    /// <param name="explicitFile">The file that BuildGuardPolicyFile or <c>--policy</c> names; null to walk up.</param>
    /// <param name="pending">A file whose new bytes are not written yet, and these; null to read what is on the disk.</param>
    public static PolicyDocument Load(string folder, string? explicitFile, (string Path, byte[] Bytes)? pending = null)
    {
        var path = explicitFile is null ? Find(folder) : FullPath(explicitFile, folder);
        if (path is null)
        {
            var expected = Path.Combine(folder, FileName);
            return Failed(expected, [new(PolicyTrouble.Unreadable, $"There is no {FileName} in {folder} or above it.",
                "If there was one, take it from version control: a new one knows nothing of what was decided. Else run: buildguard init (or dotnet msbuild -t:BuildGuardInit), which writes a policy that fits what is here, and check it in.", new(expected))], []);
        }

        var document = ReadBy(path, p => pending?.Path == p ? (pending.Value.Bytes, null) : BoundedFile.Read(p, PolicyReader.MaxBytes));
        if (document.Policy is not null && explicitFile is null && OtherAbove(path) is { } other)
        {
            return Failed(path, [new(PolicyTrouble.Unreadable, $"This repo has a second policy above this one, {other}; a nearer policy could undo what that one asks for.",
                "Keep one policy for each repo. To vary it for one build, name the file: -p:BuildGuardPolicyFile=… or --policy.", new(path, 1, 1))], document.Files);
        }
        return document;
    }

    /// <summary>Reads a policy whose files need not be on the disk.</summary>
    /// <param name="path">Full path of the file, as it is or would be.</param>
    /// <param name="read">Gives the bytes of a full path, or says why there are none.</param>
    public static PolicyDocument ReadBy(string path, Func<string, (byte[]? Bytes, string? Problem)> read)
    {
        var files = new List<string>();
        var trees = new List<JsonValue>();
        if (Collect(path, null, [], files, trees, read) is { } problems)
            return Failed(path, problems, files);
        var policy = PolicyReader.Build(PolicyReader.Overlay(trees), out var late);
        return late.IsEmpty ? new(path, policy, []) { Files = [.. files] } : new(path, null, late) { Files = [.. files] };
    }

    /// <summary>
    /// Adds a file's tree after the trees of all that it extends: furthest first. Returns what is wrong, or null.
    /// A base that two of them share counts once, below both: what the first one changes in it must stay changed.
    /// </summary>
    private static PolicyProblem[]? Collect(string path, SourceLocation? from, ImmutableStack<string> extending, List<string> files, List<JsonValue> trees, Func<string, (byte[]? Bytes, string? Problem)> read)
    {
        if (extending.Contains(path))
            return [new(PolicyTrouble.Unreadable, $"The policy {path} extends itself.", "Remove one of the \"extends\" entries.", from!)];
        if (files.Contains(path))
            return null;
        var (bytes, problem) = read(path);
        if (bytes is null)
        {
            return [new(PolicyTrouble.Unreadable, from is null ? $"The policy cannot be read: {problem}." : $"The policy {path}, which this one extends, cannot be read: {problem}.",
                from is null ? "Correct BuildGuardPolicyFile or the file's permissions, or run: buildguard init" : "Correct the path in \"extends\"; it is relative to the file that names it.", from ?? new(path))];
        }
        if (files.Count >= MaxExtends)
            return [new(PolicyTrouble.Unreadable, $"More than {MaxExtends} policies extend each other.", "Join some of them.", from!)];
        files.Add(path);
        var (tree, problems) = PolicyReader.ReadFile(bytes, path);
        if (!problems.IsEmpty)
            return [.. problems];
        foreach (var entry in PolicyReader.Extends(tree!))
        {
            if (Collect(FullPath(entry.Text, Path.GetDirectoryName(path)!), entry.Location, extending.Push(path), files, trees, read) is { } deeper)
                return deeper;
        }
        trees.Add(tree!);
        return null;
    }

    // A path with a NUL is no path; as it stands, reading it says so.
    private static string FullPath(string path, string folder) => path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path, folder);

    private static PolicyDocument Failed(string path, PolicyProblem[] problems, IEnumerable<string> files) => new(path, null, [.. problems]) { Files = [.. files] };
}
