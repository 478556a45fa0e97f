using System.Runtime.InteropServices;
using System.Text;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>Messages over a Unix socket that keeps their boundaries, and files that travel with them (unix(7), cmsg(3)).</summary>
internal static unsafe class Messages
{
    /// <summary>Largest message, in bytes.</summary>
    public const int MaxBytes = 128 * 1024;

    private const int Unix = 1;
    private const int Packets = 5;
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int CloseReceived = 0x40000000;
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int PeerCredentials = 17;

    /// <summary>Two connected ends; null where there are none to be had.</summary>
    public static (int Here, int There)? Pair()
    {
        var ends = stackalloc int[2];
        return Native.socketpair(Unix, Packets | Native.CloseOnExec, 0, ends) == 0 ? (ends[0], ends[1]) : null;
    }

    /// <summary>Listens under a name that lives as long as the socket; -1 where somebody else has the name.</summary>
    public static int Listen(string name)
    {
        var socket = Native.socket(Unix, Packets | Native.CloseOnExec, 0);
        var address = Address(name);
        fixed (byte* a = address)
        {
            if (socket >= 0 && Native.bind(socket, a, (uint)address.Length) == 0 && Native.listen(socket, 128) == 0)
                return socket;
        }
        _ = Native.close(socket);
        return -1;
    }

    /// <summary>Connects to a name; -1 where nobody listens.</summary>
    public static int Connect(string name)
    {
        var socket = Native.socket(Unix, Packets | Native.CloseOnExec, 0);
        var address = Address(name);
        fixed (byte* a = address)
        {
            if (socket >= 0 && Native.connect(socket, a, (uint)address.Length) == 0)
                return socket;
        }
        _ = Native.close(socket);
        return -1;
    }

    /// <summary>Takes a connection; -1 where there is none.</summary>
    public static int Accept(int listener) => Native.accept4(listener, null, null, Native.CloseOnExec);

    /// <summary>The process at the other end, as the kernel knows it; 0 where it does not.</summary>
    public static int Peer(int socket) => Credentials(socket).Process;

    /// <summary>The user at the other end, as the kernel knows it; the highest number where it does not.</summary>
    public static uint User(int socket) => Credentials(socket).User;

    /// <summary>Sends a message, with a file where one is given. Does not wait: a reader that stands still must not hold up a build.</summary>
    /// <returns>False where it was not sent.</returns>
    public static bool Send(int socket, string text, int file = -1)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var control = stackalloc byte[24];
        fixed (byte* data = bytes)
        {
            var part = new MessagePart { Data = data, Size = (nuint)bytes.Length };
            var message = new MessageHeader { Parts = &part, PartCount = 1 };
            if (file >= 0)
            {
                // struct cmsghdr: its length, level and type; then the file's number.
                *(nuint*)control = 20;
                ((int*)control)[2] = SocketLevel;
                ((int*)control)[3] = Rights;
                ((int*)control)[4] = file;
                ((int*)control)[5] = 0;
                message.Control = control;
                message.ControlSize = 24;
            }
            return Native.sendmsg(socket, &message, DoNotWait | NoSignal) == bytes.Length;
        }
    }

    /// <summary>Whether there is a message, or the other end is gone.</summary>
    public static bool HasMore(int socket)
    {
        var poll = new PollFile { File = socket, Events = Native.Readable };
        return Native.Poll(&poll, 1, 0) > 0;
    }

    /// <summary>Takes the next message, waiting for it as long as it is given time.</summary>
    /// <param name="milliseconds">-1 for ever.</param>
    /// <returns>The text, null where none came or the other end is closed; and a file that came with it, -1 for none.</returns>
    public static (string? Text, int File) Receive(int socket, int milliseconds)
    {
        var poll = new PollFile { File = socket, Events = Native.Readable };
        if (Native.Poll(&poll, 1, milliseconds) <= 0)
            return (null, -1);
        var bytes = new byte[MaxBytes];
        var control = stackalloc byte[24];
        fixed (byte* data = bytes)
        {
            var part = new MessagePart { Data = data, Size = (nuint)bytes.Length };
            var message = new MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlSize = 24 };
            var count = Native.recvmsg(socket, &message, CloseReceived | DoNotWait);
            var file = message.ControlSize >= 20 && ((int*)control)[2] == SocketLevel && ((int*)control)[3] == Rights ? ((int*)control)[4] : -1;
            return (count > 0 ? Encoding.UTF8.GetString(bytes, 0, (int)count) : null, file);
        }
    }

    private static (int Process, uint User) Credentials(int socket)
    {
        var credentials = stackalloc int[3];
        uint size = 12;
        return Native.getsockopt(socket, SocketLevel, PeerCredentials, credentials, &size) == 0 ? (credentials[0], (uint)credentials[1]) : (0, uint.MaxValue);
    }

    /// <summary>An address without a file: a zero, then the name.</summary>
    private static byte[] Address(string name) => [Unix, 0, 0, .. Encoding.UTF8.GetBytes(name)];
}

/// <summary>A piece of memory (<c>struct iovec</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessagePart
{
    public byte* Data;
    public nuint Size;
}

/// <summary>What a message is made of (<c>struct msghdr</c>; the C libraries agree on it where pointers have 64 bits and little end first).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public ulong NameSize;
    public MessagePart* Parts;
    public nuint PartCount;
    public void* Control;
    public nuint ControlSize;
    public ulong Flags;
}
