using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Probe;

/// <summary>One way to the network, or around the seal.</summary>
/// <param name="Name">Which.</param>
/// <param name="Argument">A port or a command, as the way needs it.</param>
internal sealed record Attempt(string Name, string Argument)
{
    private const int FarNumber = 900;
    private readonly List<Socket> _kept = [];
    private int _ring = -1;
    private Func<Func<string>, string>? _older;

    private int Port => int.Parse(Argument, System.Globalization.CultureInfo.InvariantCulture);

    private IPEndPoint There => new(IPAddress.Loopback, Port);

    /// <summary>Whether it is no attempt, but something to say to the broker.</summary>
    public bool IsOfSession => Name is "begin" or "end" or "attempts" or "quiet" or "bell" or "silent" or "signal" or "signal-soon" or "broker" or "flood" or "die";

    /// <summary>Says it.</summary>
    public string Say(SealSession session)
    {
        switch (Name)
        {
            case "begin":
                return session.Begin() ? "said" : "no answer";
            case "end":
                session.End();
                return "said";
            case "quiet":
                return session.IsQuiet() ? "yes" : "no";
            case "bell":
                // As the gate's text does it.
                return File.Exists("/proc/self/fd/2019/stat") && File.ReadAllText("/proc/self/fd/2018") == "quiet" && !File.ReadAllText("/proc/self/fd/2019/stat").Contains(" Z ", StringComparison.Ordinal) ? "still" : "rings";
            case "silent":
                return session.AreSilent(Argument.Length > 0 ? [Port] : []) ? "yes" : "no";
            case "flood":
                var refused = 0;
                Parallel.For(0, 5000, _ =>
                {
                    if (Raw.Try("tcp-socket").StartsWith("refused", StringComparison.Ordinal))
                        Interlocked.Increment(ref refused);
                });
                return $"{refused} refused";
            case "die":
                Process.GetCurrentProcess().Kill();
                return "";
            case "broker":
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ProcessTable.Arguments(Raw.Broker)[0]} {Raw.Broker}");
            case "signal":
                using (var process = Process.Start("/bin/kill", [Argument, Raw.Broker.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                    process.WaitForExit();
                return "sent";
            case "signal-soon":
                Process.Start("/bin/sh", ["-c", "exec >/dev/null 2>&1; sleep 0.5; kill $0 $1", Argument, Raw.Broker.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Dispose();
                return "coming";
            default:
                return session.TakeAttempts() is { } list ? string.Join(" | ", list.Described.Select(a => $"{a.Times} {a.What}: {a.Program} < {a.StartedBy}")) + $" | {list.Others} others" : "no answer";
        }
    }

    /// <summary>What has to happen before the seal.</summary>
    public void Prepare()
    {
        if (Name == "older-thread")
            _older = new BlockingWorker().Do;
        if (Name is "kept-tcp" or "kept-udp" or "far-tcp")
        {
            var socket = Name != "kept-udp" ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            if (Name != "kept-udp")
                socket.Connect(There);
            // More than the kernel has room for at first.
            _kept.Add(Name == "far-tcp" ? new Socket(new SafeSocketHandle(Raw.Renumber((int)socket.Handle, FarNumber), ownsHandle: true)) : socket);
            if (Name == "far-tcp")
                socket.Dispose();
        }
        if (Name == "kept-ring")
            _ring = Raw.NewRing();
        if (Name == "kept-listener")
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen();
            _kept.Add(socket);
        }
    }

    /// <summary>Tries.</summary>
    /// <returns>"done", or how it was refused.</returns>
    public string Try()
    {
        try
        {
            return Name switch
            {
                "tcp" => Tcp(),
                "older-thread" => _older!(Tcp),
                "new-thread" => OnNewThread(Tcp),
                "http" => Http(),
                "udp" => Udp(new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)),
                "kept-udp" => Udp(_kept[0]),
                "kept-tcp" or "far-tcp" => _kept[0].Send("x"u8) == 1 ? "done" : "nothing sent",
                "kept-ring" => new FileInfo($"/proc/self/fd/{_ring}").LinkTarget == "anon_inode:[io_uring]" ? "done" : "refused (no ring)",
                "kept-listener" => AcceptOwn(),
                "command" => Command(),
                "unix" => Unix(),
                _ => Raw.Try(Name),
            };
        }
        catch (Exception e) when (e is SocketException or HttpRequestException or IOException)
        {
            return $"refused ({(e.InnerException ?? e).Message})";
        }
    }

    private string Tcp()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(There);
        return socket.Send("x"u8) == 1 ? "done" : "nothing sent";
    }

    private string Udp(Socket socket) => socket.SendTo("x"u8, There) == 1 ? "done" : "nothing sent";

    private string Http()
    {
        // Nobody answers at the other end; to have connected is enough.
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            return client.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/")).GetAwaiter().GetResult();
        }
        catch (TaskCanceledException)
        {
            return "done";
        }
    }

    private string AcceptOwn()
    {
        _kept[0].Blocking = false;
        try
        {
            using var accepted = _kept[0].Accept();
            return "done";
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return "done";
        }
    }

    private string Command()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", Argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? $"done {output.Result.Trim()}".TrimEnd() : $"refused ({process.ExitCode}: {error.Trim().ReplaceLineEndings(" ")})";
    }

    private static string Unix()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        File.Delete(path);
        return "done";
    }

    private static string OnNewThread(Func<string> work)
    {
        using var worker = new BlockingWorker();
        return worker.Do(work);
    }
}
