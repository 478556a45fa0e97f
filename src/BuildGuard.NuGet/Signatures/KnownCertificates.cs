using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace BuildGuard.NuGet.Signatures;

/// <summary>The distinct certificates of a run.</summary>
internal sealed class KnownCertificates : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<KnownCertificate>> _all = new(StringComparer.Ordinal);

    /// <summary>A certificate by its bytes.</summary>
    /// <exception cref="CryptographicException">It is no certificate.</exception>
    public KnownCertificate Get(ReadOnlyMemory<byte> encoded)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(encoded.Span));
        return _all.GetOrAdd(sha256, static (key, bytes) => new(() => new(bytes.Span, key)), encoded).Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // One that could not be read has nothing to dispose of, and asking for it would throw again.
        foreach (var known in _all.Values.Where(v => v.IsValueCreated))
            known.Value.Dispose();
    }
}
