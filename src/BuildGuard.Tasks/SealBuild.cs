using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;
using BuildGuard.NuGet.Gate;
using BuildGuard.NuGet.Policies;
using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Hosts;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace BuildGuard.Tasks;

/// <summary>
/// Takes the network from the process that it runs in, before anything of a package does, and tells who tried to use it. The first call in a process seals it; every call tells what happened
/// since the one before.
/// </summary>
public sealed partial class SealBuild : Task
{
    private const string Key = "BuildGuard.Seal";

    private GuardPolicy? _policy;
    private bool _report;
    private bool _buildsUnsealed;

    /// <summary>Full path of the project, or the solution, that is built.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>
    /// What for: <c>Project</c>, where the gate's stamp vouches for the policy's words; <c>Solution</c>, before MSBuild starts nodes for it, where the policy is read; <c>Entry</c> and <c>Node</c>, which
    /// <see cref="BuildProcesses"/> asks for.
    /// </summary>
    public string Role { get; set; } = "Project";

    /// <summary>Of a project, instead of what follows one by one: what the gate knows (<see cref="SealWords"/>). Of a node, where the check of this build has opened the gate: the same, in base 64.</summary>
    public string Words { get; set; } = "";

    /// <summary>Their name, if there are any. Of a node only.</summary>
    public string SealName { get; set; } = "";

    /// <summary>Folder of the repo's own guard files.</summary>
    public string HookFolder { get; set; } = "";

    /// <summary>The policy file that is asked for; empty to look for it, where a solution is built. Of a project, the one that the gate was opened by.</summary>
    public string? PolicyFile { get; set; }

    /// <summary>Which nodes are sealed along with this one. Of a node only.</summary>
    public string Part { get; set; } = "";

    /// <summary>Whether the process that runs the build is sealed at the same time. Of a node only.</summary>
    public bool IsTogether { get; set; }

    /// <summary>Of a project: whether the gate is open, which a text that differs shuts, and its packages were compared; "trueTrue" where both holds.</summary>
    public string Compared { get; set; } = "";

    /// <summary>What the process that runs the build has compared by then (<see cref="BuildMark"/>). Of a node only.</summary>
    public string Marks { get; set; } = "";

    /// <summary>Folder of MSBuild and the compilers. MSBuild reserves the property that it comes from.</summary>
    [Required]
    public string Sdk { get; set; } = "";

    /// <summary>What the policy says of the network: Deny or Report.</summary>
    public string Network { get; set; } = "";

    /// <summary>The mode in force: Enforce or Audit, which refuses nothing.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Whether the build goes on where it cannot be sealed.</summary>
    public bool WarnWhenUnavailable { get; set; }

    /// <summary>The severity that the policy gives to attempts; empty for the default.</summary>
    public string? Severity { get; set; }

    /// <summary>Whether warnings are errors.</summary>
    public bool Strict { get; set; }

    /// <summary>The list of package folders, by which a program is known to be a package's; empty for a solution.</summary>
    public string Packages { get; set; } = "";

