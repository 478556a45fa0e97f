using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core;
using BuildGuard.NuGet.Files;

namespace BuildGuard.Tasks;

/// <summary>
/// What a passed check leaves beside each project's assets file: the files it decided by, with their hashes. A build that does not restore compares them
/// with MSBuild's own functions, without loading a task. Whoever can write obj/ can forge the record; the threat model says so.
/// </summary>
internal static class PassRecord
{
    private const string Folder = "buildguard";
    private const string Name = "passed";

    /// <summary>Takes a record away.</summary>
    /// <param name="assetsFile">The project's assets file; null for a project whose place is not known.</param>
    /// <exception cref="IOException">It is there and cannot be removed.</exception>
    public static void Remove(string? assetsFile)
    {
        if (assetsFile is not null && Disk.IsFolder(Path.Combine(Path.GetDirectoryName(assetsFile)!, Folder)))
            File.Delete(PathFor(assetsFile));
    }

    /// <summary>Writes the record of every project of a passed check.</summary>
    /// <param name="input">What the check decided by.</param>
    /// <param name="hookFolder">The repo's own guard files.</param>
    /// <returns>Full paths of the records.</returns>
    public static List<string> Write(CheckInput input, string hookFolder)
    {
        var lines = Basis(input, hookFolder).Select(Line).ToList();
        var written = new List<string>();
        // The assets file comes last: the build takes a list without it for one that was cut short.
        foreach (var project in input.Graph.Projects)
        {
            if (project.AssetsFile is not { } assets)
                continue;
            AtomicFile.Write(PathFor(assets), Encoding.UTF8.GetBytes(string.Join('\n', [.. lines, Line(project.Path), Line(assets), ""])));
            written.Add(PathFor(assets));
        }
        return written;
    }

    /// <summary>What every verdict rests on, beside projects and packages: the policy's files, the lock, the repo's own guard files.</summary>
    /// <param name="input">What the check decided by.</param>
    /// <param name="hookFolder">The repo's own guard files.</param>
    public static IEnumerable<string> Basis(CheckInput input, string hookFolder) =>
        [.. input.Document.Files, input.Lock.Path, .. Disk.Files(Path.GetFullPath(hookFolder)).Order(StringComparer.Ordinal)];

    private static string PathFor(string assetsFile) => Path.Combine(Path.GetDirectoryName(assetsFile)!, Folder, Name);

    /// <summary>The hash is over the text as MSBuild's ReadAllText decodes it, because that is what it will be compared with.</summary>
    private static string Line(string path) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Disk.ReadText(path))))}|{path}";
}
