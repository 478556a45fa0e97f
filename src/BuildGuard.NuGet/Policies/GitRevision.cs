using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using BuildGuard.Core;

namespace BuildGuard.NuGet.Policies;

/// <summary>
/// The files of a commit, as git has them. Only plumbing is used, which applies no filter, hook, pager or external program that a repo's configuration could name, and which fetches nothing: a hostile repo
/// must not run anything through being compared.
/// </summary>
public sealed class GitRevision
{
    private const int Patience = 60_000;
    private const int MaxMessage = 64 * 1024;

    private readonly string _git;
    private readonly string _folder;
    private readonly string _top;

    private GitRevision(string git, string folder, string top, string commit) => (_git, _folder, _top, Commit) = (git, folder, top, commit);

    /// <summary>The commit's full hash.</summary>
    public string Commit { get; }

    /// <summary>Finds a commit. Exactly one of the results is null.</summary>
    /// <param name="folder">A folder of the repo.</param>
    /// <param name="revision">What git calls a revision: a branch, a tag, a hash.</param>
    /// <returns>The commit, or why there is none, as a clause.</returns>
    public static (GitRevision? Revision, string? Problem) Find(string folder, string revision)
    {
        if (revision.Length is 0 or > 1000 || revision.Any(char.IsControl))
            return (null, "it is no name of a revision");
        if (Program() is not { } git)
            return (null, "git is not on the PATH");
        var (prefix, noRepo) = Run(git, folder, 64 * 1024, "rev-parse", "--show-prefix");
        if (prefix is null)
            return (null, noRepo);
        var (commit, unknown) = Run(git, folder, 1024, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}");
        if (commit is null)
            return (null, unknown!.Length == 0 ? "this repo has no such commit" : unknown);
        // "a/b/" below the top; the folder may be reached by a link, so that git's name for the top is not its beginning.
        var depth = Text(prefix).Count(c => c == '/');
        var top = Path.GetFullPath(Path.Combine(folder, string.Concat(Enumerable.Repeat("../", depth))));
        return (new(git, folder, Path.TrimEndingDirectorySeparator(top), Text(commit)), null);
    }

    /// <summary>The nearest file of a name in the commit, from the folder upwards to the top of the repo.</summary>
    /// <returns>The path; null without a problem where the commit has none; or why that cannot be told, as a clause.</returns>
    public (string? Path, string? Problem) Nearest(string name)
    {
        for (var folder = _folder; ; folder = Path.GetDirectoryName(folder)!)
        {
            var path = Path.Combine(folder, name);
            var (exists, problem) = Has(path);
            if (exists || problem is not null)
                return (exists ? path : null, problem);
            if (folder == _top)
                return default;
        }
    }

    /// <summary>Whether the commit has a file. A commit of which parts are not here is a problem, and not one without the file.</summary>
    /// <param name="path">Full path.</param>
    public (bool Exists, string? Problem) Has(string path)
    {
        if (Name(path) is not { } name)
            return (false, null);
        var (listed, problem) = Run(_git, _folder, 64 * 1024, "ls-tree", "--full-tree", "-z", Commit, "--", name);
        return (listed is { Length: > 0 }, problem is null ? null : $"git cannot look for {name} ({problem})");
    }

    /// <summary>Reads a file of the commit. Exactly one of the results is null.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="maxBytes">Largest size that is read.</param>
    public (byte[]? Bytes, string? Problem) Read(string path, int maxBytes)
    {
        if (Name(path) is not { } name)
            return (null, "it lies outside of the repo, where a commit does not reach");
        var (exists, problem) = Has(path);
        return exists ? Run(_git, _folder, maxBytes, "cat-file", "blob", $"{Commit}:{name}") : (null, problem ?? $"it does not exist in {Commit[..12]}");
    }

    private string? Name(string path)
    {
        var relative = Path.GetRelativePath(_top, path).Replace('\\', '/');
        return Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) ? null : relative;
    }

    private static (byte[]? Output, string? Problem) Run(string git, string folder, int maxBytes, params string[] arguments)
    {
        var start = new ProcessStartInfo(git, ["--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        // A clone that left objects behind would fetch them now, by whatever program its configuration names.
        start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none";
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            using var clock = new CancellationTokenSource(Patience);
            try
            {
                var message = ReadAsync(process.StandardError.BaseStream, MaxMessage, clock.Token);
                var output = ReadAsync(process.StandardOutput.BaseStream, maxBytes, clock.Token).GetAwaiter().GetResult();
                if (output is null)
                    return (null, $"it has more than {maxBytes:N0} bytes");
                var said = message.GetAwaiter().GetResult();
                process.WaitForExitAsync(clock.Token).GetAwaiter().GetResult();
                return process.ExitCode == 0 ? (output, null) : (null, Printable.Of(Text(said ?? []).Split('\n')[0].TrimEnd('.')));
            }
            catch (OperationCanceledException)
            {
                return (null, "git did not answer");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return (null, $"git cannot be run ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>All that a stream gives; null where that is more than may be.</summary>
    private static async Task<byte[]?> ReadAsync(Stream stream, int maxBytes, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancel).ConfigureAwait(false) is var n and > 0)
        {
            if (bytes.Length + n > maxBytes)
                return null;
            bytes.Write(buffer, 0, n);
        }
        return bytes.ToArray();
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\n', '\r');

    /// <summary>git by its full path: a program of that name in the repo must not be taken for it.</summary>
    private static string? Program() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)
        .Select(p => Path.Combine(p, OperatingSystem.IsWindows() ? "git.exe" : "git")).FirstOrDefault(File.Exists);
}
