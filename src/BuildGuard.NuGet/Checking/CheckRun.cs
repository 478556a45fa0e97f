using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Advisories;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Policies;
using BuildGuard.NuGet.Projects;
using BuildGuard.NuGet.Sources;

namespace BuildGuard.NuGet.Checking;

/// <summary>What to check.</summary>
public sealed record CheckRequest
{
    /// <summary>Folder from which the policy is looked for, walking up.</summary>
    public required string Folder { get; init; }

    /// <summary>The policy file, where it is named; null to walk up.</summary>
    public string? PolicyFile { get; init; }

    /// <summary>The projects.</summary>
    public ImmutableArray<ProjectInput> Projects { get; init; } = [];

    /// <summary>How the guard itself stands.</summary>
    public GuardFacts Guard { get; init; } = new();

    /// <summary>The day of the check, UTC.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>Whether evidence of packages may come from the user's cache.</summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Told after each package: how many of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>What this machine brings into a build; null to look.</summary>
    public Machine? Machine { get; init; }
}

/// <summary>A check, or what it needs: reads the policy, the lock and the graph, and judges. Opens no network connection, writes nothing but the user's cache.</summary>
public static class CheckRun
{
    /// <summary>Runs a check. An internal error becomes a finding (BG0009), never an exception.</summary>
    public static (CheckResult Result, CheckInput Input) Execute(CheckRequest request, CancellationToken cancel)
    {
        CheckInput input;
        try
        {
            input = Gather(request, lockVouches: true, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            input = Failed(request, e);
        }
        try
        {
            return (Judge(input), input);
        }
        catch (Exception e)
        {
            input = Failed(request, e);
            return (Evaluation.Run(input), input);
        }
    }

    /// <summary>Reads everything that a lock needs: the archives themselves, whatever the lock before it said of them.</summary>
    public static CheckInput Gather(CheckRequest request, CancellationToken cancel) => Gather(request, lockVouches: false, cancel);

    private static CheckInput Gather(CheckRequest request, bool lockVouches, CancellationToken cancel)
    {
        var policy = PolicyFiles.Load(request.Folder, request.PolicyFile);
        // What does not wait for each other is read at the same time: a check is a process of its own, most of whose time goes into code that runs for the first time.
        var readLock = Task.Run(() => LockFiles.Load(policy), cancel);
        var guard = request.Guard with { Failures = request.Guard.Failures.AddRange(OwnFiles.Problems()) };
        if (policy.Policy is null || Evaluation.ModeInForce(new(policy, new("", null, null), PackageGraph.Empty, guard, request.Today)) == GuardMode.Off)
            return new(policy, readLock.GetAwaiter().GetResult(), PackageGraph.Empty, guard, request.Today);
        var root = Path.GetDirectoryName(policy.Path)!;
        var texts = new BuildFiles();
        var machine = request.Machine ?? Machine.Current();
        // A task knows whether it was started from a folder with the gate; the command line looks for the repo's.
        if (guard.Level == GuardLevel.CommandLine)
            guard = guard with { HasGate = Disk.IsFile(Path.Combine(root, HookInstaller.FolderName, HookInstaller.GateFile)) };
        Task<GuardFacts>? readEnvironment = null;
        Task<PackageGraph>? readSources = null;
        var graph = GraphReader.Read(new(request.Projects, root)
        {
            OnProjects = found =>
            {
                readEnvironment = Task.Run(() => WithEnvironment(guard, root, [.. found.Select(p => p.Path)], machine, texts), cancel);
                readSources = policy.Policy.Sources is null ? null : Task.Run(() => SourceReading.AddTo(PackageGraph.Empty with { Projects = found }, root, machine), cancel);
            },
            Cache = request.UseCache ? EvidenceCache.Open() : EvidenceCache.None,
            HashEveryFile = policy.Policy.HashEveryFile,
            Locked = lockVouches ? new(() => readLock.GetAwaiter().GetResult().Lock) : null,
            Progress = request.Progress,
            Subject = guard.Subject,
            Everything = guard.Level == GuardLevel.CommandLine,
            Sdk = machine.Sdks.FirstOrDefault(),
            Texts = texts,
        }, cancel);
        if (policy.Policy.PinToolchain)
        {
            var (toolchain, gap) = ToolchainReading.Read(root, request.UseCache && !policy.Policy.HashEveryFile ? EvidenceCache.Open() : EvidenceCache.None, cancel);
            graph = graph with { Toolchain = toolchain, Gaps = gap is null ? graph.Gaps : graph.Gaps.Add(gap) };
        }
        if (readSources?.GetAwaiter().GetResult() is { } sources)
            graph = graph with { Sources = sources.Sources, Gaps = graph.Gaps.AddRange(sources.Gaps), FilesRead = graph.FilesRead + sources.FilesRead };
        var locked = readLock.GetAwaiter().GetResult();
        return new(policy, locked, graph, readEnvironment!.GetAwaiter().GetResult(), request.Today)
        {
            Advisories = AdvisoryFiles.Read(policy, graph, request.Today, cancel),
            Graph = graph with
            {
                FilesRead = graph.FilesRead + policy.Files.Length + (locked.Lock is null ? 0 : 1),
                VanishedProjects = [.. (locked.Lock?.Projects ?? []).Where(p => !Disk.IsFile(Path.Combine(root, p)))],
            },
        };
    }

    private static GuardFacts WithEnvironment(GuardFacts guard, string root, string[] projects, Machine machine, BuildFiles texts) => guard with
    {
        Environment = EnvironmentReading.Read(root, projects, guard.Subject, machine, texts),
        Unguarded = Inheritance.Read(guard, root, projects, texts),
    };

    private static CheckResult Judge(CheckInput input)
    {
        // With an unreadable policy or switched off, only the guard's own state is judged: "no project was checked" would be noise.
        if (input.Document.Policy is null && input.Document.Problems.IsEmpty && input.Guard.Failures.IsEmpty)
            input = input with { Guard = input.Guard with { Failures = ["there is no policy and no reason why."] } };
        if (input.Document.Policy is null)
            return Evaluation.Run(input, [.. Core.Rules.AllRules.List.Where(r => r.Code is "BG0001" or "BG0002" or "BG0003" or "BG0007" or "BG0009")]);
        if (Evaluation.ModeInForce(input) == GuardMode.Off)
            return Evaluation.Run(input, [.. Core.Rules.AllRules.List.Where(r => r.Code is "BG0007" or "BG0009")]);
        return Evaluation.Run(input);
    }

    private static CheckInput Failed(CheckRequest request, Exception e) => new(
        new(request.PolicyFile ?? Path.Combine(request.Folder, PolicyFiles.FileName), null, []),
        new("", null, null),
        PackageGraph.Empty,
        request.Guard with { Failures = [$"{e.GetType().Name}: {e.Message} (at {Place(e)})"] },
        request.Today);

    private static string Place(Exception e) =>
        e.StackTrace?.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Contains("BuildGuard", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf("BuildGuard", StringComparison.Ordinal))..].Split(" in ")[0]
            : "an unknown place";
}
