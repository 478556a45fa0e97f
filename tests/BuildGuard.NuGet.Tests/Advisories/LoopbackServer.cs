using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BuildGuard.NuGet.Tests.Advisories;

/// <summary>A server on this machine that answers as a test tells it to, byte by byte: well, badly, slowly, or with something that is no HTTP at all.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _answers = new();

    public LoopbackServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Requests so far: method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Root => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public Uri this[string path] => new(Root, path);

    /// <summary>What a path answers.</summary>
    public LoopbackServer On(string path, Func<Stream, CancellationToken, Task> answer)
    {
        _answers["/" + path] = answer;
        return this;
    }

    public LoopbackServer On(string path, byte[] body, string status = "200 OK", string headers = "") =>
        On(path, async (s, cancel) =>
        {
            await s.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n"), cancel);
            await s.WriteAsync(body, cancel);
        });

    public LoopbackServer On(string path, string body, string status = "200 OK", string headers = "") => On(path, Encoding.UTF8.GetBytes(body), status, headers);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = new StringBuilder();
                var buffer = new byte[4096];
                while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var n = await stream.ReadAsync(buffer, _stop.Token);
                    if (n == 0)
                        return;
                    request.Append(Encoding.ASCII.GetString(buffer, 0, n));
                }
                var words = request.ToString().Split(' ');
                Requests.Enqueue($"{words[0]} {words[1]}");
                if (_answers.TryGetValue(words[1].Split('?')[0], out var answer))
                    await answer(stream, _stop.Token);
                else
                    await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The other side has heard enough.
                return;
            }
        }
    }
}
