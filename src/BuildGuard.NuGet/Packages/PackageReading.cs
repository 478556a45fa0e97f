using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Signatures;
using NuGet.Packaging;

namespace BuildGuard.NuGet.Packages;

/// <summary>Reads a .nupkg. The archive is hostile until proved otherwise: counts and sizes are checked before anything is inflated.</summary>
internal static class PackageReading
{
    private const int MaxEntries = 100_000;
    private const long MaxNuspecBytes = 4 * 1024 * 1024;
    private const int MaxSignatureBytes = 1024 * 1024;

    /// <summary>The name of the signature's entry, and of the file that it is extracted to.</summary>
    internal const string SignatureEntry = ".signature.p7s";

    /// <summary>Reads and verifies a package file. Never throws for what the file holds.</summary>
    /// <param name="path">Full path of the .nupkg.</param>
    /// <param name="verifier">The run's verifier of signatures; null to ask NuGet's about every package.</param>
    /// <param name="locked">What the lock says of it; null where the lock is not to vouch for anything.</param>
    /// <param name="needsContent">Asked once everything else is known: whether the entries are to be read as well. Inflating them takes most of the time.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static async Task<PackageEvidence> ReadAsync(string path, SignatureVerifier? verifier, LockedPackage? locked, Func<PackageEvidence, bool> needsContent, CancellationToken cancel)
    {
        if (OperatingSystem.IsLinux() && StrongStat.Of(path) is { IsRegularFile: false })
            return PackageEvidence.Missing($"{path} is not a file");
        FileStream stream;
        try
        {
            stream = Disk.Open(path, FileShare.Read, bufferSize: 16 * 1024);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return PackageEvidence.Missing($"{path} is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return PackageEvidence.Missing($"{path} cannot be read ({e.Message.TrimEnd('.')})");
        }
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return await ReadAsync(stream, verifier, locked, needsContent, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or XmlException or CryptographicException or ArgumentException or FormatException or NotSupportedException or OverflowException)
            {
                return PackageEvidence.Missing($"the package is broken ({e.Message.TrimEnd('.')})");
            }
        }
    }

    private static async Task<PackageEvidence> ReadAsync(FileStream stream, SignatureVerifier? verifier, LockedPackage? locked, Func<PackageEvidence, bool> needsContent, CancellationToken cancel)
    {
        var archive = SignedArchive.Read(stream.SafeFileHandle, MaxSignatureBytes);
        if (archive is null && ArchiveBounds.Problem(stream) is { } tooLarge)
            return PackageEvidence.Missing(tooLarge);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Count > MaxEntries)
            return PackageEvidence.Missing($"the package has {zip.Entries.Count:N0} entries, and at most {MaxEntries:N0} are read");
        ImmutableArray<string> entries = [.. zip.Entries.Select(e => e.FullName)];
        if (BadName(entries) is { } bad)
            return PackageEvidence.Missing(bad);
        if (zip.Entries.FirstOrDefault(e => e.FullName == SignatureEntry) is { Length: > MaxSignatureBytes })
            return PackageEvidence.Missing("the package's signature file is larger than any signature");
        var evidence = new PackageEvidence
        {
            Entries = Evidence<ImmutableArray<string>>.Of(entries),
            Nuspec = Evidence<NuspecIdentity>.Of(ReadNuspec(zip)),
        };
        if (archive is not null && verifier is not null)
        {
            var (contentHash, signedHash, signature) = verifier.Read(archive, locked, cancel);
            evidence = evidence with
            {
                ContentHash = contentHash is null ? Evidence<string>.Of(locked!.ContentHash["sha512-".Length..]) : Evidence<string>.Of(contentHash),
                IsHashVouched = contentHash is null,
                SignedHash = signedHash,
                Signature = signature is null ? default : Evidence<SignatureFacts>.Of(signature),
                SignatureHash = archive.Signature is { } bytes ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : null,
            };
        }
        if (!evidence.Signature.IsKnown)
            evidence = await AskNuGetAsync(evidence, stream, verifier, cancel).ConfigureAwait(false);
        if (!needsContent(evidence))
            return evidence;
        var (files, traits) = PackageContent.Read(zip, stream.Name, stream.Length, cancel);
        return evidence with { Files = Evidence<ImmutableArray<PackageFile>>.Of(files), Traits = Evidence<ImmutableArray<BuildTrait>>.Of(traits) };
    }

    private static async Task<PackageEvidence> AskNuGetAsync(PackageEvidence evidence, FileStream stream, SignatureVerifier? verifier, CancellationToken cancel)
    {
        stream.Position = 0;
        using var reader = new PackageArchiveReader(stream, leaveStreamOpen: true);
        var signature = await SignatureReading.ReadAsync(reader, verifier, cancel).ConfigureAwait(false);
        stream.Position = 0;
        return evidence with
        {
            Signature = signature,
            ContentHash = evidence.ContentHash.IsKnown ? evidence.ContentHash : ContentHash(reader, stream, signature, cancel),
            WasDeferred = true,
        };
    }

    private static Evidence<string> ContentHash(PackageArchiveReader reader, FileStream stream, Evidence<SignatureFacts> signature, CancellationToken cancel)
    {
        if (signature is { IsKnown: true, Value.IsSigned: false })
            return Evidence<string>.Of(Convert.ToBase64String(SHA512.HashData(stream)));
        try
        {
            return Evidence<string>.Of(reader.GetContentHash(cancel));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // NuGet raises many types for a damaged signature; the hash of the whole file cannot equal a locked one, and BG1003 tells the cause.
            stream.Position = 0;
            return Evidence<string>.Of(Convert.ToBase64String(SHA512.HashData(stream)));
        }
    }

    private static string? BadName(ImmutableArray<string> entries)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            var name = entry.Replace('\\', '/');
            if (name.StartsWith('/') || name.Split('/').Contains("..") || (name.Length > 1 && name[1] == ':') || name.Contains('\0', StringComparison.Ordinal))
                return $"the package has an entry that leads out of its folder ({Core.Printable.Of(entry, 100)})";
            if (!name.EndsWith('/') && !seen.Add(name))
                return $"the package has two entries of one name ({Core.Printable.Of(entry, 100)})";
        }
        return null;
    }

    private static NuspecIdentity ReadNuspec(ZipArchive zip)
    {
        var candidates = zip.Entries.Where(e => !e.FullName.Contains('/', StringComparison.Ordinal) && e.FullName.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)).ToList();
        if (candidates.Count != 1)
            throw new InvalidDataException(candidates.Count == 0 ? "it has no nuspec" : "it has more than one nuspec");
        if (candidates[0].Length > MaxNuspecBytes)
            throw new InvalidDataException("its nuspec is larger than any nuspec");
        using var opened = candidates[0].Open();
        using var bytes = new MemoryStream();
        new LimitedStream(opened, MaxNuspecBytes).CopyTo(bytes);
        var metadata = BoundedXml.Load(bytes.ToArray(), LoadOptions.None).Root?.Elements().FirstOrDefault(e => e.Name.LocalName == "metadata");
        return metadata?.Elements().FirstOrDefault(e => e.Name.LocalName == "id")?.Value.Trim() is { Length: > 0 } id
            && metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "version")?.Value.Trim() is { Length: > 0 } version
            ? new(id, version)
            : throw new InvalidDataException("its nuspec names no id and version");
    }
}
