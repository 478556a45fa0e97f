using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace BuildGuard.Quickstart;

/// <summary>What somebody who controls a feed, a proxy or a packages folder can do to a package.</summary>
internal static class Tamper
{
    private const int CentralRecord = 46;
    private const int EndRecord = 22;

    /// <summary>The same package with its signature cut out and not another byte changed.</summary>
    public static byte[] WithoutSignature(byte[] package)
    {
        var end = package.Length - EndRecord;
        while (UInt32(package, end) != 0x06054b50)
            end--;
        var count = UInt16(package, end + 10);
        var directory = (int)UInt32(package, end + 16);
        var records = new List<(int At, int Length, string Name, int Offset)>();
        for (var at = directory; records.Count < count;)
        {
            var length = CentralRecord + UInt16(package, at + 28) + UInt16(package, at + 30) + UInt16(package, at + 32);
            records.Add((at, length, Encoding.UTF8.GetString(package, at + CentralRecord, UInt16(package, at + 28)), (int)UInt32(package, at + 42)));
            at += length;
        }
        var signature = records.Single(r => r.Name == ".signature.p7s");
        var next = records.Select(r => r.Offset).Append(directory).Where(o => o > signature.Offset).Min();
        var cut = next - signature.Offset;

        using var result = new MemoryStream();
        result.Write(package, 0, signature.Offset);
        result.Write(package, next, directory - next);
        var newDirectory = (int)result.Length;
        foreach (var (at, length, name, offset) in records.Where(r => r != signature))
        {
            var record = package.AsSpan(at, length).ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(42), (uint)(offset > signature.Offset ? offset - cut : offset));
            result.Write(record);
        }
        var tail = package.AsSpan(end).ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(8), (ushort)(count - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(10), (ushort)(count - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(12), (uint)(result.Length - newDirectory));
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(16), (uint)newDirectory);
        result.Write(tail);
        return result.ToArray();
    }

    /// <summary>The same package with one byte of a library changed.</summary>
    public static byte[] WithOneByteChanged(byte[] package)
    {
        var changed = package.ToArray();
        // The first file lies at the start; past its header there is only its content.
        changed[200] ^= 1;
        return changed;
    }

    /// <summary>Another package under the same id and version: whatever was in it, and one file more.</summary>
    public static byte[] Republished(byte[] package)
    {
        using var stream = new MemoryStream();
        stream.Write(package);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var writer = new StreamWriter(zip.CreateEntry("lib/net10.0/extra.txt").Open());
            writer.Write("not what was reviewed");
        }
        return stream.ToArray();
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
