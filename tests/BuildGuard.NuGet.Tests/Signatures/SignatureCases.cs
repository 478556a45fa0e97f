using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BuildGuard.TestKit;
using NuGet.Packaging.Signing;
using NuGetHash = NuGet.Common.HashAlgorithmName;

namespace BuildGuard.NuGet.Tests.Signatures;

/// <summary>What the fast way is expected to do with a package.</summary>
internal enum Way
{
    /// <summary>Answer itself.</summary>
    Fast,

    /// <summary>Leave it to NuGet's verifier.</summary>
    NuGet,

    /// <summary>Either: what a random change hits may decide nothing.</summary>
    Any,
}

/// <summary>Packages, signed well and badly in every way that somebody thought of, by name.</summary>
internal static class SignatureCases
{
    private const string CommitmentType = "1.2.840.113549.1.9.16.2.16";
    private const string SigningTime = "1.2.840.113549.1.9.5";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string ServiceIndex = "1.3.6.1.4.1.311.84.2.1.1.1";
    private const string Sha1 = "1.3.14.3.2.26";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";
    private const string Sha512 = "2.16.840.1.101.3.4.2.3";

    private static readonly TestCertificates Ours = TestCertificates.Shared;

    /// <summary>A root that nobody here trusts.</summary>
    private static readonly TestCertificates Strangers = new("Strangers");

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static readonly Lazy<Dictionary<string, (Func<byte[]> Make, Way Way)>> Lazily = new(() =>
        Forms().Concat(Pieces()).Concat(Times()).Concat(Certificates()).Concat(Attributes()).Concat(Contents()).Concat(Timestamps()).Concat(Countersignatures()).Concat(Archives()).Concat(Flips()).ToDictionary(c => c.Name, c => (c.Make, c.Way)));

    public static IReadOnlyDictionary<string, (Func<byte[]> Make, Way Way)> All => Lazily.Value;

    private static byte[] Package { get; } = new TestPackage("A", "1.0.0").Lib().File("build/A.props", "<Project />").ToBytes();

    private static byte[] Author(SignatureOptions? options = null) => PackageSigning.AuthorSign(Package, options);

    private static byte[] Repository(RepositorySignatureOptions? options = null) => PackageSigning.RepositorySign(Package, options);

    private static byte[] Gallery() => PackageSigning.SignLikeGallery(Package, "alice", "Bob");

