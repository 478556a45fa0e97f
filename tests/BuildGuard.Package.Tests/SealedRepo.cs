using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Repos whose packages try to use the network in a build. What they may run is approved; what they may reach is the seal's part.</summary>
internal static class SealedRepo
{
    /// <summary>Everything that packages bring may run.</summary>
    public const string Approved = ", \"buildScripts\": { \"default\": \"allow\", \"allow\": [ { \"id\": \"*.Analyzers\", \"kinds\": [ \"scripts\" ], \"reason\": \"test\" } ] }";

    /// <summary>A folder with packages that this repo itself was restored from: test platforms.</summary>
    public static string Installed => Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>A repo whose feed has the packages that are installed on this machine.</summary>
    public static TestRepo WithInstalled()
    {
        var repo = Guarded.Repo();
        foreach (var package in Directory.EnumerateFiles(Installed, "*.nupkg", SearchOption.AllDirectories).Where(p => !Path.GetFileName(p).StartsWith("buildguard", StringComparison.OrdinalIgnoreCase)))
            File.CreateSymbolicLink(Path.Combine(repo.Feed.Folder, Path.GetFileName(package)), package);
        return repo;
    }

    /// <summary>The newest version of a package in <see cref="Installed"/>.</summary>
    public static string VersionOf(string id) => Directory.EnumerateDirectories(Path.Combine(Installed, id)).Select(d => Path.GetFileName(d)).OrderBy(v => Version.TryParse(v, out var version) ? version : new()).Last();

    /// <summary>A package whose target runs a command in the shell before the compiler, and goes on whatever comes of it.</summary>
    public static TestPackage Script(string id, string command) => Guarded.Package(id).Targets(Exec(id, command));

    /// <summary>The targets of <see cref="Script"/>.</summary>
    public static string Exec(string id, string command) =>
        $"<Project><Target Name=\"_{id.Replace('.', '_')}\" BeforeTargets=\"PrepareForBuild\"><Exec Command=\"{System.Security.SecurityElement.Escape(command).Replace("%", "%25", StringComparison.Ordinal)}\" IgnoreExitCode=\"true\" /></Target></Project>";

    /// <summary>A command that connects to a port and says how that went in a file: 0 where it got through.</summary>
    public static string Connect(int port, string outcome) => $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2>/dev/null; echo $? > '{outcome}'";

    /// <summary>Installs the guard in a repo, with all of its scripts approved.</summary>
    /// <param name="repo">The repo.</param>
    /// <param name="subject">What is restored.</param>
    /// <param name="network">The policy's <c>network</c>, with a comma before it; the default where empty.</param>
    public static TestRepo Guard(this TestRepo repo, string subject = "App", string network = "")
    {
        repo.Run("restore", subject).EnsureSuccess();
        repo.Tool("init", Path.HasExtension(subject) ? subject : ".").EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(Approved + network));
        repo.Run("restore", subject).Green();
        return repo;
    }

    /// <summary>Lets a repo use what its user has: nodes that wait for the next build, and the compiler server. The nodes are those of this repo's tests only, and end with it.</summary>
    public static TestRepo WithServers(this TestRepo repo, string salt)
    {
        repo.Dotnet.Environment["MSBUILDDISABLENODEREUSE"] = null;
        repo.Dotnet.Environment["UseSharedCompilation"] = null;
        repo.Dotnet.Environment["MSBUILDNODEHANDSHAKESALT"] = salt;
        repo.Last(() => EndNodes(salt));
        return repo;
    }

    /// <summary>Processes that run, by a part of their command line.</summary>
    public static IReadOnlyList<int> Processes(string part) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId && CommandLine(id).Contains(part, StringComparison.Ordinal)),
    ];

    /// <summary>Nodes of MSBuild that a repo with servers left behind, by the salt that it was given.</summary>
    public static IReadOnlyList<int> Nodes(string salt) => [.. Processes("/nodemode:1").Where(p => Text(p, "environ").Contains(salt, StringComparison.Ordinal))];

    private static void EndNodes(string salt)
    {
        foreach (var node in Nodes(salt))
        {
            try
            {
                System.Diagnostics.Process.GetProcessById(node).Kill();
            }
            catch (ArgumentException)
            {
                // It has ended meanwhile.
            }
        }
    }

    /// <summary>Whether the kernel has a filter for a process that this one has not.</summary>
    public static bool IsSealed(int process)
    {
        static int Filters(string status) => int.Parse(status.Split('\n').Single(l => l.StartsWith("Seccomp_filters:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);
        return Filters(Text(process, "status")) > Filters(Text(Environment.ProcessId, "status"));
    }

    /// <summary>Asserts that there is no such process, or soon will be none.</summary>
    public static void NoProcess(string part) =>
        Assert.IsTrue(SpinWait.SpinUntil(() => Processes(part).Count == 0, TimeSpan.FromSeconds(20)), $"Still there: {string.Join(", ", Processes(part).Select(CommandLine))}");

    /// <summary>The command line of a process; empty where there is none, or not any more.</summary>
    public static string CommandLine(int id) => Text(id, "cmdline").Replace('\0', ' ');

    private static string Text(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
