using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;

namespace BuildGuard.Core.Policy;

/// <summary>Somebody whose signatures a policy accepts: a name for a set of certificates. An entry of <c>signatures.signers</c>.</summary>
/// <param name="Name">The name, for this policy only.</param>
/// <param name="Kind">Which of a package's signatures counts.</param>
/// <param name="Certificates">SHA-256 of the certificates, lower-case hex.</param>
public sealed record TrustedSigner(string Name, SignatureKind Kind, ImmutableHashSet<string> Certificates)
{
    /// <summary>The public gallery: as the name of a signer and in a list of certificates.</summary>
    public const string GalleryName = "gallery";

    // The address of its service index as SHA-256: this repo names no registry's host.
    private const string GalleryIndex = "670c1461c29885f9aa22c281d8b7da90845b38e4ae9265d9d62137bea582f46f";

    private static readonly ImmutableHashSet<string> GalleryCertificates =
    [
        "0e5f38f57dc1bcc806d8494f4f90fbcedd988b46760709cbeec6f4219aa6157d",
        "5a2901d6ada3d18260b9c6dfe2133c95d74b9eef6ae0e5dc334c8454d1477df4",
        "1f4b311d9acc115c8dc8018b5a49e00fce6da8e2855f9f014ca6f34570bc482d",
    ];

    /// <summary>The public gallery with every repository certificate that it has used. Two have expired; time stamps keep what they signed valid.</summary>
    public static TrustedSigner Gallery { get; } = new(GalleryName, SignatureKind.Repository, GalleryCertificates);

    /// <summary>The V3 service index that a repository signature must name; null for any, or for the gallery's own.</summary>
    public string? ServiceIndex { get; init; }

    /// <summary>Whether a certificate of the public gallery's is among them. Then the service index must be its own unless another is given.</summary>
    public bool IsGallery => Kind == SignatureKind.Repository && Certificates.Overlaps(GalleryCertificates);

    /// <summary>A signer whose only certificate is one that signed a package, named after its subject.</summary>
    /// <param name="signer">Who signed.</param>
    /// <param name="facts">The package's signatures.</param>
    /// <param name="taken">Names that are in use.</param>
    public static TrustedSigner From(Signer signer, SignatureFacts facts, IReadOnlyCollection<string> taken) => new(NameFor(signer.Subject, taken), signer.Kind, [signer.Certificate])
    {
        ServiceIndex = signer.Kind == SignatureKind.Repository ? facts.ServiceIndex : null,
    };

    /// <summary>Whether this signer signed a package: with one of the certificates, and as a repository for the right service.</summary>
    public bool Signed(SignatureFacts facts) => HasCertificateOf(facts) && (Kind == SignatureKind.Author || Serves(facts.ServiceIndex));

    /// <summary>Whether the package's signature of this kind was made with one of the certificates.</summary>
    public bool HasCertificateOf(SignatureFacts facts) => facts.Of(Kind) is { } signer && Certificates.Contains(signer.Certificate);

    private bool Serves(string? index) =>
        ServiceIndex is not null ? index is not null && Canonical(index) == Canonical(ServiceIndex)
        : !IsGallery || (index is not null && Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(index)))) == GalleryIndex);

    /// <summary>The member of <c>signatures.signers</c> that defines this signer, as JSON on one line.</summary>
    public string ToJson()
    {
        var whole = Kind == SignatureKind.Repository && Certificates.IsSupersetOf(GalleryCertificates);
        var certificates = Certificates.Except(whole ? GalleryCertificates : []).Order(StringComparer.Ordinal).Select(c => "sha256:" + c).Prepend(whole ? GalleryName : null);
        var index = ServiceIndex is null ? "" : $", \"serviceIndex\": {JsonFragment.Quote(ServiceIndex)}";
        return $"{JsonFragment.Quote(Name)}: {{ \"kind\": \"{(Kind == SignatureKind.Author ? "author" : "repository")}\", \"certificates\": {JsonFragment.List(certificates.OfType<string>())}{index} }}";
    }

    /// <summary>Letters and digits of a subject in ASCII, so that nobody's name can look like another's.</summary>
    private static string NameFor(string subject, IReadOnlyCollection<string> taken)
    {
        var words = string.Concat(subject.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Aggregate("", (all, word) => all.Length + word.Length > 40 ? all : all.Length == 0 ? word : $"{all}-{word}") is { Length: > 0 } text ? text : "signer";
        return Enumerable.Range(1, int.MaxValue).Select(n => n == 1 ? name : $"{name}-{n}").First(n => n != GalleryName && !taken.Contains(n));
    }

    private static string Canonical(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.AbsoluteUri : address;
}
