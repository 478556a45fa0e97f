using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Signatures;

/// <summary>
/// Keeps NuGet's verifier from the network. It lets .NET fetch a missing issuer from an address that the certificate names, even where revocation is not to be looked up online: a package could make
/// every check call its author and wait for the answer. So a signature whose chain lacks an issuer is refused before NuGet sees it.
/// </summary>
internal static class OfflineGuard
{
    /// <summary>The problem of a signature whose chain could only be completed by a download; null for any other.</summary>
    /// <param name="primary">A package's signature.</param>
    /// <param name="verifier">Opens certificates and builds chains.</param>
    public static SignatureProblem? WouldDownload(SignedCms primary, SignatureVerifier verifier)
    {
        // Without roots NuGet refuses before it builds a chain.
        if (verifier.Chains is not { } chains)
            return null;
        var signers = primary.SignerInfos.Cast<SignerInfo>().SelectMany(s => s.CounterSignerInfos.Cast<SignerInfo>().Prepend(s)).ToList();
        return IsIncomplete(primary, signers, (c, all) => chains.OfSigner(c, all, DateTimeOffset.Now), verifier)
            ? new(SignatureTrouble.Trust, "NU3012", "The issuer of the signing certificate is missing from the signature, and a check downloads nothing.")
            : signers.SelectMany(Tokens).Any(t => IsIncomplete(t, t.SignerInfos.Cast<SignerInfo>(), chains.OfTimestamp, verifier))
                ? new(SignatureTrouble.Trust, "NU3028", "The issuer of the time stamp's certificate is missing from the time stamp, and a check downloads nothing.")
                : null;
    }

    private static bool IsIncomplete(SignedCms message, IEnumerable<SignerInfo> signers, Func<KnownCertificate, KnownCertificate[], ChainVerdict> judge, SignatureVerifier verifier)
    {
        try
        {
            var companions = verifier.Open(message.Certificates.Select(Encoded));
            return companions.Any(c => c.CanDownload) && signers.Select(s => s.Certificate).OfType<X509Certificate2>().Any(c => judge(verifier.Open([Encoded(c)])[0], companions) == ChainVerdict.Incomplete);
        }
        catch (CryptographicException)
        {
            // Certificates that cannot be opened have no chains, for NuGet neither.
            return false;
        }
    }

    private static IEnumerable<SignedCms> Tokens(SignerInfo signer)
    {
        foreach (var value in signer.UnsignedAttributes.Cast<CryptographicAttributeObject>().Where(a => a.Oid.Value == Oids.TimestampToken).SelectMany(a => a.Values.Cast<AsnEncodedData>()))
        {
            var token = new SignedCms();
            try
            {
                token.Decode(value.RawData);
            }
            catch (CryptographicException)
            {
                continue;
            }
            yield return token;
        }
    }

    private static ReadOnlyMemory<byte> Encoded(X509Certificate2 certificate) => certificate.RawDataMemory.ToArray();
}
