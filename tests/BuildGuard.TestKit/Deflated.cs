using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace BuildGuard.TestKit;

/// <summary>Zip entries that an honest packer does not make.</summary>
public static class Deflated
{
    /// <summary>Adds an entry that is stored and not compressed.</summary>
    public static byte[] AddStored(byte[] package, string name, byte[] bytes) => Add(package, name, CompressionLevel.NoCompression, s => s.Write(bytes));

    /// <summary>Adds an entry that inflates to a prefix and then spaces up to a size.</summary>
    public static byte[] AddSpaces(byte[] package, string name, string prefix, long size) => Add(package, name, CompressionLevel.Fastest, s =>
    {
        s.Write(Encoding.UTF8.GetBytes(prefix));
        var spaces = Enumerable.Repeat((byte)' ', 1024 * 1024).ToArray();
        for (var left = size - prefix.Length; left > 0; left -= spaces.Length)
            s.Write(spaces, 0, (int)Math.Min(left, spaces.Length));
    });

    /// <summary>Takes an entry out.</summary>
    public static byte[] Remove(byte[] package, string name)
    {
        var stream = new MemoryStream();
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            Copy(package, to, e => e.FullName != name);
        return stream.ToArray();
    }

    /// <summary>Makes both headers of an entry claim another size than it inflates to.</summary>
    public static byte[] ClaimSize(byte[] package, string name, uint size)
    {
        var changed = package.ToArray();
        var wanted = Encoding.UTF8.GetBytes(name);
        var patched = 0;
        for (var at = 0; at < changed.Length - 46 - wanted.Length; at++)
        {
            var here = changed.AsSpan(at);
            var (offset, nameAt) = BinaryPrimitives.ReadUInt32LittleEndian(here) switch { 0x02014b50 => (24, 46), 0x04034b50 => (22, 30), _ => (0, 0) };
            if (offset == 0 || !here[nameAt..].StartsWith(wanted))
                continue;
            BinaryPrimitives.WriteUInt32LittleEndian(here[offset..], size);
            patched++;
        }
        return patched == 2 ? changed : throw new InvalidOperationException($"{name} has {patched} headers.");
    }

    // Copied into a new archive: updating one in place would hold every entry in memory.
    private static byte[] Add(byte[] package, string name, CompressionLevel level, Action<Stream> write)
    {
        var stream = new MemoryStream();
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Copy(package, to, _ => true);
            var entry = to.CreateEntry(name, level);
            entry.LastWriteTime = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = entry.Open();
            write(content);
        }
        return stream.ToArray();
    }

    private static void Copy(byte[] package, ZipArchive to, Func<ZipArchiveEntry, bool> which)
    {
        using var from = new ZipArchive(new MemoryStream(package));
        foreach (var entry in from.Entries.Where(which))
        {
            var copy = to.CreateEntry(entry.FullName);
            copy.LastWriteTime = entry.LastWriteTime;
            using var source = entry.Open();
            using var target = copy.Open();
            source.CopyTo(target);
        }
    }
}
