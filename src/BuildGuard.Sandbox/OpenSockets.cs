using System.Globalization;
using System.Runtime.InteropServices;
using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox;

/// <summary>
/// Sockets that were open before the seal, such as the connections that a restore keeps in this very process. The seal refuses to make new ones; these
/// would go on working.
/// </summary>
/// <remarks>
/// A file is asked for by its number, up to the highest that the kernel has room for (<c>FDSize</c> of man 5 proc_pid_status): a process of a build has hundreds of files, and to list
/// them in <c>/proc/self/fd</c> costs several calls for each. Which numbers are those of files, one call tells of many (man 2 poll): the mark of a process has a high number, so there is room for thousands.
/// </remarks>
internal static unsafe class OpenSockets
{
    private const int SocketLevel = 1;
    private const int Domain = 39;
    private const int BothDirections = 2;
    private const int Unread = 0x5411;
    private const int NotOpen = 0x20;
    private const int AtOnce = 512;
    private const string NotTold = "/proc does not say which files this process has open";
    private const int NoSuchFile = 9;
    private const int NoSuchName = 2;

    /// <summary>
    /// Ends every socket of this process that is not a Unix socket, and every io_uring. The file number stays taken, by the null device, so that no later file gets a number
    /// that somebody still uses.
    /// </summary>
    /// <returns>How many there were, and why the rest could not be ended; null where none is left.</returns>
    public static (int Ended, string? Problem) End()
    {
        var ended = 0;
        var nothing = Native.open("/dev/null", Native.ReadWrite | Native.CloseOnExec);
        if (nothing < 0)
            return (0, "/dev/null cannot be opened");
        try
        {
            if (ProcessTable.FileNumbers(Environment.ProcessId) is not { } numbers)
                return (0, NotTold);
            // Standard input and output are how the build talks to whoever started it, even where that is a socket.
            foreach (var file in Open(3, numbers))
            {
                if (!IsWayOut(file))
                    continue;
                // A thread may be waiting in it right now; only shutting it down wakes that thread.
                _ = Native.shutdown(file, BothDirections);
                if (Native.dup3(nothing, file, Native.CloseOnExec) < 0)
                    return (ended, string.Create(CultureInfo.InvariantCulture, $"file {file} of this process, a socket, cannot be closed"));
                ended++;
            }
        }
        finally
        {
            _ = Native.close(nothing);
        }
        return (ended, null);
    }

    /// <summary>The other processes at the other ends of this one's Unix sockets, of a connection that it made, who listened.</summary>
    /// <param name="listening">Those among them that have read what was sent, and are not gone.</param>
    /// <exception cref="IOException">It is not known which files this process has open.</exception>
    public static List<int> Peers(out List<int> listening)
    {
        // Loops, because queries over numbers would be compiled anew in every process that is sealed.
        (List<int> peers, listening) = ([], []);
        // None would mean that there is no node to seal.
        var numbers = ProcessTable.FileNumbers(Environment.ProcessId) ?? throw new IOException(NotTold);
        foreach (var file in Open(0, numbers))
        {
            var peer = Messages.Peer(file);
            if (peer <= 0 || peer == Environment.ProcessId)
                continue;
            if (!peers.Contains(peer))
                peers.Add(peer);
            if (!listening.Contains(peer) && Listens(file))
                listening.Add(peer);
        }
        return peers;
    }

    /// <summary>The numbers of files that are open. Where the kernel does not tell, as where fewer may be open than it is asked for, all.</summary>
    /// <param name="from">The lowest.</param>
    /// <param name="to">One more than the highest.</param>
    internal static List<int> Open(int from, int to)
    {
        List<int> open = [];
        var asked = stackalloc PollFile[AtOnce];
        for (var first = from; first < to; first += AtOnce)
        {
            var count = Math.Min(AtOnce, to - first);
            for (var i = 0; i < count; i++)
                asked[i] = new PollFile { File = first + i };
            var isTold = Native.Poll(asked, (nuint)count, 0) >= 0;
            for (var i = 0; i < count; i++)
            {
                if (!isTold || (asked[i].Happened & NotOpen) == 0)
                    open.Add(first + i);
            }
        }
        return open;
    }

    private static bool Listens(int file)
    {
        int unread = 0;
        var poll = new PollFile { File = file };
        return Native.ioctl(file, Unread, &unread) == 0 && unread == 0 && Native.Poll(&poll, 1, 0) >= 0 && (poll.Happened & Native.HungUp) == 0;
    }

    private static bool IsWayOut(int file)
    {
        int family;
        uint size = sizeof(int);
        if (Native.getsockopt(file, SocketLevel, Domain, &family, &size) == 0)
            return family != Filter.SealFilter.UnixSockets;
        if (Marshal.GetLastPInvokeError() == NoSuchFile)
            return false;
        // What cannot be told, a socket whose family the kernel does not say for one, is one.
        var name = stackalloc byte[64];
        var length = Native.readlink(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}"), name, 64);
        if (length < 0)
            return Marshal.GetLastPInvokeError() != NoSuchName;
        var kind = new ReadOnlySpan<byte>(name, (int)length);
        return kind.SequenceEqual("anon_inode:[io_uring]"u8) || kind.StartsWith("socket:"u8);
    }
}
