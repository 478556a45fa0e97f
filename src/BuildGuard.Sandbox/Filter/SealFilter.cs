using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox.Filter;

/// <summary>
/// The seal as a program for the kernel's seccomp machine: which system calls of a process, and of all that it starts, are refused. Pure: the same
/// architecture and answer give the same instructions.
/// </summary>
/// <remarks>
/// What is refused, and why:
/// <list type="bullet">
/// <item>Calls of a foreign architecture, x32 among them: their numbers mean something else, so nothing that follows would hold for them.</item>
/// <item><c>socket</c> and <c>socketpair</c> of any family but Unix sockets, by which compilers, MSBuild's nodes and daemons of this machine talk.</item>
/// <item><c>io_uring</c>: it makes and uses sockets without a system call that a filter sees.</item>
/// <item><c>ptrace</c>, <c>process_vm_writev</c> and <c>_readv</c>, <c>pidfd_getfd</c>: they act as another process, or take its sockets, and that process may be unsealed.</item>
/// <item><c>seccomp</c> with a listener: a second listener would be asked in the place of this one. <c>clone</c> with CLONE_PARENT, by which a process gives its
/// child another parent; <c>clone3</c> hides its flags from a filter, and answered by ENOSYS, C libraries fall back to <c>clone</c>.</item>
/// <item><c>ioctl</c> with TIOCSTI and TIOCLINUX: they type into the terminal, and the shell that reads it after the build is not sealed.</item>
/// </list>
/// </remarks>
internal static class SealFilter
{
    /// <summary>The verdict by which a call takes place.</summary>
    public const uint Allow = 0x7fff0000;

    /// <summary>The verdict by which a call waits for the answer of whoever holds the listener; without one the kernel refuses it (ENOSYS).</summary>
    public const uint Ask = 0x7fc00000;

    /// <summary>The verdict by which a call fails with an error number.</summary>
    public static uint Refuse(uint error) => 0x00050000 | error;

    /// <summary>Operation not permitted.</summary>
    public const uint EPERM = 1;

    /// <summary>Permission denied.</summary>
    public const uint EACCES = 13;

    /// <summary>No such system call.</summary>
    public const uint ENOSYS = 38;

    /// <summary>The family of Unix sockets.</summary>
    public const uint UnixSockets = 1;

    /// <summary>The family of sockets by which programs ask the kernel, for this machine's addresses above all.</summary>
    public const uint NetlinkSockets = 16;

    // struct seccomp_data (linux/seccomp.h): the number, the architecture, the instruction pointer, six arguments of 64 bits. Both architectures are little-endian,
    // and of the arguments that count here the kernel itself reads the lower half only.
    private const uint Number = 0;
    private const uint AuditArchitecture = 4;
    private const uint FirstArgument = 16;
    private const uint SecondArgument = 24;

    private const uint X32Calls = 0x40000000;
    private const uint CloneParent = 0x00008000;
    private const uint NewListener = 8;

    private const int Size = 49;

    // asm-generic/ioctls.h
    private const uint TypeCharacter = 0x5412;
    private const uint ConsoleSelection = 0x541C;

    /// <summary>The program; null for an architecture that the seal does not know.</summary>
    /// <param name="architecture">The architecture of the process.</param>
    /// <param name="asks">Whether sockets and the like wait for an answer, instead of being refused by the kernel at once.</param>
    public static BpfInstruction[]? Build(Architecture architecture, bool asks)
    {
        if (SystemCalls.Of(architecture) is not { } calls)
            return null;
        // An array, because a list of these would be compiled anew in every process that is sealed.
        var program = new BpfInstruction[Size];
        var count = 0;
        Add(new(BpfInstruction.Load, 0, 0, AuditArchitecture));
        Add(new(BpfInstruction.IfEqual, 1, 0, calls.AuditArchitecture));
        Return(Refuse(EACCES));
        Add(new(BpfInstruction.Load, 0, 0, Number));
        Add(new(BpfInstruction.IfAtLeast, 0, 1, X32Calls));
        Return(Refuse(EACCES));
        foreach (var call in (uint[])[calls.Socket, calls.SocketPair])
            WhereArgument(call, FirstArgument, BpfInstruction.IfEqual, UnixSockets, Allow, asks ? Ask : Refuse(EACCES));
        WhereArgument(calls.Clone, FirstArgument, BpfInstruction.IfAnySet, CloneParent, Refuse(EPERM), Allow);
        WhereArgument(calls.Seccomp, SecondArgument, BpfInstruction.IfAnySet, NewListener, Refuse(EPERM), Allow);
        Add(new(BpfInstruction.IfEqual, 0, 5, calls.Ioctl));
        Add(new(BpfInstruction.Load, 0, 0, SecondArgument));
        Add(new(BpfInstruction.IfEqual, 1, 0, TypeCharacter));
        Add(new(BpfInstruction.IfEqual, 0, 1, ConsoleSelection));
        Return(Refuse(EPERM));
        Return(Allow);
        Where(SystemCalls.Clone3, Refuse(ENOSYS));
        foreach (var call in (uint[])[SystemCalls.IoUringSetup, SystemCalls.IoUringEnter, SystemCalls.IoUringRegister, SystemCalls.PidfdGetfd, calls.Ptrace, calls.ProcessVmReadv, calls.ProcessVmWritev])
            Where(call, asks ? Ask : Refuse(EPERM));
        Return(Allow);
        return count == Size ? program : throw new InvalidOperationException($"The seal's program has {count} instructions.");

        void Add(BpfInstruction instruction) => program[count++] = instruction;

        void Return(uint verdict) => Add(new(BpfInstruction.Return, 0, 0, verdict));

        void Where(uint call, uint verdict)
        {
            Add(new(BpfInstruction.IfEqual, 0, 1, call));
            Return(verdict);
        }

        void WhereArgument(uint call, uint argument, ushort comparison, uint value, uint verdict, uint otherwise)
        {
            Add(new(BpfInstruction.IfEqual, 0, 4, call));
            Add(new(BpfInstruction.Load, 0, 0, argument));
            Add(new(comparison, 0, 1, value));
            Return(verdict);
            Return(otherwise);
        }
    }
}
