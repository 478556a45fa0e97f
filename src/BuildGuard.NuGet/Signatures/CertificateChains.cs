using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BuildGuard.NuGet.Signatures;

/// <summary>
/// Judges certificate chains as NuGet does, once for each distinct certificate, set of companions, purpose and time, and without ever downloading anything.
/// </summary>
/// <remarks>
/// NuGet.Packaging: Signature.Verify, Timestamp.Verify. Being out of date is no fault of a chain there; the time stamp is compared with the signer's certificate apart from it. Revocation counts
/// where the system knows of it without asking.
/// </remarks>
internal sealed class CertificateChains(TrustRoots code, TrustRoots timestamps)
{
    private const X509ChainStatusFlags Tolerated =
        X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested | X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    private readonly ConcurrentDictionary<string, Lazy<ChainVerdict>> _verdicts = new(StringComparer.Ordinal);
    private readonly bool _knowsRevocations = RevocationCache.HoldsAny();

    /// <summary>Makes .NET read the system's certificates, which it does before its first chain, whatever roots are asked for: meanwhile other threads have something to do.</summary>
    /// <param name="roots">Any roots.</param>
    public static void LoadSystemStores(TrustRoots roots)
    {
        using var certificate = roots.First();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.Build(certificate);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
    }

    /// <summary>Judges the chain of a signer's certificate.</summary>
    /// <param name="certificate">The signer's certificate.</param>
    /// <param name="companions">The certificates that travelled with it.</param>
    /// <param name="time">When it has to hold.</param>
    public ChainVerdict OfSigner(KnownCertificate certificate, KnownCertificate[] companions, DateTimeOffset time) => Judge(certificate, companions, time, code);

    /// <summary>Judges the chain of a time stamp authority's certificate, which has to hold now.</summary>
    /// <inheritdoc cref="OfSigner"/>
    public ChainVerdict OfTimestamp(KnownCertificate certificate, KnownCertificate[] companions) => Judge(certificate, companions, null, timestamps);

    private ChainVerdict Judge(KnownCertificate certificate, KnownCertificate[] companions, DateTimeOffset? time, TrustRoots roots)
    {
        var key = string.Join(' ', companions.Select(c => c.Sha256).Order(StringComparer.Ordinal).Prepend(certificate.Sha256).Prepend(PhaseOf(time, companions)));
        return _verdicts.GetOrAdd(key, _ => new(() => Build(certificate, companions, time, roots))).Value;
    }

    /// <summary>
    /// Times between which no certificate begins or ends give the same chain. Known revocations have times of their own: then only the same time is the same.
    /// </summary>
    private string PhaseOf(DateTimeOffset? time, KnownCertificate[] companions) =>
        time is not { } t ? "now"
        : _knowsRevocations ? t.UtcTicks.ToString(CultureInfo.InvariantCulture)
        : string.Concat(companions.Select(c => t < c.NotBefore ? '-' : t < c.NotAfter ? '=' : '+'));

    private static ChainVerdict Build(KnownCertificate certificate, KnownCertificate[] companions, DateTimeOffset? time, TrustRoots roots)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots.Of(companions));
        policy.ApplicationPolicy.Add(new Oid(time is null ? Oids.Timestamping : Oids.CodeSigning));
        policy.ExtraStore.AddRange(companions.Select(c => c.Certificate).ToArray());
        policy.RevocationMode = X509RevocationMode.Offline;
        policy.RevocationFlag = X509RevocationFlag.ExcludeRoot;
        policy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        policy.DisableCertificateDownloads = true;
        if (time is { } t)
            policy.VerificationTime = t.LocalDateTime;
        try
        {
            var holds = chain.Build(certificate.Certificate);
            var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
            return (status & X509ChainStatusFlags.PartialChain) != 0 ? ChainVerdict.Incomplete
                : (status & ~Tolerated) == 0 && (holds || status != X509ChainStatusFlags.NoError) ? ChainVerdict.Holds
                : (status & ~Tolerated) == X509ChainStatusFlags.UntrustedRoot ? ChainVerdict.Untrusted
                : ChainVerdict.Refused;
        }
        finally
        {
            foreach (var opened in chain.ChainElements.Select(e => e.Certificate).Concat(policy.CustomTrustStore))
                opened.Dispose();
        }
    }
}
