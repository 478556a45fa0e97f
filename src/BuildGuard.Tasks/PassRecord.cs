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

    // The repo's own guard files where there is no gate, in the order in which BuildGuard.targets compares them.
    private static readonly string[] UsualFiles = ["BuildGuard.props", "BuildGuard.targets", "Check.proj", "README.md", "guard.props"];

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
        var basis = Basis(input, hookFolder).Select(p => (Path: p, Hash: Hash(p))).ToList();
        var written = new List<string>();
        // The assets file comes last: the build takes a list without it for one that was cut short.
        foreach (var project in input.Graph.Projects)
        {
            if (project.AssetsFile is not { } assets)
                continue;
            (string Path, string Hash)[] own = [(project.Path, Hash(project.Path)), (assets, Hash(assets))];
            var record = Encoding.UTF8.GetBytes(string.Join('\n', [.. basis.Concat(own).Select(l => $"{l.Hash}|{l.Path}"), ""]));
            AtomicFile.Replace(PathFor(assets), record);
            written.Add(PathFor(assets));
            if (input.Guard.HasGate)
                continue;
            var quick = $"{PathFor(assets)}.{Path.GetFileName(project.MSBuildPath)}";
            // Also where there is none, so that an older one goes.
            AtomicFile.Replace(quick, Encoding.UTF8.GetBytes(Short(input, hookFolder, basis, own, record)));
            written.Add(quick);
        }
        return written;
    }

    /// <summary>The record in the form that is compared at once, and which counts beside that very record only; "" where the verdict rests on other files than it usually does.</summary>
    private static string Short(CheckInput input, string hookFolder, List<(string Path, string Hash)> basis, (string Path, string Hash)[] own, byte[] record)
    {
        string[] usual = [input.Document.Path, input.Lock.Path, .. UsualFiles.Select(f => Path.Combine(Path.GetFullPath(hookFolder), f))];
        var hashes = basis.DistinctBy(b => b.Path).ToDictionary(b => b.Path, b => b.Hash);
        return usual.Length == hashes.Count && usual.All(hashes.ContainsKey) ? $"{usual[0]}|{usual[1]}|{string.Concat(own.Select(o => o.Hash))}{string.Concat(usual.Select(u => hashes[u]))}{Hash(record)}" : "";
    }

    /// <summary>What every verdict rests on, beside projects and packages: the policy's files, the lock, the repo's own guard files.</summary>
    /// <param name="input">What the check decided by.</param>
    /// <param name="hookFolder">The repo's own guard files.</param>
    public static IEnumerable<string> Basis(CheckInput input, string hookFolder) =>
        [.. input.Document.Files, input.Lock.Path, .. Disk.Files(Path.GetFullPath(hookFolder)).Order(StringComparer.Ordinal)];

    private static string PathFor(string assetsFile) => Path.Combine(Path.GetDirectoryName(assetsFile)!, Folder, Name);

    /// <summary>The hash is over the text as MSBuild's ReadAllText decodes it, because that is what it will be compared with.</summary>
    private static string Hash(string path) => Hash(Encoding.UTF8.GetBytes(Disk.ReadText(path)));

    private static string Hash(byte[] text) => Convert.ToHexStringLower(SHA256.HashData(text));
}
