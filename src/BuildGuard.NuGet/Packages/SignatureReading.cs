using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Signatures;
using NuGet.Common;
using NuGet.Packaging;
using NuGet.Packaging.Signing;

namespace BuildGuard.NuGet.Packages;

/// <summary>
/// Reads and verifies the signatures of a package with NuGet's own verifier, offline.
/// The result depends on the package's bytes and the SDK's trust roots only: neither NuGet's mode nor an environment variable changes it.
/// </summary>
internal static class SignatureReading
{
    // Codes that say "these are not the bytes that were signed" or "this is no signature file that a signer wrote".
    private static readonly ImmutableHashSet<NuGetLogCode> ContentCodes =
    [
        NuGetLogCode.NU3000, NuGetLogCode.NU3001, NuGetLogCode.NU3002, NuGetLogCode.NU3003, NuGetLogCode.NU3005, NuGetLogCode.NU3006,
        NuGetLogCode.NU3007, NuGetLogCode.NU3008, NuGetLogCode.NU3009, NuGetLogCode.NU3010, NuGetLogCode.NU3011, NuGetLogCode.NU3014,
        NuGetLogCode.NU3016, NuGetLogCode.NU3019, NuGetLogCode.NU3020, NuGetLogCode.NU3021, NuGetLogCode.NU3031, NuGetLogCode.NU3038,
    ];

    // allowIgnoreTimestamp must be false: NuGet's own require mode lets a byte flipped inside the signature file pass as a warning.
    private static readonly SignedPackageVerifierSettings Settings = new(
        allowUnsigned: false,
        allowIllegal: false,
        allowUntrusted: false,
        allowIgnoreTimestamp: false,
        allowMultipleTimestamps: true,
        allowNoTimestamp: true,
        allowUnknownRevocation: true,
        reportUnknownRevocation: false,
        verificationTarget: VerificationTarget.All,
        signaturePlacement: SignaturePlacement.Any,
        repositoryCountersignatureVerificationBehavior: SignatureVerificationBehavior.IfExists,
        revocationMode: RevocationMode.Offline);

    private static readonly Lock RootsLock = new();
    private static string? _rootsProblem = "";

    /// <summary>Reads the signatures of an open package.</summary>
    /// <param name="reader">The package.</param>
    /// <param name="verifier">The run's certificates and chains; null where there are none.</param>
    /// <param name="cancel">Stops the verification.</param>
    public static async Task<Evidence<SignatureFacts>> ReadAsync(PackageArchiveReader reader, SignatureVerifier? verifier, CancellationToken cancel)
    {
        if (TrustRootsProblem() is { } problem)
            return Evidence<SignatureFacts>.Missing(problem);
        try
        {
            if (!await reader.IsSignedAsync(cancel).ConfigureAwait(false))
                return Evidence<SignatureFacts>.Of(SignatureFacts.Unsigned);
        }
        catch (Exception e) when (IsBadInput(e))
        {
            return Broken("BG", e.Message);
        }

        PrimarySignature? primary;
        try
        {
            primary = await reader.GetPrimarySignatureAsync(cancel).ConfigureAwait(false);
        }
        catch (SignatureException e)
        {
            return Broken(e.Code.ToString(), e.Message);
        }
        catch (Exception e) when (IsBadInput(e))
        {
            return Broken(nameof(NuGetLogCode.NU3003), e.Message);
        }

        if (primary is null)
            return Broken(nameof(NuGetLogCode.NU3003), "The signature file holds no signature.");
        try
        {
            if (verifier is not null && OfflineGuard.WouldDownload(primary.SignedCms, verifier) is { } missing)
                return Evidence<SignatureFacts>.Of(Describe(primary, [missing]));
            var reference = new PackageSignatureVerifier([new IntegrityVerificationProvider(), new SignatureTrustAndValidityVerificationProvider()]);
            var result = await reference.VerifySignaturesAsync(reader, Settings, cancel).ConfigureAwait(false);
            var problems = result.Results.SelectMany(r => r.Issues)
                .Where(i => i.Level == LogLevel.Error)
                .Select(i => new SignatureProblem(ContentCodes.Contains(i.Code) ? SignatureTrouble.Content : SignatureTrouble.Trust, i.Code.ToString(), i.Message))
                .Distinct().ToImmutableArray();
            if (!result.IsValid && problems.IsEmpty)
                problems = [new(SignatureTrouble.Trust, "NU3000", "The verifier refused the signature without saying why.")];
            return Evidence<SignatureFacts>.Of(Describe(primary, problems));
        }
        catch (SignatureException e)
        {
            return Broken(e.Code.ToString(), e.Message);
        }
        catch (Exception e) when (IsBadInput(e))
        {
            return Broken(nameof(NuGetLogCode.NU3003), e.Message);
        }
    }

    private static SignatureFacts Describe(PrimarySignature primary, ImmutableArray<SignatureProblem> problems)
    {
        var signers = ImmutableArray.CreateBuilder<Signer>();
        if (Describe(primary, primary.Type) is { } first)
            signers.Add(first);
        var countersignature = RepositoryCountersignature.GetRepositoryCountersignature(primary);
        if (countersignature is not null && Describe(countersignature, SignatureType.Repository) is { } second)
            signers.Add(second);
        // NuGet passes over a countersignature that does not call itself a repository's: one changed byte would take the owners away unseen.
        if (primary.SignerInfo.CounterSignerInfos.Count > (countersignature is null ? 0 : 1))
            problems = problems.Add(new(SignatureTrouble.Content, nameof(NuGetLogCode.NU3003), "The signature carries a countersignature that is not a repository's."));
        var repository = primary as IRepositorySignature ?? countersignature;
        if (signers.Count == 0)
            problems = problems.Add(new(SignatureTrouble.Trust, "NU3000", "The signature names neither an author nor a repository."));
        return new()
        {
            Signers = signers.ToImmutable(),
            Owners = [.. repository?.PackageOwners ?? []],
            ServiceIndex = repository?.V3ServiceIndexUrl?.OriginalString,
            Problems = problems,
        };
    }

    private static Signer? Describe(Signature signature, SignatureType type)
    {
        if (type is not (SignatureType.Author or SignatureType.Repository) || signature.SignerInfo.Certificate is not { } certificate)
            return null;
        return new(
            type == SignatureType.Author ? SignatureKind.Author : SignatureKind.Repository,
            certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant(),
            certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
            signature.Timestamps.Count > 0 ? signature.Timestamps[0].GeneralizedTime.ToUniversalTime() : null);
    }

    private static Evidence<SignatureFacts> Broken(string code, string message) =>
        Evidence<SignatureFacts>.Of(new() { Problems = [new(SignatureTrouble.Content, code, message)] });

    private static bool IsBadInput(Exception e) =>
        e is CryptographicException or InvalidDataException or IOException or ArgumentException or FormatException or OverflowException or InvalidOperationException or NotSupportedException;

    /// <summary>
    /// Makes NuGet use the SDK's code-signing and time-stamping roots. Without it most packages of the public gallery would seem to pass or fail
    /// by the accident of what the operating system trusts. Null where the roots are in use.
    /// </summary>
    private static string? TrustRootsProblem()
    {
        lock (RootsLock)
        {
            if (_rootsProblem != "")
                return _rootsProblem;
            if (SdkFolder.Find() is not { } sdk)
                return _rootsProblem = "the .NET SDK with the trust roots (trustedroots/codesignctl.pem) was not found";
            AppContext.SetData("Microsoft.DotNet.Sdk.Root", sdk);
            X509TrustStore.InitializeForDotNetSdk(NullLogger.Instance);
            return _rootsProblem = null;
        }
    }
}
