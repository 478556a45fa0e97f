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
internal sealed class PackageGatherer(EvidenceCache cache, bool hashEveryFile) : IDisposable
{
    /// <summary>Made where the first archive has to be read: a check with a warm cache reads none.</summary>
    private readonly Lazy<SignatureVerifier?> _verifier = new(SignatureVerifier.Create);

    /// <summary>Starts to read the trust roots where archives are going to be read for sure: projects and lock are read meanwhile.</summary>
    public void Prepare()
    {
        if (!cache.KnowsPackages)
            _ = _verifier.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_verifier.IsValueCreated)
            _verifier.Value?.Dispose();
    }

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
        bool IsVouched(PackageEvidence package) => extracted.IsKnown && Vouches(locked, package, extracted.Value.Files);
        if (cache.Find(key) is { } found && WithHash(found, locked) is { } kept && (kept.Files.IsKnown || IsVouched(kept)))
            return (kept.Files.IsKnown ? kept : Vouched(kept, extracted.Value), extracted, true);
        var package = await PackageReading.ReadAsync(nupkg, _verifier.Value, locked, p => !IsVouched(p), cancel).ConfigureAwait(false);
        if (key == cache.KeyOf(nupkg))
            cache.Keep(key, package);
        return (package.Entries.IsKnown && !package.Files.IsKnown ? Vouched(package, extracted.Value) : package, extracted, false);
    }

    /// <summary>What was kept, with a content hash: its own, or the lock's where it speaks of the same bytes; null where there is neither.</summary>
    private static PackageEvidence? WithHash(PackageEvidence kept, LockedPackage? locked) =>
        kept.ContentHash.IsKnown ? kept
        : kept.SignedHash is { } signed && locked?.SignedHash == "sha256-" + signed ? kept with { ContentHash = Evidence<string>.Of(locked.ContentHash["sha512-".Length..]), IsHashVouched = true }
        : null;

    /// <summary>Whether the lock says of a package with this content that it holds these files.</summary>
    private static bool Vouches(LockedPackage? locked, PackageEvidence package, ImmutableArray<PackageFile> files) =>
        locked?.Files is { } root && package.ContentHash.IsKnown && locked.ContentHash == "sha512-" + package.ContentHash.Value
        && package.Signature.IsKnown && (package.SignatureHash is not null || !package.Signature.Value.IsSigned)
        && LockWriter.FilesOf(files) == root;

    private static PackageEvidence Vouched(PackageEvidence package, ExtractedFiles extracted) => package with
    {
        Files = Evidence<ImmutableArray<PackageFile>>.Of(WithSignature(extracted.Files, package.SignatureHash)),
        Traits = Evidence<ImmutableArray<BuildTrait>>.Of(extracted.Traits),
        IsVouched = true,
    };

    /// <summary>The lock's root leaves the signature out; the archive's own is known.</summary>
    private static ImmutableArray<PackageFile> WithSignature(ImmutableArray<PackageFile> extracted, string? hash)
    {
        if (extracted.FirstOrDefault(f => f.Path == PackageReading.SignatureEntry)?.Sha256 == hash)
            return extracted;
        var others = extracted.Where(f => f.Path != PackageReading.SignatureEntry);
        return [.. (hash is null ? others : others.Append(new(PackageReading.SignatureEntry, hash))).OrderBy(f => f.Path, StringComparer.Ordinal)];
    }
}
