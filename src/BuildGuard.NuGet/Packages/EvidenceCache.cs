using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Signatures;

namespace BuildGuard.NuGet.Packages;

/// <summary>
/// Keeps what was read from a package, so that it is read once per machine. It keeps facts, never verdicts: the rules run anew in every check, so a changed
/// policy needs no invalidation. An entry's name is a hash over the file's path, its strong stat, the trust roots and the tool's build; a file that changed has another name
/// and its old entry is never found again.
/// </summary>
/// <remarks>
/// The folder belongs to the user (mode 0700); one that others own or may write is not used. Code of the same user can forge entries, as it can
/// forge anything of that user: the threat model says so. Entries are replaced atomically and carry a checksum, so a torn write reads as a miss.
/// Only Linux has a stat that cannot be set back; elsewhere nothing is cached.
/// </remarks>
internal sealed class EvidenceCache
{
    private const int FormatVersion = 3;
    private const int MaxEntryBytes = 16 * 1024 * 1024;
    private const int MaxEntries = 20_000;
    private const long MaxBytes = 256L * 1024 * 1024;

    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    private static readonly string Build = typeof(EvidenceCache).Module.ModuleVersionId.ToString("N");

    private readonly string? _folder;

    /// <summary>The trust roots in use, for another SDK may trust fewer; and what is known of revocations.</summary>
    private readonly string _roots = "";

    private EvidenceCache(string? folder)
    {
        _folder = folder;
        if (folder is not null && SdkFolder.Find() is { } sdk)
            _roots = string.Join('|', Directory.EnumerateFiles(Path.Combine(sdk, "trustedroots")).Order(StringComparer.Ordinal).Append(TrustRoots.SystemBundle).Select(f => $"{f}|{StrongStat.Of(f)}").Append(RevocationCache.State));
    }

    /// <summary>A cache that keeps nothing.</summary>
    public static EvidenceCache None { get; } = new(null);

    /// <summary>The user's cache; <see cref="None"/> where there is no safe folder for it.</summary>
    public static EvidenceCache Open()
    {
        if (!OperatingSystem.IsLinux())
            return None;
        try
        {
            var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } x && Path.IsPathRooted(x)
                ? x
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            if (!Path.IsPathRooted(root))
                return None;
            var folder = Path.Combine(root, "buildguard", $"evidence-{FormatVersion}");
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Another user's folder, or one that others may write, could hold another user's claims; whoever may write its parent could put one there.
            return IsOwn(folder, 0x3F) && IsOwn(Path.GetDirectoryName(folder)!, 0x12) ? new(folder) : None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return None;
        }
    }

    private static bool IsOwn(string folder, int forbidden) => StrongStat.Of(folder) is { IsFolder: true } stat && stat.Owner == Native.geteuid() && (stat.Mode & forbidden) == 0;

    /// <summary>The name under which evidence about a file in its present state is kept; null where its state cannot be told.</summary>
    public string? KeyOf(string path)
    {
        if (_folder is null || StrongStat.Of(path) is not { IsRegularFile: true } stat)
            return null;
        // A file that changed within the clock's last tick could change again without its stat changing.
        var age = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (stat.Changed / 1_000_000);
        if (age is >= 0 and < 20)
            return null;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{Build}|{stat.Device}|{stat.Inode}|{stat.Size}|{stat.Modified}|{stat.Changed}|{path}|{_roots}")));
    }

    /// <summary>What is kept under a name; null where there is nothing or it cannot be trusted.</summary>
    public PackageEvidence? Find(string? key)
    {
        if (_folder is null || key is null)
            return null;
        return Load(key, EvidenceFormat.ReadPackage);
    }

    /// <summary>What is known of an extracted folder; null where there is nothing. The caller compares every stat.</summary>
    public IReadOnlyList<ExtractedEntry>? FindFolder(string folder) => _folder is null ? null : Load(KeyOfFolder(folder), EvidenceFormat.ReadFolder);

    /// <summary>Keeps what was read of an extracted folder.</summary>
    public void KeepFolder(string folder, IReadOnlyCollection<ExtractedEntry> entries)
    {
        // A file that changed within the clock's last tick could change again without its stat changing.
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (_folder is null || entries.Any(e => now - (e.Stat.Changed / 1_000_000) is >= 0 and < 20))
            return;
        Save(KeyOfFolder(folder), w => EvidenceFormat.Write(w, entries));
    }

    private static string KeyOfFolder(string folder) => "folder-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Build}|folder|{folder}")));

    private T? Load<T>(string key, Func<BinaryReader, T> read)
        where T : class
    {
        var path = Path.Combine(_folder!, key);
        var (bytes, _) = BoundedFile.Read(path, MaxEntryBytes);
        // Kept as long as it is used: the oldest go first.
        if (bytes is not null && File.GetLastWriteTimeUtc(path) < DateTime.UtcNow - Rest)
            Touch(path);
        if (bytes is null || bytes.Length < 32 || !SHA256.HashData(bytes.AsSpan(32)).AsSpan().SequenceEqual(bytes.AsSpan(0, 32)))
            return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, 32, bytes.Length - 32));
            return read(reader);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was trimmed meanwhile.
            return;
        }
    }

    /// <summary>Keeps evidence. A cache that cannot be written is no error: the next check reads the package again.</summary>
    public void Keep(string? key, PackageEvidence evidence)
    {
        if (_folder is null || key is null || !evidence.IsComplete || DependsOnTheDay(evidence.Signature.Value))
            return;
        Save(key, w => EvidenceFormat.Write(w, evidence));
    }

    private void Save(string key, Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[32]);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
            write(writer);
        var bytes = stream.ToArray();
        SHA256.HashData(bytes.AsSpan(32), bytes);
        var temporary = Path.Combine(_folder!, $"{key}.{Guid.NewGuid():N}.tmp");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, Path.Combine(_folder!, key), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    /// <summary>
    /// Without a time stamp a signature holds until its certificate ends, and one whose chain or time does not hold today may hold tomorrow.
    /// Such an answer must not outlive its day, or a warm cache would pass what a cold one refuses.
    /// </summary>
    private static bool DependsOnTheDay(SignatureFacts signature) =>
        signature.Problems.Any(p => p.Trouble == SignatureTrouble.Trust) || (signature.Problems.IsEmpty && signature.Signers.Any(s => s.Timestamp is null));

    /// <summary>Drops the oldest entries where there are too many, or too many bytes of them.</summary>
    public void Trim() => Trim(MaxEntries, MaxBytes);

    /// <inheritdoc cref="Trim()"/>
    internal void Trim(int maxEntries, long maxBytes)
    {
        if (_folder is null)
            return;
        try
        {
            var files = new DirectoryInfo(_folder).GetFiles().OrderByDescending(f => f.LastWriteTimeUtc).ToList();
            if (files.Count <= maxEntries && files.Sum(f => f.Length) <= maxBytes)
                return;
            // Half of it, so that the next check does not do the same again.
            var bytes = 0L;
            foreach (var file in files.Skip(maxEntries / 2).Union(files.SkipWhile(f => (bytes += f.Length) <= maxBytes / 2)))
                file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another check trims at the same time; one of the two is enough.
            return;
        }
    }
}
