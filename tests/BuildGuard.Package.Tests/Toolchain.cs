using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>The .NET SDK itself, in a copy that somebody changes. No build of it says a word.</summary>
[TestClass]
public sealed class Toolchain
{
    private const string Compiler = "Roslyn/bincore/Microsoft.CodeAnalysis.CSharp.dll";

    [TestMethod]
    public void BG2008_a_changed_compiler_a_planted_workload_and_another_sdk()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        var effect = new SideEffect(repo.Temp);
        var (dotnet, sdk) = Copy(repo.Temp.Folder("dotnet"));
        // The native tool would look for dotnet as a shell does; the other belongs to the one that runs it.
        repo.Dotnet.Program = dotnet;
        repo.Dotnet.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(dotnet);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"toolchain\": \"pinned\""));
        repo.Run("build", "App").Red("BG2008", Guarded.LockFile);
        repo.ManagedTool("lock", "--yes").EnsureSuccess();
        Assert.Contains(" toolchain files,", repo.Run("build", "App").Green().Output);

        // A byte behind its end: it compiles as before.
        var compiler = Path.Combine(sdk, Compiler);
        using (var file = File.Open(compiler, FileMode.Append))
            file.WriteByte(0);
        Assert.Contains("BG0007", repo.Run("build", "App", "--no-incremental", "-p:BuildGuardMode=off").EnsureSuccess().Output, "It is no attack unless a build takes it.");
        Assert.Contains("sdk differs", repo.Run("build", "App").Red("BG2008", Guarded.LockFile, -1).Message);
        Assert.AreEqual(1, repo.ManagedTool("check").ExitCode);
        using (var file = File.Open(compiler, FileMode.Open))
            file.SetLength(file.Length - 1);
        repo.Run("build", "App").Green();

        // The targets of a workload's manifest are evaluated in every project, whether or not it uses the workload.
        var manifest = Directory.GetFiles(Path.Combine(Path.GetDirectoryName(dotnet)!, "sdk-manifests"), "WorkloadManifest.targets", SearchOption.AllDirectories).First(f => f.Contains("mono.toolchain.current", StringComparison.Ordinal));
        var honest = File.ReadAllText(manifest);
        var planted = effect.AtEvaluation;
        File.WriteAllText(manifest, honest[..honest.LastIndexOf("</Project>", StringComparison.Ordinal)] + planted["<Project>".Length..]);
        repo.Run("build", "App", "-p:BuildGuardMode=off").EnsureSuccess();
        Assert.IsTrue(effect.Happened, "It is no attack unless a build takes it.");
        Assert.Contains("manifests differs", repo.Run("build", "App").Red("BG2008", Guarded.LockFile, -1).Message);
        Assert.AreEqual(1, repo.ManagedTool("check").ExitCode);
        File.WriteAllText(manifest, honest);
        repo.ManagedTool("check").EnsureSuccess();

        // Another SDK than the one that was locked.
        repo.Write(Guarded.LockFile, repo.Read(Guarded.LockFile).Replace($"\"sdk\": \"{Path.GetFileName(sdk)}\"", "\"sdk\": \"10.0.100\"", StringComparison.Ordinal));
        Assert.Contains($"builds with the .NET SDK {Path.GetFileName(sdk)}, and the lock has 10.0.100", repo.Run("build", "App").Red("BG2008", Guarded.LockFile, -1).Message);
    }

    /// <summary>A copy of what builds here: the SDK and its manifests as files, what nobody changes as links.</summary>
    private static (string Dotnet, string Sdk) Copy(string to)
    {
        var sdk = new DotnetRunner(new()).Run(to, "--version").EnsureSuccess().Output.Trim();
        var muxer = new FileInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)! + "/../../../dotnet");
        var from = Path.GetFullPath(muxer.DirectoryName!);
        foreach (var folder in (string[])[$"sdk/{sdk}", "sdk-manifests"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(from, folder), "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
        File.Copy(muxer.FullName, Path.Combine(to, "dotnet"));
        foreach (var folder in (string[])["host", "shared", "packs"])
            Directory.CreateSymbolicLink(Path.Combine(to, folder), Path.Combine(from, folder));
        return (Path.Combine(to, "dotnet"), Path.Combine(to, "sdk", sdk));
    }
}
