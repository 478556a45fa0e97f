using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BuildGuard.NuGet.Signatures;

/// <summary>A certificate that was seen, and what judging it needs. The packages of a repo carry thousands of certificates and a few dozen distinct ones, so each is opened once.</summary>
internal sealed class KnownCertificate : IDisposable
{
    private const int MinKeyBits = 2048;

    private readonly RSA? _key;
    private readonly Lock _lock = new();

    /// <exception cref="CryptographicException">It is no certificate, or one of its extensions is malformed.</exception>
    public KnownCertificate(ReadOnlySpan<byte> encoded, string sha256)
    {
        Sha256 = sha256;
        Certificate = X509CertificateLoader.LoadCertificate(encoded);
        Issuer = Certificate.IssuerName.RawData;
        Subject = Certificate.SubjectName.RawData;
        KeyIdentifier = Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes.ToArray();
        Name = Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        CanDownload = Certificate.Extensions.Any(e => e.Oid?.Value == Oids.AuthorityInfoAccess);
        _key = Certificate.GetRSAPublicKey();
        IsStrong = _key?.KeySize >= MinKeyBits && Oids.DigestOfRsa(Certificate.SignatureAlgorithm.Value) is not null;
        SignsForever = Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(e => e.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == Oids.LifetimeSigning));
        // As NuGet compares them: local times, whose offset is that of their own day.
        NotBefore = DateTime.SpecifyKind(Certificate.NotBefore, DateTimeKind.Local);
        NotAfter = DateTime.SpecifyKind(Certificate.NotAfter, DateTimeKind.Local);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>The issuer's name, encoded.</summary>
    public ReadOnlyMemory<byte> Issuer { get; }

    /// <summary>The holder's name, encoded.</summary>
    public ReadOnlyMemory<byte> Subject { get; }

    /// <summary>The holder's name, for people.</summary>
    public string Name { get; }

    /// <summary>The identifier of its key that it states; null where it states none.</summary>
    public byte[]? KeyIdentifier { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Whether key and signature are of the algorithms and sizes that package signatures need.</summary>
    public bool IsStrong { get; }

    /// <summary>Whether it claims that its signatures outlive it, which NuGet refuses for signers.</summary>
    public bool SignsForever { get; }

    /// <summary>Whether it names an address to fetch its issuer from.</summary>
    public bool CanDownload { get; }

    /// <summary>Whether a value is this certificate's signature (RSA, PKCS #1 v1.5) of a hash.</summary>
    public bool Verifies(byte[] hash, ReadOnlySpan<byte> signature, HashAlgorithmName algorithm)
    {
        // A key is not promised to serve two threads at once.
        lock (_lock)
            return _key?.VerifyHash(hash, signature, algorithm, RSASignaturePadding.Pkcs1) == true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key?.Dispose();
        Certificate.Dispose();
    }
}
