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
internal sealed class EvidenceCache
{
    private const int FormatVersion = 3;
    private const int MaxEntryBytes = 16 * 1024 * 1024;
    private const int MaxEntries = 20_000;
    private const long MaxBytes = 256L * 1024 * 1024;
    private const string FolderPrefix = "folder-";

    private static readonly string Build = typeof(EvidenceCache).Module.ModuleVersionId.ToString("N");

    private readonly UserCache? _entries;

    /// <summary>The trust roots in use, for another SDK may trust fewer; and what is known of revocations.</summary>
    private readonly string _roots = "";

    private EvidenceCache(UserCache? entries)
    {
        _entries = entries;
        if (entries is not null && SdkFolder.Find() is { } sdk)
            _roots = string.Join('|', Disk.Files(Path.Combine(sdk, "trustedroots")).Order(StringComparer.Ordinal).Append(TrustRoots.SystemBundle).Select(f => $"{f}|{StrongStat.Of(f)}").Append(RevocationCache.State));
    }

    /// <summary>A cache that keeps nothing.</summary>
    public static EvidenceCache None { get; } = new(null);

    /// <summary>The user's cache; <see cref="None"/> where there is no safe folder for it.</summary>
    public static EvidenceCache Open() => UserCache.Open($"evidence-{FormatVersion}", MaxEntryBytes) is { } entries ? new(entries) : None;

    /// <summary>Whether any package is known: if not, a check is about to read them all.</summary>
    public bool KnowsPackages => _entries?.HoldsOtherThan(FolderPrefix) == true;

    /// <summary>The name under which evidence about a file in its present state is kept; null where its state cannot be told.</summary>
    public string? KeyOf(string path)
    {
        if (_entries is null || StrongStat.Of(path) is not { IsRegularFile: true } stat)
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
        if (_entries is null || key is null)
            return null;
        return Load(key, EvidenceFormat.ReadPackage);
    }

    /// <summary>What is known of an extracted folder; null where there is nothing. The caller compares every stat.</summary>
    public IReadOnlyList<ExtractedEntry>? FindFolder(string folder) => _entries is null ? null : Load(KeyOfFolder(folder), EvidenceFormat.ReadFolder);

    /// <summary>Keeps what was read of an extracted folder.</summary>
    public void KeepFolder(string folder, IReadOnlyCollection<ExtractedEntry> entries)
    {
        // A file that changed within the clock's last tick could change again without its stat changing.
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (_entries is null || entries.Any(e => now - (e.Stat.Changed / 1_000_000) is >= 0 and < 20))
            return;
        _entries.Save(KeyOfFolder(folder), w => EvidenceFormat.Write(w, entries));
    }

    private static string KeyOfFolder(string folder) => FolderPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Build}|folder|{folder}")));

    private T? Load<T>(string key, Func<BinaryReader, T> read)
        where T : class => _entries!.Load(key, stream =>
        {
            using var reader = new BinaryReader(stream);
            return read(reader);
        });

    /// <summary>Keeps evidence. A cache that cannot be written is no error: the next check reads the package again.</summary>
    public void Keep(string? key, PackageEvidence evidence)
    {
        if (_entries is null || key is null || !evidence.IsComplete || DependsOnTheDay(evidence.Signature.Value))
            return;
        _entries.Save(key, w => EvidenceFormat.Write(w, evidence));
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
    internal void Trim(int maxEntries, long maxBytes) => _entries?.Trim(maxEntries, maxBytes);
}
