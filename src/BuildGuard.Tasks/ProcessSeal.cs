using BuildGuard.Core;
using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Tasks;

/// <summary>The seal of this process, of which there is one, for good: whatever builds in it later builds sealed.</summary>
internal sealed class ProcessSeal
{
    private static readonly Lock Gate = new();
    private static ProcessSeal? _seal;

    private readonly string _sdk;

    private ProcessSeal(string sdk, SealOrders orders, SealOutcome outcome, SealSession? session, string fix)
    {
        _sdk = sdk;
        Orders = orders;
        Session = session;
        Ended = outcome.Ended;
        Own = new(orders.Report);
        if (outcome.State == SealState.Sealed)
            CompilerServer = Sandbox.Hosts.CompilerServer.Name(orders.Report);
        else
            Trouble = TroubleOf(outcome, fix);
    }

    /// <summary>Which code of this process asked for the network.</summary>
    public OwnAttempts Own { get; }

    /// <summary>What it was told to do.</summary>
    public SealOrders Orders { get; }

    /// <summary>Its connection to the broker; null where there is no seal, or one without a broker, whose attempts nobody sees.</summary>
    public SealSession? Session { get; }

    /// <summary>Why there is none; null where there is one.</summary>
    public SealTrouble? Trouble { get; }

    /// <summary>Whether the process that started this one was sealed by then.</summary>
    public bool IsInherited { get; private init; }

    /// <summary>Whether this is the first build under it, and its broker was started for that.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Sockets that were open before it and were ended.</summary>
    public int Ended { get; }

    /// <summary>Name of the compiler server that builds in this process use; null for the one that everybody shares.</summary>
    public string? CompilerServer { get; }

    /// <summary>Says that a build in this process is over.</summary>
    public void EndBuild()
    {
        IsNew = false;
        if (CompilerServer is not null)
            Sandbox.Hosts.CompilerServer.End(CompilerServer, Path.Combine(_sdk, "Roslyn", "bincore"), DotnetHost.Path);
        Session?.End();
    }

    /// <summary>Whether this process has none yet.</summary>
    public static bool IsFree
    {
        get
        {
            lock (Gate)
                return _seal is null;
        }
    }

    /// <summary>Seals this process, the first time.</summary>
    /// <param name="report">Whether attempts are let through.</param>
    /// <param name="sdk">Folder of MSBuild.</param>
    public static ProcessSeal Get(bool report, string sdk)
    {
        lock (Gate)
        {
            if (_seal is null || (_seal.Orders.Report && !report && _seal.Trouble is null))
                _seal = Make(report, sdk);
            return _seal;
        }
    }

    // By itself, because it takes an assembly that a process which is sealed well need not load.
    private static SealTrouble TroubleOf(SealOutcome outcome, string fix) => new(outcome.Problem!, fix) { Leaks = outcome.State == SealState.Leaks };

    private static ProcessSeal Make(bool report, string sdk)
    {
        var orders = new SealOrders(report, UserCommand.AfterBuild(), Path.Combine(sdk, "vstest.console.dll"));
        if (UserCommand.IsServer())
        {
            return new(sdk, orders, new(SealState.Unavailable, "MSBuild runs as a server here, which would go on, sealed, to build whatever it is asked to"), null,
                "Unset DOTNET_CLI_USE_MSBUILD_SERVER and MSBUILDUSESERVER, then run: dotnet build-server shutdown.");
        }
        if (UserCommand.IsTaskHost())
        {
            return new(sdk, orders, new(SealState.Unavailable, "MSBuild runs this task in a process of its own, which would go on, sealed, to serve other builds, while the process that builds is not sealed"), null,
                "Build without -mt and without MSBUILDFORCEALLTASKSOUTOFPROC.");
        }
        if (!BuildNode.EndAfterBuild())
            return new(sdk, orders, new(SealState.Unavailable, "this node of MSBuild would go on, sealed, to build other repos"), null, "Build with -nodeReuse:false.");
        const string Fix = "Build on Linux 5.9 or newer, on x64 or arm64, where nothing forbids seccomp.";
        // A second repo in the same process that is stricter than the first: its seal goes on top of the other. The kernel takes the stricter answer, and then asks nobody: attempts are refused and not told.
        if (_seal is not null)
            return new(sdk, orders, Seal.Apply(), _seal.Session, Fix);
        var isSealed = SealSession.IsSealed();
        var outcome = SealSession.Start(orders, DotnetHost.Path, Path.Combine(sdk, "MSBuild.runtimeconfig.json"), out var session);
        return new(sdk, orders, outcome, session, Fix) { IsInherited = isSealed || session?.IsJoined == true, IsNew = session is { IsJoined: false } };
    }
}
