using System.Globalization;

namespace BuildGuard.Sandbox;

/// <summary>
/// Sockets that were open before the seal, such as the connections that a restore keeps in this very process. The seal refuses to make new ones; these
/// would go on working.
/// </summary>
internal static unsafe class OpenSockets
{
    private const int SocketLevel = 1;
    private const int Domain = 39;
    private const int BothDirections = 2;
    private const int Unread = 0x5411;
    private const int HungUp = 0x10;

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
            foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            {
                // Standard input and output are how the build talks to whoever started it, even where that is a socket.
                if (!int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var file) || file <= 2 || !IsWayOut(file))
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
    /// <param name="all">Also those that have not read what was sent, or are gone.</param>
    public static List<int> Peers(bool all)
    {
        // A loop, because queries over numbers would be compiled anew in every process that is sealed.
        List<int> peers = [];
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var file) && Brokers.Messages.Peer(file) is > 0 and var peer
                && peer != Environment.ProcessId && !peers.Contains(peer) && (all || Listens(file)))
            {
                peers.Add(peer);
            }
        }
        return peers;
    }

    private static bool Listens(int file)
    {
        int unread = 0;
        var poll = new PollFile { File = file };
        return Native.ioctl(file, Unread, &unread) == 0 && unread == 0 && Native.poll(&poll, 1, 0) >= 0 && (poll.Happened & HungUp) == 0;
    }

    private static bool IsWayOut(int file)
    {
        int family;
        uint size = sizeof(int);
        if (Native.getsockopt(file, SocketLevel, Domain, &family, &size) == 0)
            return family != Filter.SealFilter.UnixSockets;
        return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}")).LinkTarget == "anon_inode:[io_uring]";
    }
}
