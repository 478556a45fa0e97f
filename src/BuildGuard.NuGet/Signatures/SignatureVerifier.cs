using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Packages;

namespace BuildGuard.NuGet.Signatures;

/// <summary>
/// The fast way to the verdict that NuGet's verifier would give. It only ever says yes: where a signature is of the usual form and everything about it holds. Whatever is wrong or merely
/// unusual is left to NuGet's verifier, so that every refusal and its reason are NuGet's.
/// </summary>
/// <remarks>
/// What makes it fast: each file is read once, each distinct certificate is opened once and each distinct chain is built once in a run. What NuGet checks is in NuGet.Packaging: PrimarySignature.Load,
/// Signature.Verify, Timestamp, VerificationUtility, SignatureUtility. This asks for the same or more.
/// </remarks>
internal sealed class SignatureVerifier : IDisposable
{
    private readonly KnownCertificates _certificates = new();
    private readonly DateTimeOffset _now;
    private readonly Task<CertificateChains?> _chains;

    private SignatureVerifier(Task<CertificateChains?> chains, DateTimeOffset now)
    {
        _chains = chains;
        _now = now;
    }

    /// <summary>The chains that were built in this run; null where the roots cannot be read. NuGet reads them for itself, and says what it cannot do without them.</summary>
    public CertificateChains? Chains => _chains.GetAwaiter().GetResult();

    /// <summary>A verifier with the SDK's roots, which are read while archives are hashed; null where there is no SDK, or on a system where chains were not compared with NuGet's.</summary>
    public static SignatureVerifier? Create() => OperatingSystem.IsLinux() && SdkFolder.Find() is { } sdk ? new(Task.Run(() => ReadRootsAsync(sdk)), DateTimeOffset.Now) : null;

