using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox;

/// <summary>A system call that waits for an answer.</summary>
/// <param name="Id">By which the answer names it.</param>
/// <param name="Thread">The thread that makes it, as the kernel numbers threads; of a process with one thread, the process.</param>
/// <param name="Call">Number of the system call.</param>
/// <param name="Argument">Its first argument; the family, of a socket.</param>
/// <param name="SecondArgument">Its second argument; the type, of a socket.</param>
/// <param name="ThirdArgument">Its third argument; the protocol, of a socket.</param>
internal readonly record struct Question(ulong Id, int Thread, uint Call, ulong Argument, ulong SecondArgument, ulong ThirdArgument);

/// <summary>The kernel's side of a filter that asks (seccomp_unotify(2)). Whoever holds the file can let calls through, so nothing that is sealed may hold it.</summary>
internal static unsafe class Listener
{
    // ioctl numbers and structures of linux/seccomp.h, the same on x64 and arm64.
    private const uint Receive = 0xC0502100;
    private const uint Send = 0xC0182101;
    private const uint Continue = 1;

    /// <summary>Takes the next question.</summary>
    /// <returns>Null where the caller is gone by now.</returns>
    public static Question? Next(int listener)
    {
        var buffer = stackalloc byte[80];
        new Span<byte>(buffer, 80).Clear();
        if (Native.ioctl(listener, Receive, buffer) != 0)
            return null;
        var b = new ReadOnlySpan<byte>(buffer, 80);
        return new(MemoryMarshal.Read<ulong>(b), MemoryMarshal.Read<int>(b[8..]), MemoryMarshal.Read<uint>(b[16..]),
            MemoryMarshal.Read<ulong>(b[32..]), MemoryMarshal.Read<ulong>(b[40..]), MemoryMarshal.Read<ulong>(b[48..]));
    }

    /// <summary>Lets a call fail. A caller that is gone by now needs no answer.</summary>
    /// <param name="error">Error number; 0 lets the call take place instead.</param>
    public static void Answer(int listener, in Question question, uint error)
    {
        var buffer = stackalloc byte[24];
        var b = new Span<byte>(buffer, 24);
        b.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(b, question.Id);
        BinaryPrimitives.WriteInt32LittleEndian(b[16..], -(int)error);
        BinaryPrimitives.WriteUInt32LittleEndian(b[20..], error == 0 ? Continue : 0);
        _ = Native.ioctl(listener, Send, buffer);
    }

    /// <summary>Waits for a question.</summary>
    /// <returns>False where none came in time.</returns>
    public static bool Wait(int listener, TimeSpan timeout)
    {
        var poll = new PollFile { File = listener, Events = Native.Readable };
        return Native.Poll(&poll, 1, (int)timeout.TotalMilliseconds) > 0 && (poll.Happened & Native.Readable) != 0;
    }
}
