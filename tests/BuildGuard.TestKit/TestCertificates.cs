using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BuildGuard.TestKit;

/// <summary>What a leaf certificate is like. The defaults make a good code-signing certificate, valid from a year ago for two years.</summary>
public sealed record CertificateOptions(string CommonName)
{
    /// <summary>Start of validity; a year ago when null.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>End of validity; in a year when null.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Extended key usage, see <see cref="TestCertificates.CodeSigningEku"/>; null for none.</summary>
    public string? Eku { get; init; } = TestCertificates.CodeSigningEku;

    /// <summary>Size of the RSA key in bits. NuGet refuses less than 2048.</summary>
    public int KeySize { get; init; } = 2048;

    /// <summary>Address of the issuer's certificate (authority information access); null for none.</summary>
    public Uri? IssuerAddress { get; init; }
}

/// <summary>
/// A public key infrastructure made in code: root, intermediate, and leaf certificates with private keys (RSA, SHA-256).
/// No certificate names a revocation list or, unless asked for, any other address. Certificates are made on first use and shared: do not dispose them.
/// NuGet's sign requests dispose the certificate that they are given, so give them a copy (<c>new X509Certificate2(certificate)</c>).
/// </summary>
public sealed class TestCertificates
{
    /// <summary>OID of the code-signing key usage.</summary>
    public const string CodeSigningEku = "1.3.6.1.5.5.7.3.3";

    /// <summary>OID of the time-stamping key usage.</summary>
    public const string TimestampingEku = "1.3.6.1.5.5.7.3.8";

    /// <summary>OID of the TLS server key usage.</summary>
    public const string ServerEku = "1.3.6.1.5.5.7.3.1";

    private static readonly Lazy<TestCertificates> LazyShared = new(() => new TestCertificates("BuildGuard Test"));
    private readonly Dictionary<CertificateOptions, X509Certificate2> _leaves = [];
    private readonly string _name;

    /// <summary>Makes a new root and intermediate. Two sets do not trust each other.</summary>
    /// <param name="name">Start of every common name.</param>
    public TestCertificates(string name)
    {
        _name = name;
        Root = Authority(name + " Root", null, years: 20);
        Intermediate = Authority(name + " Intermediate", Root, years: 15);
    }

    /// <summary>The set that tests share within a process.</summary>
    public static TestCertificates Shared => LazyShared.Value;

    /// <summary>Self-signed root; valid from 20 years ago for 40 years.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>Issued by the root, issues every leaf; valid from 15 years ago for 30 years.</summary>
    public X509Certificate2 Intermediate { get; }

    /// <summary>A good author certificate.</summary>
    public X509Certificate2 Author => Leaf(new("Author"));

    /// <summary>Another, equally good, author certificate.</summary>
    public X509Certificate2 OtherAuthor => Leaf(new("Other Author"));

    /// <summary>A good repository certificate.</summary>
    public X509Certificate2 Repository => Leaf(new("Repository"));

    /// <summary>Another, equally good, repository certificate.</summary>
    public X509Certificate2 OtherRepository => Leaf(new("Other Repository"));

    /// <summary>Valid from three years ago until a year ago: usable only with a time stamp from then (see <see cref="WhileExpiredWasValid"/>).</summary>
    public X509Certificate2 Expired => Leaf(new("Expired") { NotBefore = Years(-3), NotAfter = Years(-1) });

    /// <summary>A moment, two years ago, at which <see cref="Expired"/> was valid.</summary>
    public static DateTimeOffset WhileExpiredWasValid => Years(-2);

    /// <summary>Valid from next year on.</summary>
    public X509Certificate2 NotYetValid => Leaf(new("Not Yet Valid") { NotBefore = Years(1), NotAfter = Years(2) });

    /// <summary>A TLS server certificate.</summary>
    public X509Certificate2 WrongEku => Leaf(new("Wrong Eku") { Eku = ServerEku });

    /// <summary>A code-signing certificate with an RSA key of 1024 bits.</summary>
    public X509Certificate2 WeakKey => Leaf(new("Weak Key") { KeySize = 1024 });

    /// <summary>The time stamp authority; valid from five years ago for ten years.</summary>
    public X509Certificate2 TimestampAuthority => Leaf(new("Time Stamp Authority") { Eku = TimestampingEku, NotBefore = Years(-5), NotAfter = Years(5) });

    /// <summary>What a signature carries beside its leaf.</summary>
    public X509Certificate2Collection Issuers => [.. new[] { Intermediate, Root }.Select(c => X509CertificateLoader.LoadCertificate(c.RawData))];

    /// <summary>The root in PEM, without its key.</summary>
    public string RootPem => Root.ExportCertificatePem() + "\n";

    /// <summary>
    /// Writes <c>trustedroots/codesignctl.pem</c> and <c>trustedroots/timestampctl.pem</c> with the root below <paramref name="folder"/>: the layout that NuGet's
    /// <c>X509TrustStore.InitializeForDotNetSdk</c> reads from an SDK's folder (AppContext data <c>Microsoft.DotNet.Sdk.Root</c>). Returns the folder.
    /// </summary>
    public string WriteTrustedRoots(string folder)
    {
        var roots = Directory.CreateDirectory(Path.Combine(folder, "trustedroots")).FullName;
        File.WriteAllText(Path.Combine(roots, "codesignctl.pem"), RootPem);
        File.WriteAllText(Path.Combine(roots, "timestampctl.pem"), RootPem);
        return folder;
    }

    /// <summary>A leaf issued by the intermediate; the same options give the same certificate within this set.</summary>
    public X509Certificate2 Leaf(CertificateOptions options)
    {
        lock (_leaves)
        {
            if (!_leaves.TryGetValue(options, out var leaf)) _leaves[options] = leaf = CreateLeaf(options);
            return leaf;
        }
    }

    /// <summary>SHA-256 fingerprint as the policy writes it: <c>sha256:</c> and 64 lower-case hex digits.</summary>
    public static string Fingerprint(X509Certificate2 certificate) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    // Whole days, so that options made at different moments of a test run are equal.
    private static DateTimeOffset Years(int years) => new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero).AddYears(years);

    private static X509Certificate2 Authority(string commonName, X509Certificate2? issuer, int years)
    {
        using var key = RSA.Create(2048);
        var request = Request(commonName, key, issuer);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        if (issuer is null) return request.CreateSelfSigned(Years(-years), Years(years));
        using var certificate = request.Create(issuer, Years(-years), Years(years), Serial());
        return certificate.CopyWithPrivateKey(key);
    }

    private X509Certificate2 CreateLeaf(CertificateOptions options)
    {
        using var key = RSA.Create(options.KeySize);
        var request = Request($"{_name} {options.CommonName}", key, Intermediate);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        if (options.Eku is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(options.Eku)], true));
        if (options.IssuerAddress is { } address) request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [address.OriginalString]));
        using var certificate = request.Create(Intermediate, options.NotBefore ?? Years(-1), options.NotAfter ?? Years(1), Serial());
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string commonName, RSA key, X509Certificate2? issuer)
    {
        var request = new CertificateRequest($"CN={commonName}, O=BuildGuard tests", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuer is not null) request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        return request;
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(12);
        serial[0] = (byte)(serial[0] & 0x7f | 0x01);
        return serial;
    }
}
