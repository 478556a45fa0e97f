using System.Net;

namespace BuildGuard.NuGet.Network;

/// <summary>
/// The only place that opens a network connection, for the only commands that may: <c>buildguard advisories update</c> and <c>buildguard lock --ask-feeds</c>. It sends a GET without cookies or credentials, and takes no
/// more time and bytes than it was told.
/// </summary>
internal sealed class Download : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="timeout">How long one answer may take in all, from the first byte sent to the last one received.</param>
    public Download(TimeSpan timeout)
    {
        _timeout = timeout;
        _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.GZip, ConnectTimeout = timeout })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("BuildGuard");
    }

    /// <summary>Whether an address may be asked: https, or http on this very machine. Elsewhere anybody on the way could change the answer.</summary>
    public static bool IsAllowed(Uri address) => address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>Gets a whole answer.</summary>
    /// <param name="maxBytes">Most bytes that are taken, after decompression.</param>
    /// <exception cref="DownloadException">There is no good answer.</exception>
    public async Task<byte[]> GetAsync(Uri address, int maxBytes, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        await GetAsync(address, bytes, maxBytes, cancel).ConfigureAwait(false);
        return bytes.ToArray();
    }

    /// <summary>Gets an answer into a stream.</summary>
    /// <param name="maxBytes">Most bytes that are taken, after decompression.</param>
    /// <exception cref="DownloadException">There is no good answer. What the stream got of it is of no use.</exception>
    public async Task GetAsync(Uri address, Stream target, long maxBytes, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                if (!IsAllowed(address))
                    throw new DownloadException($"{Show(address)} is not an https address");
                using var answer = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                if ((int)answer.StatusCode is >= 300 and < 400 && answer.Headers.Location is { } next)
                {
                    address = new(address, next);
                    continue;
                }
                if (!answer.IsSuccessStatusCode)
                    throw new DownloadException($"{Show(address)} answers {(int)answer.StatusCode} {Core.Printable.Of(answer.ReasonPhrase ?? "", 60)}".TrimEnd());
                if (answer.Content.Headers.ContentLength > maxBytes)
                    throw new DownloadException($"{Show(address)} has {answer.Content.Headers.ContentLength:N0} bytes, and at most {maxBytes:N0} are taken");
                var content = await answer.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                    await CopyAsync(content, target, address, maxBytes, limit.Token).ConfigureAwait(false);
                return;
            }
            throw new DownloadException($"{Show(address)} redirects more than {MaxRedirects} times");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new DownloadException($"{Show(address)} did not answer completely within {_timeout.TotalSeconds:N0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw new DownloadException($"{Show(address)} cannot be read ({Core.Printable.Of(e.Message).TrimEnd('.')})");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task CopyAsync(Stream content, Stream target, Uri address, long maxBytes, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        for (long total = 0; ;)
        {
            var n = await content.ReadAsync(buffer, cancel).ConfigureAwait(false);
            if (n == 0)
                return;
            if ((total += n) > maxBytes)
                throw new DownloadException($"{Show(address)} has more than {maxBytes:N0} bytes, which is the most that are taken");
            await target.WriteAsync(buffer.AsMemory(0, n), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The address without user, password and query: those can be secrets.</summary>
    internal static string Show(Uri address) => Core.Printable.Of($"{address.Scheme}://{address.Authority}{address.AbsolutePath}");
}

/// <summary>Why a download gave nothing, as a clause.</summary>
internal sealed class DownloadException(string message) : Exception(message);
