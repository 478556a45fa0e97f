using System.Globalization;
using System.Runtime.InteropServices;
using BuildGuard.Sandbox.Brokers;
using BuildGuard.Sandbox.Canaries;
using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox.Probe;

/// <summary>Attempts that need the C library, or machine code.</summary>
internal static unsafe class Raw
{
    private static SystemCalls Calls => SystemCalls.Here!;

    /// <summary>The broker of this process, as the machine shows it: a child with that name in its command line, of this process or of the nearest above it that has one.</summary>
    public static int Broker => ProcessTable.Chain(ProcessTable.Of(Environment.ProcessId)!, 1).SelectMany(c => ProcessTable.All().Where(p => ProcessTable.Of(p)?.Parent == c.Id)).First(
        p => ProcessTable.Arguments(p).Any(a => Path.GetFileName(a) is "BuildGuard.Sandbox.dll" or "buildguard-broker"));

    /// <summary>Runs a command with a filter that refuses to install filters (EPERM, as some containers do).</summary>
    public static int Forbidden(string[] command)
    {
        BpfInstruction[] instructions = [new(BpfInstruction.Load, 0, 0, 0), new(BpfInstruction.IfEqual, 0, 1, Calls.Seccomp), new(BpfInstruction.Return, 0, 0, SealFilter.Refuse(1)), new(BpfInstruction.Return, 0, 0, SealFilter.Allow)];
        fixed (BpfInstruction* first = instructions)
        {
            var program = stackalloc nint[2];
            (program[0], program[1]) = (instructions.Length, (nint)first);
            _ = Native.prctl(Native.SetNoNewPrivileges, 1, 0, 0, 0);
            if (Native.syscall((nint)Calls.Seccomp, 1, 1, (nint)program) != 0)
                return 3;
        }
        using var process = System.Diagnostics.Process.Start(command[0], command[1..]);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Tries.</summary>
    /// <returns>"done", or the error.</returns>
    public static string Try(string name) => name switch
    {
        "tcp-socket" => Socket(2, 1, 0),
        "netlink" => Socket(16, 3, 0),
        "packet" => Socket(17, 3, 0),
        "raw" => Socket(2, 3, 1),
        "vsock" => Socket(40, 1, 0),
        "inet6" => Socket(10, 1, 0),
        // What the kernel does not look at must not matter: it reads 32 bits of a family.
        "wide-family" => Result(Native.syscall((nint)Calls.Socket, unchecked((nint)0x100000002), 1, 0)),
        "unix-pair" => Pair(1),
        "inet-pair" => Pair(2),
        "io_uring" => IoUring(),
        "ptrace" => Result(Native.syscall((nint)Calls.Ptrace, 16, Environment.ProcessId + 100_000, 0)),
        "vm_writev" => Result(Native.syscall((nint)Calls.ProcessVmWritev, Environment.ProcessId, 0, 0)),
        "vm_readv" => Result(Native.syscall((nint)Calls.ProcessVmReadv, Environment.ProcessId, 0, 0)),
        "getfd" => Result(Native.syscall((nint)SystemCalls.PidfdGetfd, 9999, 0, 0)),
        "x32" => Result(Native.syscall(0x40000000 | (nint)Calls.Socket, 2, 2, 0)),
        "clone3" => Result(Native.syscall((nint)SystemCalls.Clone3, 0, 0, 0)),
        "clone-parent" => Result(Native.syscall((nint)Calls.Clone, 0x8000 | 0x10000, 0, 0)),
        "new-privileges" => Result(Native.prctl(Native.SetNoNewPrivileges, 0, 0, 0, 0)),
        "second-filter" => SecondFilter(0),
        "second-listener" => SecondFilter(8),
        "seccomp-off" => Result(Native.prctl(22, 0, 0, 0, 0)),
        "static" => Machine(TinyProgram.Of(RuntimeInformation.ProcessArchitecture)!),
        "int80" => Machine(TinyProgram.Elf(62, [.. Int80[..22], .. X64Tail])),
        "32-bit" => Machine(Elf32(Int80)),
        _ => throw new ArgumentException($"Nobody knows the attempt {name}."),
    };

    // 32-bit code: socket(AF_INET, SOCK_DGRAM, 0); the error number to standard output; exit. The first line means the same in 64-bit code.
    private static ReadOnlySpan<byte> Int80 =>
    [
        0xB8, 0x67, 0x01, 0, 0, 0xBB, 2, 0, 0, 0, 0xB9, 2, 0, 0, 0, 0xBA, 0, 0, 0, 0, 0xCD, 0x80, // socket is number 359 there
        0xF7, 0xD8, 0x50, 0xB8, 4, 0, 0, 0, 0xBB, 1, 0, 0, 0, 0x89, 0xE1, 0xBA, 1, 0, 0, 0, 0xCD, 0x80, // write
        0xB8, 1, 0, 0, 0, 0xBB, 0, 0, 0, 0, 0xCD, 0x80, // exit
        0xF4, // what must not happen
    ];

    // 64-bit code: the error number to standard output; exit.
    private static ReadOnlySpan<byte> X64Tail =>
    [
        0xF7, 0xD8, 0x50, 0x6A, 0x01, 0x5F, 0x48, 0x89, 0xE6, 0x6A, 0x01, 0x5A, 0x6A, 0x01, 0x58, 0x0F, 0x05,
        0x31, 0xFF, 0x6A, 0x3C, 0x58, 0x0F, 0x05,
    ];

    private static byte[] Elf32(ReadOnlySpan<byte> code)
    {
        const uint Base = 0x08048000;
        var size = (uint)(84 + code.Length);
        // Magic number and type; entry and the one segment's place; sizes of headers; the segment (man 5 elf).
        uint[] words =
        [
            0x464C457F, 0x00010101, 0, 0, 0x00030002, 1, Base + 84, 52, 0, 0, 52 | (32 << 16), 1, 0,
            1, 0, Base, Base, size, size, 5, 0x1000,
        ];
        var file = new byte[size];
        MemoryMarshal.AsBytes<uint>(words).CopyTo(file);
        code.CopyTo(file.AsSpan(84));
        return file;
    }

    /// <summary>Runs a program that writes an error number; 253 and the like are file numbers, negated.</summary>
    private static string Machine(byte[] program)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, program);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(path) { RedirectStandardOutput = true })!;
            var error = process.StandardOutput.BaseStream.ReadByte();
            process.WaitForExit();
            return error switch { < 0 => $"died ({process.ExitCode})", < 200 => Refused(error), _ => "done" };
        }
        catch (System.ComponentModel.Win32Exception e) when (e.NativeErrorCode == 8)
        {
            return "no such programs here";
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Socket(int family, int type, int protocol) => Result(Native.socket(family, type, protocol));

    private static string Pair(int family)
    {
        var ends = stackalloc int[2];
        return Result(Native.socketpair(family, 1, 0, ends));
    }

    private static string IoUring() => Result(NewRing());

    /// <summary>A ring; -1 where there is none.</summary>
    public static int NewRing()
    {
        var parameters = stackalloc byte[120];
        new Span<byte>(parameters, 120).Clear();
        return (int)Native.syscall((nint)SystemCalls.IoUringSetup, 1, (nint)parameters, 0);
    }

    /// <summary>Gives a file another number; the one that it had goes on being there.</summary>
    public static int Renumber(int file, int number) => Native.dup3(file, number, Native.CloseOnExec);

    /// <summary>A filter that lets everything through, by itself or by a listener of its own.</summary>
    private static string SecondFilter(nint flags)
    {
        var instruction = new BpfInstruction(BpfInstruction.Return, 0, 0, SealFilter.Allow);
        var program = stackalloc nint[2];
        (program[0], program[1]) = (1, (nint)(&instruction));
        return Result(Native.syscall((nint)Calls.Seccomp, 1, flags, (nint)program));
    }

    private static string Result(nint result)
    {
        var error = Marshal.GetLastPInvokeError();
        return result >= 0 ? "done" : Refused(error);
    }

    private static string Refused(int error) => string.Create(CultureInfo.InvariantCulture, $"refused ({error})");
}
