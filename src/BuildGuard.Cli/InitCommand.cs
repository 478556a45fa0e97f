using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Advisories;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.Cli;

/// <summary><c>buildguard init</c></summary>
internal static class InitCommand
{
    /// <summary>What goes into the repo's own build files.</summary>
    public enum Installation
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>The check after restores.</summary>
        Hook,

        /// <summary>The check, and the gate that lets in only what it passed.</summary>
        Gate,
    }

    public static int Run(string? path, bool yes, Installation installation, CancellationToken cancel)
    {
        if (Shell.Find(path ?? Environment.CurrentDirectory, null) is not { } scope)
            return Shell.Undecided;
        var policyPath = PolicyFiles.Find(scope.Folder) ?? Path.Combine(scope.Folder, PolicyFiles.FileName);
        var root = Path.GetDirectoryName(policyPath)!;
        var graph = Shell.Work("Reading packages", progress => GraphReading.Read(Shell.WithLocked(scope, null), root, scope.Target, progress, cancel));
        if (Contradicts(policyPath, installation))
            return Shell.Violations;
        if (Evidence(graph, policyPath, scope.Target) is { } problem)
            return problem;
        Report(graph, root);
        try
        {
            var isNew = WritePolicy(policyPath, graph, installation, yes);
            Write(Path.Combine(root, "buildguard.schema.json"), Encoding.UTF8.GetBytes(PolicySchema.Write()));
            var byHand = installation != Installation.None && WriteHook(root, installation == Installation.Gate);
            var policy = PolicyFiles.Load(root, policyPath);
            var input = new Core.CheckInput(policy, LockFiles.Load(policy), graph, new() { Subject = scope.Target }, Shell.Today) { Advisories = AdvisoryFiles.Read(policy, graph, Shell.Today, cancel) };
            var code = LockCommand.Write(input, FirstLock(input, isNew), yes);
            if (code == Shell.Passed && byHand)
            {
                Shell.Error("BG0011", "The check is not installed completely: see the files that were left alone, above.", "Add the lines by hand, then run buildguard init again to be sure.");
                return Shell.Violations;
            }
            if (code == Shell.Passed)
                Shell.Say($"\nCheck in these files, then build: dotnet build{Outlook(installation)}");
            return code;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Shell.Error("BG0009", $"A file cannot be written ({e.Message.TrimEnd('.')}); no file was left half written.", "Make the folder writable and run buildguard init again; it goes on where it stopped.");
            return Shell.Undecided;
        }
    }

    private static string Outlook(Installation installation) => installation switch
    {
        Installation.Gate => "\nFrom now on dotnet restore and dotnet build run the check, and nothing of a package is imported that it did not pass. Restores that run no targets (dotnet add package, an editor's) are checked by the build after them.",
        Installation.Hook => "\nFrom now on dotnet restore and dotnet build run the check. Without the gate MSBuild imports the files of packages as always: those of a refused package are evaluated by --no-restore. To add it: buildguard init",
        _ => "\nNo build runs the check by itself. Run it: buildguard check",
    };

    /// <summary>A policy that asks for the gate and an installation without it contradict each other.</summary>
    private static bool Contradicts(string policyPath, Installation installation)
    {
        if (installation == Installation.Gate || !File.Exists(policyPath) || PolicyFiles.Load(Path.GetDirectoryName(policyPath)!, policyPath).Policy is not { GateRequired: true })
            return false;
        Shell.Error("BG0010", $"{policyPath} asks for the gate (\"gate\": \"required\"), so nothing was changed.", "Write \"gate\": \"optional\" there, or run: buildguard init");
        return true;
    }

    private static int? Evidence(PackageGraph graph, string policyPath, string target)
    {
        // Judged by an empty policy: only what makes a lock impossible counts here.
        var policy = new PolicyDocument(policyPath, new GuardPolicy { Signatures = new() { Default = SignatureRequirement.Off } }, []);
        var input = new Core.CheckInput(policy, new("", null, null), graph, new() { Subject = target }, Shell.Today);
        return Shell.Refuses(input, "BG0006", "BG0008", "BG1003", "BG2003", "BG2007");
    }

    private static void Report(PackageGraph graph, string root)
    {
        var unsigned = graph.Downloaded.Where(p => !p.Signature.Value.Holds).ToList();
        foreach (var sdk in graph.Sdks)
            Shell.Say($"MSBuild evaluates the SDK {sdk.Id} {sdk.Version} in every build, before any check can run. The lock pins it; review it as you review the repo's own build files.");
        foreach (var tool in graph.Tools)
            Shell.Say($"The lock pins the tool {tool.Id} {tool.Version}. It runs with your rights whenever somebody calls it.");
        var scripted = graph.Packages.Where(p => PackageScriptsMustNotShip.ScriptsOf(p).Any()).ToList();
        Shell.Say(Summary.Found(graph));
        foreach (var signer in PolicyDraft.SignersOf(graph))
            Shell.Say($"  signer: {signer.Name} ({(signer == TrustedSigner.Gallery ? "the public gallery" : $"sha256:{signer.Certificates.Single()}")}) signed {Summary.Count(graph.Downloaded.Count(p => p.Signature.Value.Holds && signer.Signed(p.Signature.Value)), "package")}");
        foreach (var source in SourceDraft.Of(graph, root))
            Shell.Say($"  source: {source.Name} ({SourceAddress.Shown(source.Url)}){(source.Packages.IsEmpty ? "" : $", which NuGet's configuration does not name, of {Summary.Count(source.Packages.Length, "package")}")}");
        foreach (var package in unsigned)
            Shell.Say($"  exception: {package.Id} {package.Version} has no signature that holds");
        foreach (var package in scripted)
            Shell.Say($"  exception: {package.Id} {package.Version} ships install scripts");
        var running = PolicyDraft.RunningKinds(graph).Where(r => r.Kinds is not ["scripts"]).ToList();
        var byKind = running.SelectMany(r => r.Kinds).Where(k => k != "scripts").CountBy(k => k).OrderByDescending(k => k.Value).ThenBy(k => k.Key, StringComparer.Ordinal);
        if (running.Count > 0)
            Shell.Say($"{Summary.Count(running.Count, "package")} run{(running.Count == 1 ? "s" : "")} something in a build: {string.Join(", ", byKind.Select(k => $"{k.Key} {k.Value}"))}. Each is an entry of \"buildScripts.allow\" for you to review.");
    }

    /// <summary>The lock of a repo that is introduced to BuildGuard: what is there is approved, where the policy names it. A lock that exists is carried over.</summary>
    private static LockFile FirstLock(Core.CheckInput input, bool isNewPolicy)
    {
        var file = LockCommand.From(input);
        if (input.Document.Policy is null || !(isNewPolicy || input.Lock.IsAbsent))
            return file;
        return LockWriter.Approve(file, Core.BuildScriptDecisions.Of(input).Where(d => d.IsNamed).Select(d => (d.Package, d.Script)));
    }

    /// <returns>Whether the policy is a new draft.</returns>
    private static bool WritePolicy(string path, PackageGraph graph, Installation installation, bool yes)
    {
        var bytes = Encoding.UTF8.GetBytes(PolicyDraft.Write(graph, installation == Installation.Gate, Path.GetDirectoryName(path)!));
        if (File.Exists(path))
        {
            // What people decided is theirs: --yes answers questions about the lock, it never replaces a policy.
            if (yes || !Shell.CanAsk || !Shell.Ask($"{path} exists. Replace it by a new draft?"))
            {
                Shell.Say($"Kept  {path} (to start anew, delete it first)");
                return false;
            }
        }
        Write(path, bytes);
        return true;
    }

    /// <returns>Whether somebody has to edit a file by hand before the check runs everywhere.</returns>
    private static bool WriteHook(string root, bool withGate)
    {
        var plan = HookInstaller.Prepare(root, GuardFiles.All(), ToolVersion.Text, HookTexts.All(), withGate);
        foreach (var file in plan.Deleted)
        {
            File.Delete(file);
            Shell.Say($"Deleted {file}");
        }
        foreach (var (file, bytes) in plan.Files)
            Write(file, bytes);
        foreach (var note in plan.Notes)
            Shell.Say($"Note: {note.Text}");
        return plan.Notes.Any(n => n.NeedsHand);
    }

    private static void Write(string path, byte[] bytes)
    {
        if (AtomicFile.Write(path, bytes))
            Shell.Say($"Wrote {path}");
    }
}
