using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Signatures;

/// <summary>
/// The roots of one purpose, as NuGet chooses them on Linux. There are hundreds, so each is opened only where it may belong to a chain.
/// </summary>
internal sealed class TrustRoots
{
    /// <summary>Where NuGet takes the roots for code signing from if the system has such a list (NuGet.Packaging: SystemCertificateBundleX509ChainFactory).</summary>
    public const string SystemBundle = "/etc/pki/ca-trust/extracted/pem/objsign-ca-bundle.pem";

    private readonly ILookup<string, (byte[] Encoded, string Issuer)> _bySubject;

    private TrustRoots(IEnumerable<byte[]> roots) => _bySubject = roots.Select(r => (Encoded: r, Names: Names(r))).ToLookup(r => r.Names.Subject, r => (r.Encoded, r.Names.Issuer));

    /// <summary>The roots for code signing.</summary>
    /// <param name="sdk">The SDK's folder.</param>
    /// <exception cref="IOException">A list cannot be read.</exception>
    /// <exception cref="CryptographicException">A list holds something else than certificates.</exception>
    /// <exception cref="AsnContentException">As above.</exception>
    public static TrustRoots ForCode(string sdk) =>
        Disk.IsFile(SystemBundle) && Read(SystemBundle) is { Count: > 0 } system ? new(system) : new(Read(Path.Combine(sdk, "trustedroots", "codesignctl.pem")));

    /// <summary>The roots for time stamps.</summary>
    /// <inheritdoc cref="ForCode"/>
    public static TrustRoots ForTimestamps(string sdk) => new(Read(Path.Combine(sdk, "trustedroots", "timestampctl.pem")));

    /// <summary>One of the roots. The caller disposes of it.</summary>
    /// <exception cref="CryptographicException">There is none, or it is no certificate.</exception>
    public X509Certificate2 First() => X509CertificateLoader.LoadCertificate(_bySubject.FirstOrDefault()?.First().Encoded ?? []);

    /// <summary>The roots that may end a chain of these certificates: everything with a name that an issuer has. The caller disposes of them.</summary>
    public X509Certificate2Collection Of(IEnumerable<KnownCertificate> certificates)
    {
        var names = new Queue<string>(certificates.SelectMany(c => (string[])[Key(c.Issuer.Span), Key(c.Subject.Span)]));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var roots = new X509Certificate2Collection();
        while (names.TryDequeue(out var name))
        {
            if (!seen.Add(name))
                continue;
            foreach (var (encoded, issuer) in _bySubject[name])
            {
                roots.Add(X509CertificateLoader.LoadCertificate(encoded));
                names.Enqueue(issuer);
            }
        }
        return roots;
    }

    private static List<byte[]> Read(string path)
    {
        var roots = new List<byte[]>();
        ReadOnlySpan<char> text = Disk.ReadText(path);
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label] is "CERTIFICATE")
            {
                var encoded = new byte[fields.DecodedDataLength];
                if (!Convert.TryFromBase64Chars(text[fields.Base64Data], encoded, out _))
                    throw new CryptographicException($"{path} holds a certificate that is not Base64");
                roots.Add(encoded);
            }
            text = text[fields.Location.End..];
        }
        return roots;
    }

    /// <summary>Issuer and subject of a certificate; see RFC 5280, section 4.1.</summary>
    private static (string Subject, string Issuer) Names(byte[] encoded)
    {
        var fields = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (fields.PeekTag() == CmsMessage.Tag(0))
            fields.ReadEncodedValue();
        fields.ReadIntegerBytes();
        fields.ReadEncodedValue();
        var issuer = Key(fields.ReadEncodedValue().Span);
        fields.ReadEncodedValue();
        return (Key(fields.ReadEncodedValue().Span), issuer);
    }

    private static string Key(ReadOnlySpan<byte> name) => Convert.ToHexString(name);
}
