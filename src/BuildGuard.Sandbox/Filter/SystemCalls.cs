using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox.Filter;

/// <summary>The numbers by which an architecture knows the system calls that the seal speaks of (asm/unistd.h; asm-generic/unistd.h for arm64).</summary>
internal sealed class SystemCalls
{
    /// <summary>How the kernel names the architecture to a filter (linux/audit.h).</summary>
    public required uint AuditArchitecture { get; init; }

    public required uint Socket { get; init; }

    public required uint SocketPair { get; init; }

    public required uint Clone { get; init; }

    public required uint Ioctl { get; init; }

    public required uint Ptrace { get; init; }

    public required uint Seccomp { get; init; }

    public required uint ProcessVmReadv { get; init; }

    public required uint ProcessVmWritev { get; init; }

    public required uint GetThreadId { get; init; }

    // Since Linux 5.0 a new call has the same number everywhere.
    public const uint IoUringSetup = 425;

    public const uint IoUringEnter = 426;

    public const uint IoUringRegister = 427;

    public const uint Clone3 = 435;

    public const uint PidfdGetfd = 438;

    private static SystemCalls X64 { get; } = new()
    {
        AuditArchitecture = 0xC000003E,
        Socket = 41,
        SocketPair = 53,
        Clone = 56,
        Ioctl = 16,
        Ptrace = 101,
        Seccomp = 317,
        ProcessVmReadv = 310,
        ProcessVmWritev = 311,
        GetThreadId = 186,
    };

    private static SystemCalls Arm64 { get; } = new()
    {
        AuditArchitecture = 0xC00000B7,
        Socket = 198,
        SocketPair = 199,
        Clone = 220,
        Ioctl = 29,
        Ptrace = 117,
        Seccomp = 277,
        ProcessVmReadv = 270,
        ProcessVmWritev = 271,
        GetThreadId = 178,
    };

    /// <summary>The numbers of an architecture; null for one that the seal does not know.</summary>
    public static SystemCalls? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };

    /// <summary>The numbers of this process's architecture; null where the seal does not know it.</summary>
    public static SystemCalls? Here { get; } = Of(RuntimeInformation.ProcessArchitecture);

    /// <summary>The error number by which a call is refused.</summary>
    public uint RefusalOf(uint number) => number == Socket || number == SocketPair ? SealFilter.EACCES : SealFilter.EPERM;

    /// <summary>What a call is named in a report: "socket"; its number where it is none of these.</summary>
    public string NameOf(uint number) =>
        number == Socket ? "socket" : number == SocketPair ? "socketpair" : number == Ptrace ? "ptrace"
        : number == ProcessVmReadv ? "process_vm_readv" : number == ProcessVmWritev ? "process_vm_writev" : number == PidfdGetfd ? "pidfd_getfd"
        : number == IoUringSetup ? "io_uring_setup" : number == IoUringEnter ? "io_uring_enter" : number == IoUringRegister ? "io_uring_register"
        : FormattableString.Invariant($"system call {number}");
}
