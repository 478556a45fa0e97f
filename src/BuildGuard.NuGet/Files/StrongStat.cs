using System.Text;

namespace BuildGuard.NuGet.Files;

/// <summary>
/// What the kernel says of a file. Size and modification time can be set by anyone who may write the file; the change time and the inode
/// cannot be set back by a user, so an equal stat means equal bytes, short of a disk written from outside or the clock turned back by root.
/// </summary>
/// <param name="Device">Device number.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Modification time, nanoseconds since 1970.</param>
/// <param name="Changed">Change time, nanoseconds since 1970.</param>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Owner">User id of the owner.</param>
public readonly record struct StrongStat(ulong Device, ulong Inode, ulong Size, long Modified, long Changed, ushort Mode, uint Owner)
{
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;
    private const int DoNotFollow = 0x100;
    private const int Bytes = 256;
    private const int LongestOnStack = 1024;

    /// <summary>The type bits of the mode.</summary>
    internal ushort Kind => (ushort)(Mode & 0xF000);

    /// <summary>Whether it is a regular file (and not a device, a pipe or a folder).</summary>
    public bool IsRegularFile => Kind == 0x8000;

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => Kind == 0x4000;

    /// <summary>Asks the kernel, following symbolic links. Null where the file does not exist or the system has no such call (only Linux has).</summary>
    public static StrongStat? Of(string path) => Noted(path, Look.Content, Ask(path, followLinks: true));

    /// <summary>Asks the kernel about a path itself, also where it is a symbolic link. Null as for <see cref="Of(string)"/>.</summary>
    public static StrongStat? OfLink(string path) => Noted(path, Look.Link, Ask(path, followLinks: false));

    private static StrongStat? Noted(string path, Look look, StrongStat? stat)
    {
        Inputs.Note(path, look, stat is not null);
        return stat;
    }

    /// <summary>Asks without noting the question.</summary>
    internal static StrongStat? Ask(string path, bool followLinks)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        // Thousands of paths are asked about in a check: none of them is worth an object.
        var most = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        var bytes = most <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[most];
        bytes[Encoding.UTF8.GetBytes(path, bytes)] = 0;
        unsafe
        {
            fixed (byte* start = bytes)
                return Ask(start, followLinks);
        }
    }

    /// <summary>Asks by a path that ends with a NUL, without noting the question.</summary>
    internal static unsafe StrongStat? Ask(byte* path, bool followLinks)
    {
        Span<byte> buffer = stackalloc byte[Bytes];
        fixed (byte* p = buffer)
            return Native.statx(CurrentDirectory, path, followLinks ? 0 : DoNotFollow, BasicStats, p) == 0 ? From(buffer) : null;
    }

    // Layout of struct statx: linux/include/uapi/linux/stat.h. It is the same on every architecture.
    private static StrongStat From(ReadOnlySpan<byte> buffer) => new(
        ((ulong)BitConverter.ToUInt32(buffer[136..]) << 32) | BitConverter.ToUInt32(buffer[140..]),
        BitConverter.ToUInt64(buffer[32..]),
        BitConverter.ToUInt64(buffer[40..]),
        Time(buffer[112..]),
        Time(buffer[96..]),
        BitConverter.ToUInt16(buffer[28..]),
        BitConverter.ToUInt32(buffer[20..]));

    private static long Time(ReadOnlySpan<byte> timestamp) =>
        (BitConverter.ToInt64(timestamp) * 1_000_000_000) + BitConverter.ToUInt32(timestamp[8..]);
}
