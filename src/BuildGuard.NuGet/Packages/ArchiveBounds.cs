using System.Buffers.Binary;

namespace BuildGuard.NuGet.Packages;

/// <summary>Keeps an archive from filling the memory: whoever reads its directory makes an object of each entry, and counts them afterwards.</summary>
internal static class ArchiveBounds
{
    private const int EndBytes = 22;
    private const int MaxCommentBytes = ushort.MaxValue;
    private const int MaxDirectoryBytes = 16 * 1024 * 1024;
    private const int LocatorBytes = 20;

    /// <summary>Why an archive's directory is not read; null where it may be. The position of the stream is the start afterwards.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? Problem(FileStream stream)
    {
        var tail = new byte[Math.Min(stream.Length, EndBytes + MaxCommentBytes + LocatorBytes)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        stream.Position = 0;
        var end = tail.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x50, 0x4b, 5, 6]);
        if (end < 0 || tail.Length - end < EndBytes)
            return null;
        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (start == uint.MaxValue)
            start = Zip64Start(stream, tail.AsSpan(0, end)) ?? 0;
        // What the record says of its size does not bind a reader: it goes on as long as there are entries.
        return stream.Length - Math.Max(0, start) > MaxDirectoryBytes + tail.Length ? $"the package's directory is larger than {MaxDirectoryBytes:N0} bytes" : null;
    }

    private static long? Zip64Start(FileStream stream, ReadOnlySpan<byte> before)
    {
        if (before.Length < LocatorBytes || !before[^LocatorBytes..].StartsWith((ReadOnlySpan<byte>)[0x50, 0x4b, 6, 7]))
            return null;
        var at = BinaryPrimitives.ReadInt64LittleEndian(before[(before.Length - LocatorBytes + 8)..]);
        if (at < 0 || at > stream.Length - 56)
            return null;
        var record = new byte[56];
        stream.Position = at;
        stream.ReadExactly(record);
        stream.Position = 0;
        return BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
    }
}