    private static (string Name, Func<byte[]> Make, Way Way) Case(string name, Way way, Func<byte[]> make) => (name, make, way);

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Forms()
    {
        yield return Case("unsigned", Way.Fast, () => Package);
        foreach (var stamp in (DateTimeOffset?[])[null, Now, Now.AddMonths(-6)])
        {
            var when = stamp is null ? "" : stamp == Now ? ", stamped" : ", stamped half a year ago";
            foreach (var digest in (string[])["2.16.840.1.101.3.4.2.1", Sha384, Sha512])
            {
                yield return Case($"author by {digest}{when}", Way.Fast, () => Author(new() { Timestamp = stamp, Digest = digest }));
                foreach (var owners in (string[][])[[], ["alice"], ["Ωmega", "bob", "a b"]])
                {
                    yield return Case($"repository by {digest} for {owners.Length} owners{when}", Way.Fast, () => Repository(new() { Timestamp = stamp, Digest = digest, Owners = owners }));
                    yield return Case($"author, countersigned by {digest} for {owners.Length} owners{when}", Way.Fast, () =>
                        PackageSigning.RepositoryCountersign(Author(new() { Timestamp = stamp, Digest = digest }), new() { Timestamp = stamp, Digest = digest, Owners = owners }));
                }
            }
            yield return Case($"author by SHA-1{when}", Way.NuGet, () => Author(new() { Timestamp = stamp, Digest = Sha1 }));
            yield return Case($"author, countersigned by SHA-1{when}", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(new() { Timestamp = stamp }), new() { Timestamp = stamp, Digest = Sha1 }));
        }
        foreach (var file in (byte[][])[[], [0], Encoding.ASCII.GetBytes("not a signature"), new byte[100_000], [0x30, 0x80, 0, 0]])
            yield return Case($"a signature file of {file.Length} bytes that is none", Way.NuGet, () => PackageSigning.WithSignature(Package, file));
        yield return Case("a signature of another package", Way.NuGet, () =>
            PackageSigning.WithSignature(Package, PackageSigning.ReadSignature(PackageSigning.SignLikeGallery(new TestPackage("B", "1.0.0").ToBytes()))!));
        yield return Case("two signers", Way.NuGet, () => PackageSigning.WithSignature(Package, Edited(Author(), cms => cms.ComputeSignature(new CmsSigner(Ours.OtherAuthor)))));
        yield return Case("no signer", Way.NuGet, () => PackageSigning.WithSignature(Package, Edited(Author(), cms => cms.RemoveSignature(0))));
        yield return Case("bytes behind the signature", Way.NuGet, () => PackageSigning.WithSignature(Package, [.. PackageSigning.ReadSignature(Author())!, 0]));
        yield return Case("the signature in BER", Way.NuGet, () => PackageSigning.WithSignature(Package, Indefinite(PackageSigning.ReadSignature(Gallery())!)));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Pieces()
    {
        foreach (var (name, make) in (IEnumerable<(string, Func<byte[]>)>)[("an author's signature", () => Author(new() { Timestamp = Now })), ("a gallery's signature", Gallery)])
        {
            byte[] Package(Func<byte[], byte[][]> cut, bool open) => PackageSigning.WithSignature(SignatureCases.Package, InPieces(PackageSigning.ReadSignature(make())!, cut, open));
            foreach (var open in (bool[])[true, false])
            {
                var how = open ? ", length left open" : "";
                yield return Case($"{name} whose content comes in one piece{how}", Way.Fast, () => Package(c => [c], open));
                yield return Case($"{name} whose content comes in three pieces, one of them empty{how}", Way.Fast, () => Package(c => [c[..10], [], c[10..]], open));
                yield return Case($"{name} whose content comes in pieces out of order{how}", Way.NuGet, () => Package(c => [c[10..], c[..10]], open));
                yield return Case($"{name} whose content comes in pieces, one of them missing{how}", Way.NuGet, () => Package(c => [c[..10]], open));
                yield return Case($"{name} whose content comes in pieces, one of them twice{how}", Way.NuGet, () => Package(c => [c, c], open));
                yield return Case($"{name} whose content comes in no pieces{how}", Way.NuGet, () => Package(_ => [], open));
            }
        }
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Times()
    {
        var leaves = new (string Name, X509Certificate2 Certificate)[] { ("good", Ours.Author), ("expired", Ours.Expired), ("not yet valid", Ours.NotYetValid) };
        foreach (var (name, certificate) in leaves)
        {
            foreach (var (when, stamp) in new (string, DateTimeOffset?)[] { ("not stamped", null), ("stamped now", Now), ("stamped two years ago", TestCertificates.WhileExpiredWasValid), ("stamped four years ago", Now.AddYears(-4)), ("stamped in a year", Now.AddYears(1).AddDays(2)), ("stamped in eight years", Now.AddYears(8)) })
            {
                var good = (name, when) is ("good", "not stamped" or "stamped now") or ("expired", "stamped two years ago");
                yield return Case($"a {name} author certificate, {when}", good ? Way.Fast : Way.NuGet, () => Author(new() { Certificate = certificate, Timestamp = stamp }));
                yield return Case($"a {name} author certificate, {when}, countersigned now", good ? Way.Fast : Way.NuGet, () =>
                    PackageSigning.RepositoryCountersign(Author(new() { Certificate = certificate, Timestamp = stamp }), new() { Timestamp = Now }));
                yield return Case($"a {name} certificate of a repository, {when}", good ? Way.Fast : Way.NuGet, () => Repository(new() { Certificate = certificate, Timestamp = stamp }));
            }
        }
        yield return Case("an expired author, countersigned while it was valid", Way.NuGet, () =>
            PackageSigning.RepositoryCountersign(Author(new() { Certificate = Ours.Expired }), new() { Timestamp = TestCertificates.WhileExpiredWasValid, Certificate = Ours.Expired }));
        yield return Case("an expired countersigner", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Certificate = Ours.Expired }));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Certificates()
    {
        var strangers = new SignatureOptions { Certificate = Strangers.Author, Issuers = Strangers, Timestamp = Now };
        yield return Case("a stranger's", Way.NuGet, () => Author(strangers));
        yield return Case("a stranger's, not stamped", Way.NuGet, () => Author(strangers with { Timestamp = null }));
        yield return Case("a stranger's, stamped by a stranger, countersigned by ours", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(strangers), new() { Timestamp = Now }));
        // What an untrusted root takes from an author, a repository that countersigned gives back, and nothing else.
        SignatureOptions Stamped(DateTimeOffset when) => strangers with { Timestamp = null, Stamp = v => TestTimestampAuthority.Stamp(v, when, Ours.TimestampAuthority, Ours.Issuers) };
        byte[] Countersigned(SignatureOptions author) => PackageSigning.RepositoryCountersign(Author(author), new() { Timestamp = Now });
        yield return Case("a stranger's, countersigned by ours", Way.Fast, () => Countersigned(Stamped(Now)));
        yield return Case("a stranger's, not stamped, countersigned by ours", Way.Fast, () => Countersigned(strangers with { Timestamp = null }));
        yield return Case("a stranger's, countersigned by ours, not stamped", Way.Fast, () => PackageSigning.RepositoryCountersign(Author(Stamped(Now)), new()));
        yield return Case("a stranger's, countersigned by strangers", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(Stamped(Now)), new() { Certificate = Strangers.Repository, Issuers = Strangers }));
        yield return Case("a stranger's, countersigned by an expired one of ours", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(Stamped(Now)), new() { Certificate = Ours.Expired }));
        yield return Case("a stranger's without issuers, countersigned by ours", Way.NuGet, () => Countersigned(Stamped(Now) with { Companions = [] }));
        yield return Case("a stranger's with our issuers, countersigned by ours", Way.NuGet, () => Countersigned(Stamped(Now) with { Companions = [.. Ours.Issuers] }));
        yield return Case("a repository of strangers", Way.NuGet, () => Repository(new() { Certificate = Strangers.Repository, Issuers = Strangers }));
        foreach (var (name, way, certificate, stamp) in new (string, Way, X509Certificate2, DateTimeOffset)[]
        {
            ("an expired stranger's, stamped in time", Way.Fast, Strangers.Expired, TestCertificates.WhileExpiredWasValid), ("an expired stranger's, stamped too late", Way.NuGet, Strangers.Expired, Now),
            ("a stranger's of the future", Way.NuGet, Strangers.NotYetValid, Now), ("a stranger's for servers", Way.NuGet, Strangers.WrongEku, Now), ("a stranger's with a weak key", Way.NuGet, Strangers.WeakKey, Now),
        })
        {
            yield return Case($"{name}, countersigned by ours", way, () => Countersigned(Stamped(stamp) with { Certificate = certificate }));
        }
        foreach (var (name, certificate) in new (string, X509Certificate2)[]
        {
            ("for servers", Ours.WrongEku), ("with a weak key", Ours.WeakKey), ("of a time stamp authority", Ours.TimestampAuthority), ("for every purpose", Ours.Leaf(new("Any") { Eku = null })),
            ("for life", Ours.Leaf(new("Lifetime") { Eku = "1.3.6.1.4.1.311.10.3.13" })), ("valid for a moment", Ours.Leaf(new("Moment") { NotBefore = Now.AddHours(-2), NotAfter = Now.AddHours(-1) })),
        })
        {
            var way = name == "for every purpose" ? Way.Fast : Way.NuGet;
            yield return Case($"an author certificate {name}", way, () => Author(new() { Certificate = certificate }));
            yield return Case($"an author certificate {name}, stamped", way, () => Author(new() { Certificate = certificate, Timestamp = Now }));
            yield return Case($"a countersigner's certificate {name}", way, () => PackageSigning.RepositoryCountersign(Author(), new() { Certificate = certificate, Timestamp = Now }));
        }
        yield return Case("without the intermediate", Way.NuGet, () => Author(new() { Companions = [] }));
        yield return Case("without the root, which is known", Way.Fast, () => Author(new() { Companions = [Copy(Ours.Intermediate)] }));
        yield return Case("with strangers' certificates beside ours", Way.Fast, () => Author(new() { Companions = [.. Ours.Issuers, .. Strangers.Issuers] }));
        yield return Case("with the signer's certificate taken out", Way.NuGet, () => PackageSigning.WithSignature(Package, Edited(Author(), cms => cms.RemoveCertificate(Copy(Ours.Author)))));
        yield return Case("with another certificate of the same authority", Way.Fast, () => Author(new() { Companions = [.. Ours.Issuers, Copy(Ours.OtherAuthor)] }));
        yield return Case("named by issuer and serial number", Way.Fast, () => Author(new() { Adjust = s => s.SignerIdentifierType = SubjectIdentifierType.IssuerAndSerialNumber }));
        yield return Case("a signature with PSS", Way.NuGet, () => Author(new() { Adjust = s => s.SignaturePadding = RSASignaturePadding.Pss }));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Attributes()
    {
        foreach (var oid in (string[])[SigningTime, SigningCertificateV2, CommitmentType])
        {
            yield return Case($"author without {oid}", Way.NuGet, () => Author(new() { Adjust = s => Remove(s, oid) }));
            yield return Case($"repository without {oid}", Way.NuGet, () => Repository(new() { Adjust = s => Remove(s, oid) }));
            yield return Case($"countersigned without {oid}", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Adjust = s => Remove(s, oid) }));
        }
        yield return Case("repository without service index", Way.NuGet, () => Repository(new() { Adjust = s => Remove(s, ServiceIndex) }));
        yield return Case("countersigned without service index", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Adjust = s => Remove(s, ServiceIndex) }));
        foreach (var (url, way) in new[] { ("http://feed.example/index.json", Way.NuGet), ("feed.example", Way.NuGet), ("", Way.NuGet), ("https://feed.example/ä", Way.NuGet), ("HTTPS://Feed.Example:443/x/../y", Way.Fast) })
            yield return Case($"repository at \"{url}\"", way, () => Repository(new() { Adjust = s => Replace(s, ServiceIndex, Ia5(url)) }));
        yield return Case("attributes out of order, signed in order", Way.Fast, () => PackageSigning.WithSignature(Package, Disordered(PackageSigning.ReadSignature(Author())!)));
        yield return Case("attributes out of order, signed like that", Way.Fast, () => PackageSigning.WithSignature(Package, Disordered(PackageSigning.ReadSignature(Author())!, Ours.Author)));
        yield return Case("attributes out of order, signed like that by another", Way.NuGet, () => PackageSigning.WithSignature(Package, Disordered(PackageSigning.ReadSignature(Author())!, Ours.OtherAuthor)));
        yield return Case("attributes of a gallery's signature out of order", Way.Fast, () => PackageSigning.WithSignature(Package, Disordered(PackageSigning.ReadSignature(Gallery())!)));
        yield return Case("a repository that calls itself an author as well", Way.NuGet, () => Repository(new() { Adjust = s => s.SignedAttributes.Add(AttributeUtility.CreateCommitmentTypeIndication(SignatureType.Author)) }));
        yield return Case("an author that names a service index", Way.Fast, () => Author(new() { Adjust = s => s.SignedAttributes.Add(AttributeUtility.CreateNuGetV3ServiceIndexUrl(new("https://feed.example/index.json"))) }));
        yield return Case("the same commitment twice", Way.NuGet, () => Author(new() { Adjust = s => s.SignedAttributes.Add(AttributeUtility.CreateCommitmentTypeIndication(SignatureType.Author)) }));
        yield return Case("an unknown commitment", Way.NuGet, () => Author(new() { Adjust = s => Replace(s, CommitmentType, [0x30, 0x0d, 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x06, 0x03]) }));
        yield return Case("a commitment that is none", Way.NuGet, () => Author(new() { Adjust = s => Replace(s, CommitmentType, [0x05, 0x00]) }));
        yield return Case("an unknown attribute", Way.NuGet, () => Author(new() { Adjust = s => s.SignedAttributes.Add(new AsnEncodedData(new Oid("1.2.3.4"), [0x05, 0x00])) }));
        yield return Case("an unknown unsigned attribute", Way.NuGet, () => Author(new() { Adjust = s => s.UnsignedAttributes.Add(new AsnEncodedData(new Oid("1.2.3.4"), [0x05, 0x00])) }));
        yield return Case("made for another certificate", Way.NuGet, () => Author(new() { Adjust = s => Replace(s, AttributeUtility.CreateSigningCertificateV2(Ours.OtherAuthor, NuGetHash.SHA256)) }));
        yield return Case("countersigned, made for another certificate", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Adjust = s => Replace(s, AttributeUtility.CreateSigningCertificateV2(Ours.OtherAuthor, NuGetHash.SHA256)) }));
        foreach (var hash in (NuGetHash[])[NuGetHash.SHA384, NuGetHash.SHA512])
            yield return Case($"its certificate named by {hash}", Way.Fast, () => Author(new() { Adjust = s => Replace(s, AttributeUtility.CreateSigningCertificateV2(Ours.Author, hash)) }));
        yield return Case("its certificate named by the hash alone", Way.NuGet, () => Author(new() { Adjust = s => Replace(s, SigningCertificateV2, [0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20, .. SHA256.HashData(Ours.Author.RawData)]) }));
        yield return Case("its certificate named in both versions", Way.NuGet, () => Author(new() { Adjust = s => s.SignedAttributes.Add(new AsnEncodedData(new Oid("1.2.840.113549.1.9.16.2.12"), SigningCertificateV1(Ours.Author))) }));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Contents()
    {
        foreach (var (name, oid, hash) in new (string, string, Func<byte[], byte[]>)[] { ("SHA-384", Sha384, SHA384.HashData), ("SHA-512", Sha512, SHA512.HashData), ("SHA-1", Sha1, SHA1.HashData), ("MD5", "1.2.840.113549.2.5", MD5.HashData) })
        {
            var way = name is "SHA-384" or "SHA-512" ? Way.Fast : Way.NuGet;
            yield return Case($"the package hashed with {name}", way, () => Author(new() { Content = p => Text($"Version:1\n\n{oid}-Hash:{Convert.ToBase64String(hash(p))}\n\n") }));
        }
        string Sha256Of(byte[] p) => "2.16.840.1.101.3.4.2.1-Hash:" + Convert.ToBase64String(SHA256.HashData(p));
        foreach (var (name, text) in new (string, Func<byte[], string>)[]
        {
            ("with carriage returns", p => $"Version:1\r\n\r\n{Sha256Of(p)}\r\n\r\n"), ("of version 2", p => $"Version:2\n\n{Sha256Of(p)}\n\n"), ("without version", p => $"{Sha256Of(p)}\n\n"),
            ("without hash", _ => "Version:1\n\n"), ("with no line end", p => $"Version:1\n\n{Sha256Of(p)}"), ("with one line end", p => $"Version:1\n\n{Sha256Of(p)}\n"), ("with a section more", p => $"Version:1\n\n{Sha256Of(p)}\n\nMore:1\n\n"),
            ("with a second hash", p => $"Version:1\n\n{Sha256Of(p)}\n{Sha512}-Hash:{Convert.ToBase64String(SHA512.HashData(p))}\n\n"), ("with the hash twice", p => $"Version:1\n\n{Sha256Of(p)}\n{Sha256Of(p)}\n\n"),
            ("with another property first", p => $"Version:1\n\nA:1\n{Sha256Of(p)}\n\n"), ("with spaces", p => $"Version:1\n\n{Sha256Of(p)} \n\n"), ("with a wrong hash", p => $"Version:1\n\n{Sha256Of([1, .. p])}\n\n"),
            ("with a short hash", p => $"Version:1\n\n{Sha256Of(p)[..^8]}\n\n"), ("with a byte order mark", p => $"\uFEFFVersion:1\n\n{Sha256Of(p)}\n\n"), ("with a wrong hash of another name", p => $"Version:1\n\n{Sha512}-Hash:{Convert.ToBase64String(SHA256.HashData(p))}\n\n"),
        })
        {
            yield return Case($"a content {name}", Way.NuGet, () => Author(new() { Content = p => Text(text(p)) }));
        }
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Timestamps()
    {
        var authority = Ours.TimestampAuthority;
        byte[] Stamp(byte[] value, X509Certificate2? by = null, Action<CmsSigner>? adjust = null, int? accuracy = 1, X509Certificate2Collection? issuers = null) =>
            TestTimestampAuthority.Stamp(value, Now, by ?? authority, issuers ?? Ours.Issuers, adjust, accuracy);
        foreach (var (name, way, stamp) in new (string, Way, Func<byte[], byte[]>)[]
        {
            ("by a stranger", Way.NuGet, v => Stamp(v, Strangers.TimestampAuthority, issuers: Strangers.Issuers)), ("by a stranger without issuers", Way.NuGet, v => Stamp(v, Strangers.TimestampAuthority)),
            ("by an author", Way.NuGet, v => Stamp(v, Ours.Author)), ("by a weak key", Way.NuGet, v => Stamp(v, Ours.Leaf(new("Weak Authority") { Eku = TestCertificates.TimestampingEku, KeySize = 1024 }))),
            ("by one that has expired", Way.NuGet, v => Stamp(v, Ours.Leaf(new("Old Authority") { Eku = TestCertificates.TimestampingEku, NotBefore = Now.AddYears(-3), NotAfter = Now.AddYears(-1) }))),
            ("by one that is not valid yet", Way.NuGet, v => Stamp(v, Ours.Leaf(new("Young Authority") { Eku = TestCertificates.TimestampingEku, NotBefore = Now.AddYears(1), NotAfter = Now.AddYears(2) }))),
            ("of something else", Way.NuGet, _ => Stamp([1, 2, 3])), ("without accuracy", Way.Fast, v => Stamp(v, accuracy: null)), ("within a minute", Way.Fast, v => Stamp(v, accuracy: 60)),
            ("within ten years", Way.NuGet, v => Stamp(v, accuracy: 315_576_000)), ("without signing certificate", Way.NuGet, v => Stamp(v, adjust: s => Remove(s, SigningCertificateV2))),
            ("without signing time", Way.Fast, v => Stamp(v, adjust: s => Remove(s, SigningTime))), ("hashed with SHA-1", Way.NuGet, v => Stamp(v, adjust: s => s.DigestAlgorithm = new Oid(Sha1))),
            ("hashed with SHA-512", Way.Fast, v => Stamp(v, adjust: s => s.DigestAlgorithm = new Oid(Sha512))), ("with both signing certificates", Way.Fast, v => Stamp(v, adjust: s => s.SignedAttributes.Add(new AsnEncodedData(new Oid("1.2.840.113549.1.9.16.2.12"), SigningCertificateV1(authority))))),
            ("for another certificate", Way.NuGet, v => Stamp(v, adjust: s => Replace(s, AttributeUtility.CreateSigningCertificateV2(Ours.Author, NuGetHash.SHA256)))),
            ("out of order, signed in order", Way.Fast, v => Disordered(Stamp(v))), ("out of order, signed like that", Way.Fast, v => Disordered(Stamp(v), authority)), ("out of order, signed like that by another", Way.NuGet, v => Disordered(Stamp(v), Ours.Author)),
            ("in pieces", Way.NuGet, v => InPieces(Stamp(v), c => [c[..10], c[10..]], open: true)),
            ("that is none", Way.NuGet, _ => [0x30, 0x00]), ("that is not even encoded", Way.NuGet, _ => [0x05, 0x00]), ("without issuers", Way.NuGet, v => Stamp(v, issuers: [])),
            ("that is a signature of data", Way.NuGet, v => Plain(v)), ("with an unknown attribute", Way.NuGet, v => Stamp(v, adjust: s => s.SignedAttributes.Add(new AsnEncodedData(new Oid("1.2.3.4"), [0x05, 0x00])))),
        })
        {
            yield return Case($"author, time stamp {name}", way, () => Author(new() { Stamp = stamp }));
            yield return Case($"countersigned, time stamp {name}", way, () => PackageSigning.RepositoryCountersign(Author(new() { Timestamp = Now }), new() { Stamp = stamp, Owners = ["alice"] }));
        }
        yield return Case("two time stamps", Way.NuGet, () => Author(new() { Timestamp = Now, Adjust = s => s.UnsignedAttributes.Add(new AsnEncodedData(new Oid("1.2.840.113549.1.9.16.2.14"), Stamp([1]))) }));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Countersignatures()
    {
        yield return Case("countersigned by an author", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Adjust = s => { Replace(s, AttributeUtility.CreateCommitmentTypeIndication(SignatureType.Author)); Remove(s, ServiceIndex); } }));
        yield return Case("countersigned twice", Way.NuGet, () => PackageSigning.RepositoryCountersign(Gallery(), new() { Certificate = Ours.OtherRepository }));
        yield return Case("a repository's, countersigned", Way.NuGet, () => PackageSigning.RepositoryCountersign(Repository(), new()));
        yield return Case("countersigned, of no kind", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(), new() { Adjust = s => Remove(s, CommitmentType) }));
        yield return Case("of no kind, countersigned", Way.NuGet, () => PackageSigning.RepositoryCountersign(Author(new() { Adjust = s => Remove(s, CommitmentType) }), new()));
    }

    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Archives()
    {
        yield return Case("content changed, signature kept", Way.NuGet, () => PackageSigning.ChangeContentKeepSignature(Gallery()));
        yield return Case("an entry replaced, signature kept", Way.NuGet, () => PackageSigning.ReplaceEntry(Gallery(), "build/A.props", "<Project/> "));
        yield return Case("signature stripped", Way.Fast, () => PackageSigning.StripSignature(Gallery()));
        yield return Case("signature entry with attributes", Way.NuGet, () => PackageSigning.SetSignatureAttributes(Gallery()));
        yield return Case("two signature entries", Way.NuGet, () => PackageSigning.DuplicateSignatureEntry(Gallery()));
        foreach (var (field, at) in new[] { ("version", 6), ("flags", 8), ("method", 10), ("time", 12), ("checksum", 16), ("compressed size", 20), ("size", 24), ("comment length", 32), ("disk", 34), ("internal attributes", 36), ("offset", 42), ("name", 46) })
            yield return Case($"directory of the signature: {field} changed", Way.Any, () => Patched(Gallery(), (p, directory, _) => p[directory + at] ^= 1));
        foreach (var (field, at) in new[] { ("version", 4), ("flags", 6), ("method", 8), ("time", 10), ("checksum", 14), ("compressed size", 18), ("size", 22), ("name length", 26), ("extra length", 28), ("name", 30) })
            yield return Case($"entry of the signature: {field} changed", Way.Any, () => Patched(Gallery(), (p, _, local) => p[local + at] ^= 1));
        foreach (var (field, at) in new[] { ("disk", 18), ("first disk", 16), ("entries here", 14), ("entries", 12), ("directory size", 10), ("directory offset", 6), ("comment length", 2) })
            yield return Case($"end record: {field} changed", Way.Any, () => Patched(Gallery(), (p, _, _) => p[^at] ^= 1));
        yield return Case("a comment behind it", Way.NuGet, () => { var p = Gallery(); p[^2] = 3; return [.. p, 1, 2, 3]; });
        yield return Case("an unsigned package with a comment", Way.NuGet, () => { var p = Package.ToArray(); p[^2] = 3; return [.. p, 1, 2, 3]; });
        yield return Case("a signed package inside of a comment", Way.NuGet, () => { var p = Package.ToArray(); var g = Gallery(); BinaryPrimitives.WriteUInt16LittleEndian(p.AsSpan(p.Length - 2), (ushort)g.Length); return [.. p, .. g]; });
        yield return Case("bytes before it", Way.NuGet, () => [1, 2, 3, .. Gallery()]);
        yield return Case("bytes behind it", Way.NuGet, () => [.. Gallery(), 0]);
        foreach (var name in (string[])[".Signature.p7s", ".signature.P7S", "a/.signature.p7s", ".signature.p7s/x", ".signature.p7s "])
        {
            yield return Case($"unsigned, with an entry {name}", Way.Any, () => new TestPackage("A", "1.0.0").RawEntry(name, [1]).ToBytes());
            yield return Case($"signed, with an entry {name}", Way.Any, () => PackageSigning.SignLikeGallery(new TestPackage("A", "1.0.0").RawEntry(name, [1]).ToBytes()));
        }
        yield return Case("unsigned, a signature that is deflated", Way.NuGet, () => new TestPackage("A", "1.0.0").RawEntry(".signature.p7s", new byte[1000]).ToBytes());
        yield return Case("the signature not last", Way.Fast, () => SignatureFirst(Gallery()));
        yield return Case("the signature not last, and the content changed", Way.NuGet, () => SignatureFirst(PackageSigning.ChangeContentKeepSignature(Gallery())));
        var whole = Gallery();
        for (var length = 0; length < whole.Length; length += whole.Length / 12)
        {
            var cut = length;
            yield return Case($"cut off after {cut * 100L / whole.Length} %", Way.Any, () => whole[..cut]);
        }
    }

    /// <summary>Seeded, so that a failure comes back.</summary>
    private static IEnumerable<(string Name, Func<byte[]> Make, Way Way)> Flips()
    {
        var random = new Random(17);
        var gallery = Gallery();
        var signature = PackageSigning.ReadSignature(gallery)!;
        for (var i = 0; i < 120; i++)
        {
            var (at, bit) = (random.Next(signature.Length), 1 << random.Next(8));
            yield return Case($"signature, byte {at} ^ {bit} ({i})", Way.Any, () => { var s = signature.ToArray(); s[at] ^= (byte)bit; return PackageSigning.WithSignature(Package, s); });
        }
        for (var i = 0; i < 60; i++)
        {
            var (at, bit) = (random.Next(gallery.Length), 1 << random.Next(8));
            yield return Case($"package, byte {at} ^ {bit} ({i})", Way.Any, () => { var p = gallery.ToArray(); p[at] ^= (byte)bit; return p; });
        }
        foreach (var part in Enum.GetValues<SignaturePart>())
            yield return Case($"a byte of the value of the {part} flipped", Way.NuGet, () => PackageSigning.FlipByteInSignature(Gallery(), part));
    }

    private static byte[] Text(string text) => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text);

    private static X509Certificate2 Copy(X509Certificate2 certificate) => X509CertificateLoader.LoadCertificate(certificate.RawData);

    private static byte[] Ia5(string text) => [0x16, (byte)text.Length, .. Encoding.Latin1.GetBytes(text)];

    // A hash of the right length: NuGet compares nothing else.
    private static byte[] SigningCertificateV1(X509Certificate2 certificate) => [0x30, 0x1a, 0x30, 0x18, 0x30, 0x16, 0x04, 0x14, .. SHA256.HashData(certificate.RawData).AsSpan(0, 20)];

    private static void Remove(CmsSigner signer, string oid)
    {
        foreach (var attribute in signer.SignedAttributes.Cast<CryptographicAttributeObject>().Where(a => a.Oid.Value == oid).ToList())
            signer.SignedAttributes.Remove(attribute);
    }

    private static void Replace(CmsSigner signer, CryptographicAttributeObject attribute)
    {
        Remove(signer, attribute.Oid.Value!);
        signer.SignedAttributes.Add(attribute);
    }

    private static void Replace(CmsSigner signer, string oid, byte[] value)
    {
        Remove(signer, oid);
        signer.SignedAttributes.Add(new AsnEncodedData(new Oid(oid), value));
    }

    private static byte[] Edited(byte[] package, Action<SignedCms> edit)
    {
        var cms = new SignedCms();
        cms.Decode(PackageSigning.ReadSignature(package)!);
        edit(cms);
        return cms.Encode();
    }

    private static byte[] Plain(byte[] content)
    {
        var cms = new SignedCms(new ContentInfo(content));
        cms.ComputeSignature(new CmsSigner(Ours.TimestampAuthority));
        return cms.Encode();
    }

    /// <summary>The outermost length said to be open: the same message in BER.</summary>
    private static byte[] Indefinite(byte[] signature) => [0x30, 0x80, .. signature.AsSpan(4), 0, 0];

    /// <summary>A message whose content is an octet string of octet strings (X.690, section 8.7.3).</summary>
    private static byte[] InPieces(byte[] signature, Func<byte[], byte[][]> cut, bool open)
    {
        AsnReader Open(AsnReader reader, Asn1Tag? tag = null) => reader.ReadSequence(tag);
        var explicitly = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var info = Open(new(signature, AsnEncodingRules.BER));
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(info.ReadEncodedValue().Span);
            using (writer.PushSequence(explicitly))
            using (writer.PushSequence())
            {
                var data = Open(Open(info, explicitly));
                writer.WriteEncodedValue(data.ReadEncodedValue().Span);
                writer.WriteEncodedValue(data.ReadEncodedValue().Span);
                var content = Open(data);
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(content.ReadEncodedValue().Span);
                    using (writer.PushSequence(explicitly))
                    {
                        byte[] pieces = [.. cut(Open(content, explicitly).ReadOctetString()).SelectMany(p => (byte[])[0x04, checked((byte)p.Length), .. p])];
                        writer.WriteEncodedValue(open ? [0x24, 0x80, .. pieces, 0, 0] : pieces.Length < 128 ? [0x24, (byte)pieces.Length, .. pieces] : [0x24, 0x82, (byte)(pieces.Length >> 8), (byte)pieces.Length, .. pieces]);
                    }
                }
                while (data.HasData)
                    writer.WriteEncodedValue(data.ReadEncodedValue().Span);
            }
        }
        return writer.Encode();
    }

    /// <summary>The same message with the signed attributes in another order than that of DER (RFC 5652, section 5.4).</summary>
    /// <param name="message">The message.</param>
    /// <param name="signer">Who signs them in that order; null to keep the signature, which is of those in order.</param>
    private static byte[] Disordered(byte[] message, X509Certificate2? signer = null)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var outer = new AsnReader(message, AsnEncodingRules.BER).ReadSequence();
        var type = outer.ReadEncodedValue();
        var data = outer.ReadSequence(tag).ReadSequence();
        var parts = new List<ReadOnlyMemory<byte>>();
        while (data.HasData)
            parts.Add(data.ReadEncodedValue());
        var info = new AsnReader(parts[^1], AsnEncodingRules.BER).ReadSetOf().ReadSequence();
        ReadOnlyMemory<byte>[] before = [info.ReadEncodedValue(), info.ReadEncodedValue(), info.ReadEncodedValue()];
        var set = info.ReadSetOf(skipSortOrderValidation: true, tag);
        var attributes = new List<byte[]>();
        while (set.HasData)
            attributes.Insert(0, set.ReadEncodedValue().ToArray());
        var encoded = new AsnWriter(AsnEncodingRules.BER);
        using (encoded.PushSetOf())
            attributes.ForEach(a => encoded.WriteEncodedValue(a));
        var signed = encoded.Encode();
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(type.Span);
            using (writer.PushSequence(tag))
            using (writer.PushSequence())
            {
                parts[..^1].ForEach(p => writer.WriteEncodedValue(p.Span));
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    foreach (var part in before)
                        writer.WriteEncodedValue(part.Span);
                    writer.WriteEncodedValue([0xA0, .. signed[1..]]);
                    writer.WriteEncodedValue(info.ReadEncodedValue().Span);
                    var kept = info.ReadOctetString();
                    writer.WriteOctetString(signer is null ? kept : signer.GetRSAPrivateKey()!.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
                    while (info.HasData)
                        writer.WriteEncodedValue(info.ReadEncodedValue().Span);
                }
            }
        }
        return writer.Encode();
    }

    private static byte[] Patched(byte[] package, Action<byte[], int, int> patch)
    {
        var name = Encoding.ASCII.GetBytes(".signature.p7s");
        var local = package.AsSpan().IndexOf(name) - 30;
        var directory = package.AsSpan().LastIndexOf(name) - 46;
        patch(package, directory, local);
        return package;
    }

    /// <summary>Moves the signature's entry before all others, in file and directory.</summary>
    private static byte[] SignatureFirst(byte[] package)
    {
        var (start, size) = (BinaryPrimitives.ReadInt32LittleEndian(package.AsSpan(package.Length - 6)), BinaryPrimitives.ReadInt32LittleEndian(package.AsSpan(package.Length - 10)));
        var directory = package.AsSpan(start, size).ToArray();
        var last = directory.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(".signature.p7s")) - 46;
        var from = BinaryPrimitives.ReadInt32LittleEndian(directory.AsSpan(last + 42));
        var entry = package.AsSpan(from, start - from).ToArray();
        for (var at = 0; at < last;)
        {
            var offset = directory.AsSpan(at + 42);
            BinaryPrimitives.WriteInt32LittleEndian(offset, BinaryPrimitives.ReadInt32LittleEndian(offset) + entry.Length);
            at += 46 + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 28)) + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 30)) + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 32));
        }
        BinaryPrimitives.WriteInt32LittleEndian(directory.AsSpan(last + 42), 0);
        return [.. entry, .. package.AsSpan(0, from), .. directory.AsSpan(last), .. directory.AsSpan(0, last), .. package.AsSpan(package.Length - 22)];
    }
}
