using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Signatures;

namespace BuildGuard.NuGet.Packages;

/// <summary>
/// Gathers the evidence of a package and of the folder that it was extracted to. Each byte is read once: where the lock knows the package's content hash and the root over its files, and the extracted files
/// have that root, they are the package's files, and the archive is hashed but not inflated. Where anything differs, it is inflated, and what differs can be named.
/// </summary>
/// <param name="cache">Where evidence is kept.</param>
/// <param name="hashEveryFile">Whether extracted files are hashed even where nothing about them changed.</param>
/// <param name="verifier">The run's verifier of signatures; null to ask NuGet's about every package.</param>
internal sealed class PackageGatherer(EvidenceCache cache, bool hashEveryFile, SignatureVerifier? verifier)
{
    /// <summary>Reads a package.</summary>
    /// <param name="folder">The folder that it was extracted to; null where there is none.</param>
    /// <param name="nupkg">Full path of the package.</param>
    /// <param name="locked">What the lock says of it; null where the lock is not to vouch for anything.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>What the package says; what its folder holds; whether the package itself had been read before.</returns>
    public async Task<(PackageEvidence Package, Evidence<ExtractedFiles> Extracted, bool Cached)> ReadAsync(string? folder, string nupkg, LockedPackage? locked, CancellationToken cancel)
    {
        var extracted = folder is null ? Evidence<ExtractedFiles>.Missing("its folder is missing") : ExtractedFolder.Read(folder, hashEveryFile ? EvidenceCache.None : cache, cancel);
        var key = cache.KeyOf(nupkg);
        if (cache.Find(key) is { } kept && (!kept.IsVouched || Vouches(locked, kept, kept.Files.Value)))
            return (kept, extracted, true);
        var package = await PackageReading.ReadAsync(nupkg, verifier, p => !extracted.IsKnown || !Vouches(locked, p, extracted.Value.Files), cancel).ConfigureAwait(false);
        if (package.Entries.IsKnown && !package.Files.IsKnown)
            package = Vouched(package, extracted.Value);
        if (key == cache.KeyOf(nupkg))
            cache.Keep(key, package);
        return (package, extracted, false);
    }

    /// <summary>Whether the lock says of a package with this content that it holds these files.</summary>
    private static bool Vouches(LockedPackage? locked, PackageEvidence package, ImmutableArray<PackageFile> files) =>
        locked?.Files is { } root && package.ContentHash.IsKnown && locked.ContentHash == "sha512-" + package.ContentHash.Value
        && package.Signature.IsKnown && (package.SignatureHash is not null || !package.Signature.Value.IsSigned)
        && LockWriter.FilesOf(files) == root;

    private static PackageEvidence Vouched(PackageEvidence package, ExtractedFiles extracted)
    {
        // The lock's root leaves the signature out; the archive's own is known.
        var files = extracted.Files.Where(f => f.Path != PackageReading.SignatureEntry);
        if (package.SignatureHash is { } signature)
            files = files.Append(new(PackageReading.SignatureEntry, signature)).OrderBy(f => f.Path, StringComparer.Ordinal);
        return package with
        {
            Files = Evidence<ImmutableArray<PackageFile>>.Of([.. files]),
            Traits = Evidence<ImmutableArray<BuildTrait>>.Of(extracted.Traits),
            IsVouched = true,
        };
    }
}
