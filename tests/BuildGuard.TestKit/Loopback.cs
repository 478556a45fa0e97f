using System.Net;
using System.Net.Sockets;

namespace BuildGuard.TestKit;

/// <summary>What a hostile program wants to reach: a TCP and a UDP port of this machine, which count who came. Connections are kept open until dispose.</summary>
public sealed class Loopback : IDisposable
{
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Socket> _accepted = [];
    private int _connections;
    private int _bytes;

    /// <summary>Listens.</summary>
    public Loopback()
    {
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Listen();
        _ = Accept();
        _ = Hear(_udp);
    }

    /// <summary>The TCP port.</summary>
    public int Port => ((IPEndPoint)_tcp.LocalEndPoint!).Port;

    /// <summary>The UDP port.</summary>
    public int UdpPort => ((IPEndPoint)_udp.LocalEndPoint!).Port;

    /// <summary>Connections that were made, and datagrams that came.</summary>
    public int Reached => Volatile.Read(ref _connections);

    /// <summary>Bytes that came.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    /// <summary>Forgets who came so far.</summary>
    public void Reset()
    {
        Volatile.Write(ref _connections, 0);
        Volatile.Write(ref _bytes, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tcp.Dispose();
        _udp.Dispose();
        lock (_accepted)
            _accepted.ForEach(s => s.Dispose());
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var socket = await _tcp.AcceptAsync().ConfigureAwait(false);
                Interlocked.Increment(ref _connections);
                lock (_accepted)
                    _accepted.Add(socket);
                _ = Hear(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Hear(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                if (socket == _udp)
                    Interlocked.Increment(ref _connections);
                Interlocked.Add(ref _bytes, count);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
