using System.Collections.Immutable;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core;

/// <summary>Everything a rule may look at. Rules are pure: nothing else exists for them.</summary>
/// <param name="Document">The policy as read.</param>
/// <param name="Lock">The lock as read.</param>
/// <param name="Graph">The facts.</param>
/// <param name="Guard">How the guard itself stands.</param>
/// <param name="Today">The day of the check, UTC.</param>
public sealed record CheckInput(PolicyDocument Document, LockDocument Lock, PackageGraph Graph, GuardFacts Guard, DateOnly Today)
{
    /// <summary>The policy.</summary>
    /// <exception cref="InvalidOperationException">It could not be read; rules that need it are not run then.</exception>
    public GuardPolicy Policy => Document.Policy ?? throw new InvalidOperationException("The policy could not be read.");

    /// <summary>What the policy's advisory databases say of the packages.</summary>
    public AdvisoryFacts Advisories { get; init; } = AdvisoryFacts.None;

    /// <summary>
    /// Whether the graph holds every project that the lock covers. Only then does "nothing uses this" mean anything: a build of one
    /// project out of ten sees a tenth of the packages, and so does one that could not read nine of them.
    /// A project that is gone from the disk uses nothing; the lock that still names it is a finding of its own (BG2004).
    /// </summary>
    public bool IsWholeRepo => Lock.Lock is { } l && l.Projects.All(p => Graph.VanishedProjects.Contains(p) || Graph.Projects.Any(g => g.IsComplete && g.RelativePath == p));
}

/// <summary>Where a check runs, weakest first.</summary>
public enum GuardLevel
{
    /// <summary>Imported as a package, beside the packages it judges.</summary>
    PackageReference,

    /// <summary>From the repo's own files, after restore and before any package file is evaluated.</summary>
    RestoreHook,

    /// <summary>From the command line.</summary>
    CommandLine,
}

/// <summary>How the guard itself stands.</summary>
public sealed record GuardFacts
{
    /// <summary>Where the check runs.</summary>
    public GuardLevel Level { get; init; } = GuardLevel.CommandLine;

    /// <summary>The mode that BuildGuardMode asks for; null where it is not set.</summary>
    public string? RequestedMode { get; init; }

    /// <summary>Whether BuildGuardMode came as a global property on the command line, and not from a file or the environment.</summary>
    public bool ModeIsFromCommandLine { get; init; }

    /// <summary>Whether <c>--strict</c> or BuildGuardStrict was given.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether the evaluation gate is installed: package build files are imported only by the guard, so what a policy excludes stays out.</summary>
    public bool HasGate { get; init; }

    /// <summary>Switches of the environment and of files beside the projects that let foreign code into evaluation or start-up.</summary>
    public ImmutableArray<EnvironmentTrouble> Environment { get; init; } = [];

    /// <summary>Why this build could not be sealed; empty where it was, and in a check, which seals nothing.</summary>
    public ImmutableArray<SealTrouble> SealTroubles { get; init; } = [];

    /// <summary>Who tried to use the network in this build.</summary>
    public ImmutableArray<NetworkUse> NetworkUses { get; init; } = [];

    /// <summary>Whether the policy's file says something else of the network by now than what the gate was opened for.</summary>
    public bool NetworkPolicyChanged { get; init; }

    /// <summary>A file to point at for <see cref="NetworkUses"/> whose project is not known; null for the subject.</summary>
    public string? Entry { get; init; }

    /// <summary>How many more tried than <see cref="NetworkUses"/> describes.</summary>
    public int FurtherNetworkUses { get; init; }

    /// <summary>What failed inside the guard.</summary>
    public ImmutableArray<string> Failures { get; init; } = [];

    /// <summary>Projects that take part in the build but do not inherit the guard.</summary>
    public ImmutableArray<UnguardedProject> Unguarded { get; init; } = [];

    /// <summary>Projects of the solution that no evidence was read for, as full paths.</summary>
    public ImmutableArray<string> Uncovered { get; init; } = [];

    /// <summary>A file to point at where a finding speaks of the whole build: the project, the solution, or the policy.</summary>
    public string Subject { get; init; } = "";
}

/// <summary>A project that does not inherit the guard.</summary>
/// <param name="Path">Full path of the project.</param>
/// <param name="Reason">Why, as a clause: "ImportDirectoryBuildProps is false".</param>
public sealed record UnguardedProject(string Path, string Reason)
{
    /// <summary>What to do about it, as a sentence; null where the reason says no more than that it is so.</summary>
    public string? Fix { get; init; }

    /// <summary>The line that causes it; null where there is none, which points at the project.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary>A switch that lets foreign code into evaluation or start-up, or weakens what judges it.</summary>
/// <param name="What">One sentence: "MSBUILDENABLEALLPROPERTYFUNCTIONS is set".</param>
/// <param name="Why">One sentence: what it makes possible.</param>
/// <param name="Fix">What to do, one sentence.</param>
/// <param name="Location">Where it stands; the build's subject for a variable.</param>
public sealed record EnvironmentTrouble(string What, string Why, string Fix, SourceLocation Location);

/// <summary>Why a build could not be sealed.</summary>
/// <param name="What">A clause: "this kernel has no seccomp".</param>
/// <param name="Fix">What to do about it, as a sentence.</param>
public sealed record SealTrouble(string What, string Fix)
{
    /// <summary>Whether there is a seal that something got through, which no policy excuses.</summary>
    public bool Leaks { get; init; }
}

/// <summary>Somebody asked for the network in a build.</summary>
/// <param name="Program">Command line of the process.</param>
/// <param name="Process">Number of the process.</param>
/// <param name="What">What for: "TCP".</param>
/// <param name="Times">How often.</param>
public sealed record NetworkUse(string Program, int Process, string What, int Times)
{
    /// <summary>Command line of the process that started it; null where that is MSBuild.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Full path of the project that ran it; null where that is not known.</summary>
    public string? Project { get; init; }

    /// <summary>Folder in which it ran; "" where that is not known.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Path of the assembly whose code it was, where it ran inside MSBuild; null where that is not known.</summary>
    public string? Assembly { get; init; }

    /// <summary>Host, and port if known, that it wanted to reach; null where that is not known.</summary>
    public string? Host { get; init; }

    /// <summary>Id of the package that the program or the assembly belongs to; null for none.</summary>
    public string? PackageId { get; init; }

    /// <summary>Version of that package.</summary>
    public string? PackageVersion { get; init; }
}
