using BuildGuard.NuGet.Gate;
using BuildGuard.Sandbox.Hosts;
using Microsoft.Build.Framework;

namespace BuildGuard.Tasks;

/// <summary>
/// What was compared in this build, as far as this process has to know: the guard's own files, and lists of packages. It saves each further project a request to MSBuild, and each process of the build a second look.
/// Whoever could set a mark without that runs inside this process by then, where nothing has to be forged. It ends with the build.
/// </summary>
internal sealed class BuildMark : IDisposable
{
    private const string Key = "BuildGuard.Mark";
    private static readonly string Folder = Path.GetDirectoryName(typeof(BuildMark).Assembly.Location) + Path.DirectorySeparatorChar;

    private readonly SortedSet<string> _hashes = new(StringComparer.Ordinal);
    private readonly List<string> _seals = [];
    private SealWords? _words;
    private string? _compilerServer;

    private BuildMark()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => ProcessMark.Clear();

    /// <summary>What is compared by now, as <see cref="Add(IBuildEngine4, string)"/> takes it.</summary>
    public static string Of(IBuildEngine4 engine) => engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is BuildMark mark ? string.Join('+', mark._hashes) : "";

    /// <summary>The guard's own files were compared, and those of a list of packages.</summary>
    /// <param name="engine">MSBuild.</param>
    /// <param name="hookFolder">The repo's own guard files, as MSBuild names their folder.</param>
    /// <param name="list">The list of packages; null where only the guard was compared.</param>
    public static void Add(IBuildEngine4 engine, string hookFolder, string? list)
    {
        var guard = SealWords.Compared(hookFolder, Folder, null);
        Add(engine, list is null ? guard : $"{guard}+{SealWords.Compared(hookFolder, Folder, list)}");
    }

    /// <summary>What another process of this build has compared.</summary>
    /// <param name="engine">MSBuild.</param>
    /// <param name="hashes">What <see cref="Of"/> gave there.</param>
    public static void Add(IBuildEngine4 engine, string hashes)
    {
        if (hashes.Length == 0)
            return;
        if (engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is not BuildMark mark)
            engine.RegisterTaskObject(Key, mark = new(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        var before = mark._hashes.Count;
        mark._hashes.UnionWith(hashes.Split('+'));
        if (mark._hashes.Count > before)
            mark.Write();
    }

    /// <summary>This process is sealed by these words, after all that they are about was compared. Of no other process: each says so for itself.</summary>
    /// <param name="engine">MSBuild.</param>
    /// <param name="seal">The name of the words (<see cref="SealWords.Name"/>).</param>
    /// <param name="compilerServer">Name of the compiler server that builds in this process use.</param>
    public static void Seal(IBuildEngine4 engine, string seal, string compilerServer)
    {
        if (engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is not BuildMark mark || mark._seals.Contains(seal))
            return;
        mark._seals.Add(seal);
        mark._compilerServer = compilerServer;
        mark.Write();
    }

    /// <summary>Who reads it looks for hashes behind the last slash only, as a folder can have any name, and for the server's name behind the equals sign there.</summary>
    private void Write() => ProcessMark.Set($"{Folder}|{string.Join('|', _hashes)}|{string.Join('|', _seals)}={_compilerServer}");

    /// <summary>What the gate that a check opened tells whoever seals. After <see cref="Add(IBuildEngine4, string)"/>.</summary>
    public static void Judge(IBuildEngine4 engine, SealWords? words)
    {
        if (engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is BuildMark mark)
            mark._words = words;
    }

    /// <summary>What the gate tells whoever seals, as the check of this build, the last one in this process, opened it; null where there was none.</summary>
    public static SealWords? Judged(IBuildEngine4 engine) => (engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) as BuildMark)?._words;
}