    /// <summary>Name for a compiler server of this build's own, which starts inside the seal.</summary>
    [Output]
    public string? CompilerServer { get; private set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            Seal();
        }
        catch (Exception e)
        {
            Fail(e);
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>
    /// Seals, and tells. A node, where nothing is wrong, does without the assemblies that know of policies and findings: each of those takes longer to load than to seal. So whatever needs them is in methods of its own.
    /// </summary>
    private void Seal()
    {
        if (Role == "Node")
            ProcessMark.Prepare();
        // A policy that cannot be read is the check's to tell. Until it has passed, the gate lets nothing in that could run.
        if (Role is "Node" or "Entry")
            TakeOrders();
        else if (!TakePolicy())
            return;
        var engine = (IBuildEngine4)BuildEngine;
        var others = new BuildProcesses((IBuildEngine6)BuildEngine, HookFolder, _report, _buildsUnsealed, Project, Role == "Solution" ? Words : "", SealName);
        var areTogether = true;
        if (Role == "Solution" && ProcessSeal.IsFree && !UserCommand.IsNode())
        {
            // At once with its nodes, of which each takes as long as this process. Where there is one, this process is sealed by then, and below it is as if this were asked for the second time.
            NodeReuse.Stop(BuildEngine);
            areTogether = others.SealNodes(together: true);
        }
        var end = engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) as EndOfBuild;
        var isFirst = end is null;
        if (isFirst)
            NodeReuse.Stop(BuildEngine);
        var seal = ProcessSeal.Get(_report, Sdk);
        // The solution has the same trouble, and says so.
        if (IsTogether && seal.Trouble is not null)
            return;
        CompilerServer = seal.CompilerServer;
        end ??= new(seal);
        end.Begin(this);
        var isGone = false;
        if (isFirst)
        {
            engine.RegisterTaskObject(Key, end, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
            isGone = seal.Session?.Begin() == false;
            Log.LogMessage(MessageImportance.Low, "{0}", $"BuildGuard: process {Environment.ProcessId} is {(seal.Trouble is null ? "" : "not ")}sealed off from the network; {seal.Ended} open sockets were ended.");
        }
        end.IsIncomplete |= seal.Trouble is null && !(areTogether && SealOthers(seal, others, isFirst));
        if (!end.IsIncomplete && isFirst && !UserCommand.IsNode())
            seal.Session?.MakeWhole();
        // A broker that was just started has nothing to tell, and is asked the next time. But its bell may have come by now.
        var isQuiet = seal.Session is null || seal.Session.IsQuiet() || (isFirst && seal.IsNew);
        // What .NET code was refused that the broker does not list must not explain what it lists later.
        if (isQuiet)
            _ = seal.Own.Take();
        if (!isQuiet || isGone || end.IsIncomplete || seal.Trouble is not null)
            Tell(end, isFirst, isGone, isQuiet);
        if (Log.HasLoggedErrors)
            return;
        if (Role == "Node")
            BuildMark.Add(BuildEngine4, Marks);
        else
            Mark();
        // By these words, which the gate has for each project as well: none has to begin with the seal then.
        if (SealName.Length > 0 && !end.IsIncomplete && seal.CompilerServer is { } server)
            BuildMark.Seal(BuildEngine4, SealName, server);
    }

    private void Fail(Exception e) =>
        // A task must not let an exception out: MSBuild would print a stack trace. The build fails all the same.
        Log.LogError(null, "BG0009", null, FindingText.HelpLink("BG0009"), Project, 0, 0, 0, 0,
            "{0}", $"BuildGuard failed: {e.GetType().Name}: {Printable.Of(e.Message)}. A guard that fails must not let anything pass. Fix: report it. ({FindingText.HelpLink("BG0009")})");

    /// <summary>Tells what is wrong, and who tried.</summary>
    private void Tell(EndOfBuild end, bool isFirst, bool isGone, bool isQuiet)
    {
        TakeLate();
        var guard = new GuardFacts
        {
            Subject = Project,
            HasGate = true,
            Strict = Strict,
            SealTroubles = [.. isGone ? (SealTrouble[])[BrokerIsGone] : end.Seal.Trouble is { } trouble ? [trouble] : [], .. end.IsIncomplete ? (SealTrouble[])[NotEverywhere(BuildProcesses.Describe(Part))] : []],
        };
        foreach (var judged in Judge(isQuiet ? guard : With(guard, end, end.Seal.Session!.TakeAttempts())))
        {
            // A project that must not build unsealed is told so, every one; that builds go on unsealed is told once.
            if (isFirst || judged.Severity == Core.Findings.Severity.Error || judged.Finding.Code != "BG4006")
                Show(judged);
        }
    }

    /// <summary>Before a solution's seal the guard was compared; before that of a project, by the targets that the gate was opened for, its packages as well.</summary>
    private void Mark()
    {
        if (Role == "Solution")
            BuildMark.Add(BuildEngine4, HookFolder, list: null);
        else if (Role == "Project" && SealName.Length > 0)
            BuildMark.Add(BuildEngine4, HookFolder, Packages);
    }

    /// <summary>Takes what the process that was sealed first says.</summary>
    private void TakeOrders()
    {
        _report = Network switch
        {
            "Report" => true,
            "Deny" => false,
            _ => throw new ArgumentOutOfRangeException(nameof(Network), Network, null),
        };
        _buildsUnsealed = WarnWhenUnavailable;
    }

    /// <summary>Takes the policy's words: of a project as the gate has them, of a solution from the check of this build or from the file.</summary>
    /// <returns>Whether the policy asks for a seal.</returns>
    private bool TakePolicy()
    {
        // The name counts where what it is about was compared, and not because somebody gave it.
        SealName = "";
        if (Role == "Project")
        {
            var words = Said(Words);
            Take(words);
            if (Compared == "trueTrue" && Packages.Length > 0)
                SealName = words.Name;
        }
        else
        {
            Words = "";
        }
        _policy = Role == "Solution" ? PolicyOfSolution() : PolicyOfGate();
        if (_policy is not { Network.Build: not BuildNetwork.Allow })
            return false;
        _report = _policy.Network.Build == BuildNetwork.Report || _policy.Mode == GuardMode.Audit;
        _buildsUnsealed = _policy.BuildsUnsealed && !Strict;
        return true;
    }

    private static SealWords Said(string words) => SealWords.Of(words) ?? throw new ArgumentException("the gate's words on the seal are none");

    private void Take(SealWords words)
    {
        (Network, Mode, WarnWhenUnavailable, Severity) = (words.Network.Network, words.Network.Mode, words.Network.WarnWhenUnavailable, words.Network.Severity);
        (Strict, Packages, HookFolder, PolicyFile) = (words.Strict, words.Packages, words.HookFolder, words.Network.PolicyFile);
    }

    /// <summary>What a node was told in the gate's words it reads only where there is something to tell.</summary>
    private void TakeLate()
    {
        if (Role == "Node" && _policy is null && Words.Length > 0)
            Take(Said(Encoding.UTF8.GetString(Convert.FromBase64String(Words))));
        _policy ??= PolicyOfGate();
    }

    /// <summary>Before anything of a package runs, every process of the build is sealed, not only this one.</summary>
    /// <returns>Whether they are.</returns>
    private bool SealOthers(ProcessSeal seal, BuildProcesses others, bool isFirst) => Role switch
    {
        "Node" => BuildProcesses.Wait(Part),
        // MSBuild builds this on a node where the process that runs the build is at work. Whoever asked for it asks again.
        "Entry" when UserCommand.IsNode() => BuildProcesses.WaitForEntry(),
        // A node that the sealed process started is sealed with it.
        _ when UserCommand.IsNode() => !isFirst || seal.IsInherited || others.SealEntry(),
        // What was sealed together may have grown meanwhile.
        _ => (!isFirst && Role != "Solution") || others.SealNodes(),
    };

    private static SealTrouble NotEverywhere(IReadOnlyList<string> processes)
    {
        var fix = Environment.GetEnvironmentVariable("MSBUILDNOINPROCNODE") == "1"
            ? "Unset MSBUILDNOINPROCNODE, which keeps MSBuild from building in the process that runs the build, where the seal begins."
            : "Build with -m:1, or with -nodeReuse:false after dotnet build-server shutdown, and report it.";
        return new($"MSBuild uses processes for it that are not, or not in time{(processes.Count == 0 ? "" : $": {string.Join(", ", processes)}")}", fix) { Leaks = true };
    }

    private static SealTrouble BrokerIsGone => new("somebody ended or stopped its broker. Nothing gets the network now, but who tried is not known", "Build again, and find out what does that.") { Leaks = true };

    /// <param name="guard">Is given them.</param>
    /// <param name="end">What is known of the build.</param>
    /// <param name="list">Who tried; null where the broker does not answer.</param>
    private GuardFacts With(GuardFacts guard, EndOfBuild end, AttemptList? list)
    {
        if (list is not { } attempts)
            return guard with { SealTroubles = guard.SealTroubles.Add(BrokerIsGone) };
        var own = attempts.Described.Where(a => a.Process == Environment.ProcessId).ToList();
        var taken = end.Seal.Own.Take();
        // What .NET code does not account for was native code; but a name that is looked up takes sockets by UDP that nothing tells of.
        var unexplained = -taken.Sockets;
        foreach (var attempt in own)
            unexplained += taken.Lookups == 0 || !attempt.What.StartsWith("UDP", StringComparison.Ordinal) ? attempt.Times : 0;
        return guard with
        {
            Entry = end.Entry,
            NetworkPolicyChanged = (attempts.Described.Length > 0 || attempts.Others > 0) && PolicyChanged(),
            NetworkUses =
            [
                .. attempts.Described.Except(own).Select(a => Use(a, end)),
                .. own.Count == 0 ? [] : taken.Uses.Select(u => Use(own[0] with { Times = u.Times, Folder = u.Folder }, end) with { Assembly = u.Assembly, Host = u.Host, PackageId = Package(u.Assembly!)?.Id, PackageVersion = Package(u.Assembly!)?.Version }),
                .. unexplained > 0 ? own.Take(1).Select(a => Use(a with { Times = unexplained }, end) with { Assembly = "native code" }) : [],
            ],
            FurtherNetworkUses = attempts.Others,
        };
    }

    private NetworkUse Use(NetworkAttempt attempt, EndOfBuild end)
    {
        var package = Package(attempt.Program, attempt.StartedBy);
        return new(attempt.Program, attempt.Process, attempt.What, attempt.Times)
        {
            StartedBy = attempt.StartedBy.Length == 0 ? null : attempt.StartedBy,
            PackageId = package?.Id,
            PackageVersion = package?.Version,
            Project = end.ProjectIn(attempt.Folder),
            Folder = attempt.Folder,
        };
    }

    private (string Id, string Version)? Package(params string[] texts) => PackageList.Find(Packages, texts);

    /// <summary>Whether the policy's file has other words on the network than those that came with the gate's stamp, or none that can be read.</summary>
    private bool PolicyChanged()
    {
        if (Role != "Project" || string.IsNullOrEmpty(PolicyFile))
            return false;
        var now = File.Exists(PolicyFile) ? PolicyFiles.Load(Path.GetDirectoryName(PolicyFile)!, PolicyFile).Policy : null;
        return now?.Network.Build.ToString() != Network;
    }

    /// <summary>The rules judge here as they do in a check; the policy's words came with the gate's stamp.</summary>
    private ImmutableArray<JudgedFinding> Judge(GuardFacts guard)
    {
        if (guard.SealTroubles.IsEmpty && guard.NetworkUses.IsEmpty && guard.FurtherNetworkUses == 0)
            return [];
        var input = new CheckInput(new(guard.Subject, _policy, []), new(guard.Subject, null, null), new(), guard, DateOnly.FromDateTime(DateTime.UtcNow));
        return Evaluation.Run(input, [new BuildMustBeSealed(), new BuildMustNotUseTheNetwork()]).Findings;
    }

    private GuardPolicy PolicyOfGate() => new()
    {
        Mode = Mode switch
        {
            nameof(GuardMode.Enforce) => GuardMode.Enforce,
            nameof(GuardMode.Audit) => GuardMode.Audit,
            _ => throw new ArgumentOutOfRangeException(nameof(Mode), Mode, null),
        },
        Network = new()
        {
            Build = Network switch
            {
                nameof(BuildNetwork.Deny) => BuildNetwork.Deny,
                nameof(BuildNetwork.Report) => BuildNetwork.Report,
                _ => throw new ArgumentOutOfRangeException(nameof(Network), Network, null),
            },
            WarnWhenUnavailable = WarnWhenUnavailable,
        },
        Rules = string.IsNullOrEmpty(Severity) ? ImmutableDictionary<string, SeveritySetting>.Empty
            : ImmutableDictionary<string, SeveritySetting>.Empty.Add("BG4007", new(Enum.Parse<Severity>(Severity), new(Project))),
    };

    private GuardPolicy? PolicyOfSolution()
    {
        var folder = Path.GetDirectoryName(Project)!;
        var file = string.IsNullOrEmpty(PolicyFile) ? PolicyFiles.Find(folder) : Path.GetFullPath(PolicyFile, folder);
        if (file is null)
            return null;
        // The check of this build has read it: what that says counts, and nothing is read again.
        if (BuildMark.Judged(BuildEngine4) is not { } words || words.Network.PolicyFile != file)
            return PolicyFiles.Load(folder, file).Policy;
        if (words.Network.Network == nameof(BuildNetwork.Allow))
            return null;
        Take(words);
        (Words, SealName) = (words.ToString(), words.Name);
        return PolicyOfGate();
    }

    private void Show(JudgedFinding judged)
    {
        var (finding, severity) = judged;
        if (severity == Core.Findings.Severity.Error)
            Log.LogError(null, finding.Code, null, FindingText.HelpLink(finding.Code), finding.Location.File, 0, 0, 0, 0, "{0}", FindingText.OneLine(finding));
        else
            Log.LogWarning(null, finding.Code, null, FindingText.HelpLink(finding.Code), finding.Location.File, 0, 0, 0, 0, "{0}", FindingText.OneLine(finding));
    }
}
