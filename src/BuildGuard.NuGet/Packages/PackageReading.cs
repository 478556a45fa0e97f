using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using NuGet.Packaging;

namespace BuildGuard.NuGet.Packages;

/// <summary>Reads a .nupkg. The archive is hostile until proved otherwise: counts and sizes are checked before anything is inflated.</summary>
internal static class PackageReading
{
    private const int MaxEntries = 100_000;
    private const long MaxNuspecBytes = 4 * 1024 * 1024;
    private const long MaxSignatureBytes = 4 * 1024 * 1024;
    private const string SignatureEntry = ".signature.p7s";

    /// <summary>Reads and verifies a package file. Never throws for what the file holds.</summary>
    /// <param name="path">Full path of the .nupkg.</param>
    public static async Task<PackageEvidence> ReadAsync(string path, CancellationToken cancel)
    {
        if (OperatingSystem.IsLinux() && StrongStat.Of(path) is { IsRegularFile: false })
            return PackageEvidence.Missing($"{path} is not a file");
        FileStream stream;
        try
        {
            stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024);
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
                return await ReadAsync(stream, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or XmlException or CryptographicException or ArgumentException or FormatException or NotSupportedException or OverflowException)
            {
                return PackageEvidence.Missing($"the package is broken ({e.Message.TrimEnd('.')})");
            }
        }
    }

    private static async Task<PackageEvidence> ReadAsync(FileStream stream, CancellationToken cancel)
    {
        ImmutableArray<string> entries;
        NuspecIdentity nuspec;
        ImmutableArray<PackageFile> files;
        ImmutableArray<BuildTrait> traits;
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true))
        {
            if (zip.Entries.Count > MaxEntries)
                return PackageEvidence.Missing($"the package has {zip.Entries.Count:N0} entries, and at most {MaxEntries:N0} are read");
            entries = [.. zip.Entries.Select(e => e.FullName)];
            if (BadName(entries) is { } bad)
                return PackageEvidence.Missing(bad);
            if (zip.Entries.FirstOrDefault(e => e.FullName == SignatureEntry) is { Length: > MaxSignatureBytes })
                return PackageEvidence.Missing("the package's signature file is larger than any signature");
            nuspec = ReadNuspec(zip);
            (files, traits) = PackageContent.Read(zip, stream.Name, stream.Length, cancel);
        }
        stream.Position = 0;
        using var reader = new PackageArchiveReader(stream, leaveStreamOpen: true);
        var signature = await SignatureReading.ReadAsync(reader, cancel).ConfigureAwait(false);
        stream.Position = 0;
        return new()
        {
            Entries = Evidence<ImmutableArray<string>>.Of(entries),
            Nuspec = Evidence<NuspecIdentity>.Of(nuspec),
            Files = Evidence<ImmutableArray<PackageFile>>.Of(files),
            Traits = Evidence<ImmutableArray<BuildTrait>>.Of(traits),
            Signature = signature,
            ContentHash = ContentHash(reader, stream, signature, cancel),
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