    private static async Task<CertificateChains?> ReadRootsAsync(string sdk)
    {
        try
        {
            var timestamps = Task.Run(() => TrustRoots.ForTimestamps(sdk));
            var code = TrustRoots.ForCode(sdk);
            CertificateChains.LoadSystemStores(code);
            return new(code, await timestamps.ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is still read would be noted after the check that it was read for.
        _chains.GetAwaiter().GetResult();
        _certificates.Dispose();
    }

    /// <summary>Opens the certificates of a message.</summary>
    /// <exception cref="CryptographicException">One of them is no certificate.</exception>
    public KnownCertificate[] Open(IEnumerable<ReadOnlyMemory<byte>> encoded) => [.. encoded.Select(_certificates.Get)];

    /// <summary>Reads a package's signature and hashes.</summary>
    /// <param name="archive">The package.</param>
    /// <param name="locked">What the lock says of it; null where the lock is not to vouch for anything.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>
    /// NuGet's content hash (base64), or null where it was not worked out, because the lock knows the content by <c>SignedHash</c>; SHA-256 of the same bytes (base64), null for an unsigned package;
    /// the signature, or null where NuGet's verifier has to be asked.
    /// </returns>
    /// <exception cref="IOException">The package cannot be read.</exception>
    public (string? ContentHash, string? SignedHash, SignatureFacts? Signature) Read(SignedArchive archive, LockedPackage? locked, CancellationToken cancel)
    {
        if (archive.Signature is null)
            return (Convert.ToBase64String(archive.Hash([HashAlgorithmName.SHA512], cancel)[0]), null, SignatureFacts.Unsigned);
        CmsMessage? message = null;
        SignedContent? content = null;
        try
        {
            message = CmsMessage.Read(archive.Signature);
            content = message.ContentType == Oids.Data ? SignedContent.Read(message.Content.Span) : null;
        }
        catch (AsnContentException)
        {
            // Of another form: the hash is needed all the same.
        }
        HashAlgorithmName[] algorithms = [HashAlgorithmName.SHA256, .. content is { } c && c.Algorithm != HashAlgorithmName.SHA256 ? [c.Algorithm] : (HashAlgorithmName[])[]];
        // SHA-512 costs more than everything else of an archive.
        var isKnown = locked?.SignedHash is not null;
        var hashes = archive.Hash(isKnown ? algorithms : [.. algorithms, HashAlgorithmName.SHA512], cancel);
        var signedHash = Convert.ToBase64String(hashes[0]);
        var sha512 = !isKnown ? hashes[^1] : locked!.SignedHash == "sha256-" + signedHash ? null : archive.Hash([HashAlgorithmName.SHA512], cancel)[0];
        var holds = message is not null && content is not null && content.Hash.AsSpan().SequenceEqual(hashes[algorithms.Length - 1]);
        return (sha512 is null ? null : Convert.ToBase64String(sha512), signedHash, holds ? Verify(message!) : null);
    }

    private SignatureFacts? Verify(CmsMessage message)
    {
        try
        {
            var companions = Open(message.Certificates);
            var primary = SignerAttributes.Read(message.Signer);
            var countersigner = message.Signer.Countersigner;
            var counter = countersigner is null ? null : SignerAttributes.Read(countersigner);
            // Only an author's signature is countersigned, and only by a repository.
            if (counter is not null && (primary.Kind != SignatureKind.Author || counter.Kind != SignatureKind.Repository))
                return null;
            // An author whose root nobody trusts any more stands by a repository that countersigned (NuGet.Packaging: SignatureTrustAndValidityVerificationProvider).
            if (Verify(message.Signer, message.Content.Span, primary, companions, isPrimary: true, counter is null ? ChainVerdict.Holds : ChainVerdict.Untrusted) is not { } first)
                return null;
            var signers = ImmutableArray.Create(first);
            if (countersigner is not null)
            {
                if (Verify(countersigner, message.Signer.Signature.Span, counter!, companions, isPrimary: false, ChainVerdict.Holds) is not { } second)
                    return null;
                signers = signers.Add(second);
            }
            var repository = counter ?? primary;
            return new() { Signers = signers, Owners = repository.Owners, ServiceIndex = repository.ServiceIndex };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or DecoderFallbackException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private Signer? Verify(CmsSigner signer, ReadOnlySpan<byte> content, SignerAttributes attributes, KnownCertificate[] companions, bool isPrimary, ChainVerdict enough)
    {
        if (CertificateOf(signer, companions) is not { } certificate || !(attributes.ContentType == Oids.Data || (attributes.ContentType is null && !isPrimary))
            || !attributes.Names(certificate) || !certificate.IsStrong || certificate.SignsForever || _now < certificate.NotBefore || !signer.Holds(content, certificate))
            return null;
        var (from, to, stamped) = (_now, _now, (DateTimeOffset?)null);
        if (signer.Timestamp is { } token)
        {
            if (Verify(token, signer.Signature.Span) is not { } timestamp)
                return null;
            (from, to, stamped) = (timestamp.From, timestamp.To, timestamp.Time);
        }
        return to < certificate.NotAfter && from > certificate.NotBefore && Chains?.OfSigner(certificate, companions, to) is { } chain && (chain == ChainVerdict.Holds || chain == enough)
            ? new(attributes.Kind, certificate.Sha256, certificate.Name, stamped?.ToUniversalTime())
            : null;
    }

    private (DateTimeOffset Time, DateTimeOffset From, DateTimeOffset To)? Verify(ReadOnlyMemory<byte> token, ReadOnlySpan<byte> stamped)
    {
        var message = CmsMessage.Read(token);
        if (message.ContentType != Oids.TimestampInfo || message.Signer.Countersigner is not null || message.Signer.Timestamp is not null
            || !Rfc3161TimestampTokenInfo.TryDecode(message.Content, out var info, out var read) || read != message.Content.Length)
            return null;
        var companions = Open(message.Certificates);
        var attributes = TimestampAttributes.Read(message.Signer);
        if (CertificateOf(message.Signer, companions) is not { } authority || attributes.ContentType != Oids.TimestampInfo || !attributes.Names(authority) || !authority.IsStrong
            || !message.Signer.Holds(message.Content.Span, authority)
            || Oids.Digest(info.HashAlgorithmId.Value) is not { } digest || !CryptographicOperations.HashData(digest, stamped).AsSpan().SequenceEqual(info.GetMessageHash().Span)
            || _now < authority.NotBefore || info.Timestamp < authority.NotBefore || info.Timestamp >= authority.NotAfter
            || (info.AccuracyInMicroseconds is null && info.PolicyId.Value == Oids.BestPracticePolicy) || info.AccuracyInMicroseconds < 0
            || Chains?.OfTimestamp(authority, companions) != ChainVerdict.Holds)
            return null;
        var accuracy = (info.AccuracyInMicroseconds ?? 0) * 0.001;
        return (info.Timestamp, info.Timestamp.AddMilliseconds(-accuracy), info.Timestamp.AddMilliseconds(accuracy));
    }

    /// <summary>The one certificate that a signer names; null where it is missing, or where readers could differ over which one it is.</summary>
    private static KnownCertificate? CertificateOf(CmsSigner signer, KnownCertificate[] companions)
    {
        if (signer.Issuer is null && companions.Any(c => c.KeyIdentifier is null))
            return null;
        var named = companions.Where(c => signer.Issuer is { } issuer
            ? c.Issuer.Span.SequenceEqual(issuer.Span) && c.Certificate.SerialNumberBytes.Span.SequenceEqual(signer.Identifier.Span)
            : signer.Identifier.Span.SequenceEqual(c.KeyIdentifier)).Take(2).ToArray();
        return named is [var one] ? one : null;
    }
}
