using System.Globalization;
using System.Runtime.InteropServices;
using BuildGuard.Sandbox.Canaries;
using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox;

/// <summary>What became of a seal.</summary>
public enum SealState
{
    /// <summary>This process and all that it starts are sealed; the canary was refused.</summary>
    Sealed,

    /// <summary>Nothing was done: this machine has no such thing.</summary>
    Unavailable,

    /// <summary>The seal is there, but something got through it.</summary>
    Leaks,
}

/// <summary>What became of a seal, and why.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Problem">Why it is not a seal, as a clause; null where it is.</param>
/// <param name="Ended">Sockets that were open before it and were ended.</param>
public readonly record struct SealOutcome(SealState State, string? Problem, int Ended = 0);

/// <summary>
/// Takes the network away from this process and from everything that it starts, for good. It needs no privilege, works in containers, and nothing can take it back. Only on Linux.
/// </summary>
public static unsafe class Seal
{
    // linux/seccomp.h
    private const int SetFilter = 1;
    private const uint AllThreads = 1;
    private const int InvalidArgument = 22;

    // What is sealed needs no more protection from itself than the same build without a seal. Before Linux 5.16 a filter without this slows its process down by mitigations, for good (man 2 seccomp).
    private const uint SpeculationAsBefore = 4;
    private const uint NewListener = 8;
    private const uint AllThreadsOrError = 16;
    private const uint WaitUnlessKilled = 32;

    /// <summary>Seals this process: the kernel refuses at once.</summary>
    public static SealOutcome Apply() => Apply(asks: false, allThreads: true, out _);

    /// <summary>Seals this process.</summary>
    /// <param name="asks">Whether the filter asks a listener.</param>
    /// <param name="allThreads">False leaves the other threads of this process out; only the test of the canary does that.</param>
    /// <param name="listener">The listener, where the filter asks and the seal holds; the caller closes it. Else -1.</param>
    internal static SealOutcome Apply(bool asks, bool allThreads, out int listener)
    {
        listener = -1;
        if (!OperatingSystem.IsLinux())
            return new(SealState.Unavailable, "only Linux has a way to take the network from a process and its children");
        if (SealFilter.Build(RuntimeInformation.ProcessArchitecture, asks) is not { } program)
            return new(SealState.Unavailable, $"the seal is not made for {RuntimeInformation.ProcessArchitecture}");
        using var canary = new Canary();
        if (Native.prctl(Native.SetNoNewPrivileges, 1, 0, 0, 0) != 0)
            return new(SealState.Unavailable, Error("prctl(PR_SET_NO_NEW_PRIVS)"));
        var flags = (allThreads ? AllThreads : 0) | (asks ? NewListener : 0) | (asks && allThreads ? AllThreadsOrError : 0);
        var installed = Install(program, flags | SpeculationAsBefore | (asks ? WaitUnlessKilled : 0));
        foreach (var optional in (uint[])[SpeculationAsBefore, 0])
        {
            if (installed < 0 && Marshal.GetLastPInvokeError() == InvalidArgument)
                installed = Install(program, flags | optional);
        }
        if (installed < 0)
            return new(SealState.Unavailable, Error("seccomp"));
        if (!asks && installed > 0)
            return new(SealState.Unavailable, string.Create(CultureInfo.InvariantCulture, $"thread {installed} of this process has a filter of its own"));
        var (ended, left) = OpenSockets.End();
        if ((left ?? canary.Sing(asks ? installed : null)) is { } problem)
        {
            if (asks)
                _ = Native.close(installed);
            return new(SealState.Leaks, problem, ended);
        }
        listener = asks ? installed : -1;
        return new(SealState.Sealed, null, ended);
    }

    /// <summary>Whether sockets are refused to this thread at the moment. It tries one that no report lists.</summary>
    internal static bool Refuses()
    {
        var socket = Native.socket((int)SealFilter.NetlinkSockets, 3 | Native.CloseOnExec, 0);
        if (socket >= 0)
            _ = Native.close(socket);
        return socket < 0 && Marshal.GetLastPInvokeError() is (int)SealFilter.EACCES or (int)SealFilter.ENOSYS;
    }

    private static int Install(BpfInstruction[] program, uint flags)
    {
        fixed (BpfInstruction* instructions = program)
        {
            var description = new FilterProgram { Count = (ushort)program.Length, Instructions = instructions };
            return (int)Native.syscall((nint)SystemCalls.Here!.Seccomp, SetFilter, (nint)flags, (nint)(&description));
        }
    }

    private static string Error(string call) => string.Create(CultureInfo.InvariantCulture, $"{call} gave error {Marshal.GetLastPInvokeError()} ({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())})");

    private struct FilterProgram
    {
        public ushort Count;
        public BpfInstruction* Instructions;
    }
}
