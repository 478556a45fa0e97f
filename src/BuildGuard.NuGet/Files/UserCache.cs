using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.NuGet.Files;

/// <summary>
/// A folder of entries that belong to this user alone (mode 0700); one that others own or may write is not used. Entries are replaced atomically and carry a checksum, so a torn
/// write reads as a miss. Code of the same user can forge entries, as it can forge anything of that user: the threat model says so. Only Linux has a stat that cannot be set back;
/// elsewhere nothing is kept.
/// </summary>
/// <param name="folder">Full path.</param>
/// <param name="maxEntryBytes">Largest entry that is read.</param>
internal sealed class UserCache(string folder, int maxEntryBytes)
{
    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>The user's cache of a name, made where it is missing; null where there is no safe folder for it.</summary>
    public static UserCache? Open(string name, int maxEntryBytes)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } x && Path.IsPathRooted(x)
                ? x
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            if (!Path.IsPathRooted(root))
                return null;
            var folder = Path.Combine(root, "buildguard", name);
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Another user's folder, or one that others may write, could hold another user's claims; whoever may write its parent could put one there.
            return IsOwn(folder, 0x3F) && IsOwn(Path.GetDirectoryName(folder)!, 0x12) ? new(folder, maxEntryBytes) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsOwn(string folder, int forbidden) => StrongStat.Ask(folder, followLinks: true) is { IsFolder: true } stat && stat.Owner == Native.geteuid() && (stat.Mode & forbidden) == 0;

    /// <summary>Whether there is an entry whose name does not begin so.</summary>
    public bool HoldsOtherThan(string prefix)
    {
        try
        {
            return Directory.EnumerateFiles(folder).Any(f => !Path.GetFileName(f.AsSpan()).StartsWith(prefix, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="read">Makes sense of what a stream holds; an exception for that is a miss.</param>
    /// <returns>What was read; null where there is nothing or it cannot be trusted.</returns>
    public T? Load<T>(string key, Func<MemoryStream, T?> read)
        where T : class
    {
        var path = Path.Combine(folder, key);
        if (Bytes(path) is not { Length: >= 32 } bytes)
            return null;
        // Kept as long as it is used: the oldest go first.
        if (File.GetLastWriteTimeUtc(path) < DateTime.UtcNow - Rest)
            Touch(path);
        if (!SHA256.HashData(bytes.AsSpan(32)).AsSpan().SequenceEqual(bytes.AsSpan(0, 32)))
            return null;
        try
        {
            using var stream = new MemoryStream(bytes, 32, bytes.Length - 32);
            return read(stream);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private byte[]? Bytes(string path)
    {
        try
        {
            if (StrongStat.Ask(path, followLinks: true) is not { IsRegularFile: true } stat || stat.Size > (ulong)maxEntryBytes)
                return null;
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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

    /// <summary>Keeps an entry. A cache that cannot be written is no error: the next check reads again what it stands for.</summary>
    public void Save(string key, Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[32]);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
            write(writer);
        var bytes = stream.ToArray();
        SHA256.HashData(bytes.AsSpan(32), bytes);
        var temporary = Path.Combine(folder, $"{key}.{Guid.NewGuid():N}.tmp");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, Path.Combine(folder, key), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    /// <summary>Drops the oldest entries where there are too many, or too many bytes of them.</summary>
    public void Trim(int maxEntries, long maxBytes)
    {
        try
        {
            var files = new DirectoryInfo(folder).GetFiles().OrderByDescending(f => f.LastWriteTimeUtc).ToList();
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
