using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace BuildGuard.NuGet.Signatures;

/// <summary>
/// A package's archive, as far as its signature is concerned: where the signature lies, and the bytes that it speaks for, which are all others, with the directory as it was before signing.
/// Only archives that every reader takes the same way are understood: one directory that ends where the file ends, no comment, no ZIP64, nothing twice.
/// </summary>
/// <remarks>What is signed: NuGet.Packaging, SignedPackageArchiveUtility. Its content hash is over the same bytes.</remarks>
internal sealed class SignedArchive
{
    private const int EndBytes = 22;
    private const int DirectoryEntryBytes = 46;
    private const int LocalEntryBytes = 30;
    private const int MaxDirectoryBytes = 16 * 1024 * 1024;
    private const int BufferBytes = 256 * 1024;

    private readonly SafeFileHandle _file;

    /// <summary>Where the directory starts: behind the last entry.</summary>
    private readonly long _directory;

    /// <summary>The signature's entry, header and all: from and to; both are <see cref="_directory"/> where there is none.</summary>
    private readonly (long From, long To) _signature;

    /// <summary>Directory and end record without the signature.</summary>
    private readonly byte[] _tail;

    private SignedArchive(SafeFileHandle file, long directory, (long From, long To) signature, byte[] tail)
    {
        _file = file;
        _directory = directory;
        _signature = signature;
        _tail = tail;
    }

    /// <summary>The name of the signature's entry.</summary>
    public static ReadOnlySpan<byte> SignatureName => ".signature.p7s"u8;

    /// <summary>The signature file; null for an unsigned package.</summary>
    public byte[]? Signature { get; private init; }

    /// <summary>Reads directory and signature.</summary>
    /// <param name="file">The package; it must stay open while this is used.</param>
    /// <param name="maxSignatureBytes">Largest signature that is read.</param>
    /// <returns>Null where anything is not exactly as expected: that is no verdict.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SignedArchive? Read(SafeFileHandle file, int maxSignatureBytes)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> end = stackalloc byte[EndBytes];
        if (length < EndBytes || !ReadExactly(file, end, length - EndBytes))
            return null;
        ReadOnlySpan<byte> mark = [0x50, 0x4b, 5, 6];
        if (!end.StartsWith(mark) || end[1..].IndexOf(mark) >= 0 || U32(end, 4) != 0 || U16(end, 8) != U16(end, 10) || U16(end, 20) != 0)
            return null;
        var (count, size, start) = (U16(end, 10), U32(end, 12), U32(end, 16));
        if (count is 0 or ushort.MaxValue || size > MaxDirectoryBytes || start == uint.MaxValue || start + (long)size != length - EndBytes)
            return null;
        var directory = new byte[size];
        if (!ReadExactly(file, directory, start) || Entries(directory, count) is not { } entries)
            return null;
        var signed = entries.FindIndex(e => e.IsSignature);
        if (signed < 0)
            return new(file, start, (start, start), [.. directory, .. end]);
        var entry = entries[signed];
        var to = entries.Where(e => e.Offset > entry.Offset).Select(e => (long)e.Offset).DefaultIfEmpty(start).Min();
        return ReadSignature(file, directory.AsSpan(entry.At, entry.Size), entry.Offset, to, maxSignatureBytes) is { } signature
            ? new(file, start, (entry.Offset, to), Unsigned(directory, end, entries, entry, (uint)(to - entry.Offset))) { Signature = signature }
            : null;
    }

    /// <summary>Hashes what is, or would be, signed. SHA-512 of it is NuGet's content hash.</summary>
    /// <param name="algorithms">The algorithms, all in one pass.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The hashes, in the order of the algorithms.</returns>
    /// <exception cref="IOException">The file cannot be read, or became shorter.</exception>
    public byte[][] Hash(HashAlgorithmName[] algorithms, CancellationToken cancel)
    {
        var hashes = Array.ConvertAll(algorithms, IncrementalHash.CreateHash);
        try
        {
            Append(hashes, cancel);
            return Array.ConvertAll(hashes, h => h.GetHashAndReset());
        }
        finally
        {
            foreach (var hash in hashes)
                hash.Dispose();
        }
    }

    private void Append(IncrementalHash[] hashes, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        foreach (var (from, to) in ((long, long)[])[(0, _signature.From), (_signature.To, _directory)])
        {
            for (var at = from; at < to;)
            {
                cancel.ThrowIfCancellationRequested();
                var n = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(BufferBytes, to - at)), at);
                if (n == 0)
                    throw new EndOfStreamException("the file became shorter while it was read");
                foreach (var hash in hashes)
                    hash.AppendData(buffer, 0, n);
                at += n;
            }
        }
        ArrayPool<byte>.Shared.Return(buffer);
        foreach (var hash in hashes)
            hash.AppendData(_tail);
    }

    private sealed record Entry(int At, int Size, uint Offset, bool IsSignature);

    private static List<Entry>? Entries(ReadOnlySpan<byte> directory, int count)
    {
        var entries = new List<Entry>(count);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var here = directory[at..];
            if (here.Length < DirectoryEntryBytes || U32(here, 0) != 0x02014b50)
                return null;
            var (name, extra, comment) = (U16(here, 28), U16(here, 30), U16(here, 32));
            var size = DirectoryEntryBytes + name + extra + comment;
            if (here.Length < size || U16(here, 34) != 0 || U32(here, 20) == uint.MaxValue || U32(here, 24) == uint.MaxValue || U32(here, 42) == uint.MaxValue || IsZip64(here.Slice(DirectoryEntryBytes + name, extra)))
                return null;
            var isSignature = here.Slice(DirectoryEntryBytes, name).SequenceEqual(SignatureName);
            // Another spelling of that name is a signature to one reader and none to the next.
            if (!isSignature && System.Text.Ascii.EqualsIgnoreCase(here.Slice(DirectoryEntryBytes, name), SignatureName))
                return null;
            entries.Add(new(at, size, U32(here, 42), isSignature));
            at += size;
        }
        if (at != directory.Length || entries.Count(e => e.IsSignature) > 1)
            return null;
        var offsets = entries.ConvertAll(e => e.Offset);
        offsets.Sort();
        // What lies before the first entry, or under two of them, would be signed in a way that is not worth following.
        return offsets[0] == 0 && offsets.Zip(offsets.Skip(1)).All(p => p.First < p.Second) ? entries : null;
    }

    private static bool IsZip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var size = 4 + U16(extra, 2);
            if (U16(extra, 0) == 1 || size > extra.Length)
                return true;
            extra = extra[size..];
        }
        return !extra.IsEmpty;
    }

    /// <summary>Reads the signature, if both of its headers are as NuGet writes them and its entry holds nothing else.</summary>
    private static byte[]? ReadSignature(SafeFileHandle file, ReadOnlySpan<byte> header, long from, long to, int max)
    {
        var size = U32(header, 24);
        var local = new byte[LocalEntryBytes + SignatureName.Length];
        if (header.Length != DirectoryEntryBytes + SignatureName.Length || size is 0 || size > max || to - from != local.Length + size || !ReadExactly(file, local, from))
            return null;
        // Flags, method, attributes: none. Both sizes: the same, in both headers.
        if (U32(header, 8) != 0 || U32(header, 20) != size || U32(header, 38) != 0
            || U32(local, 0) != 0x04034b50 || U32(local, 6) != 0 || U32(local, 18) != size || U32(local, 22) != size
            || U16(local, 26) != SignatureName.Length || U16(local, 28) != 0 || !local.AsSpan(LocalEntryBytes).SequenceEqual(SignatureName))
            return null;
        var signature = new byte[size];
        return ReadExactly(file, signature, from + local.Length) ? signature : null;
    }

    /// <summary>Directory and end record as they were before the signature came in.</summary>
    private static byte[] Unsigned(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> end, List<Entry> entries, Entry signature, uint size)
    {
        var tail = new byte[directory.Length - signature.Size + EndBytes];
        var at = 0;
        foreach (var entry in entries.Where(e => e != signature))
        {
            directory.Slice(entry.At, entry.Size).CopyTo(tail.AsSpan(at));
            if (entry.Offset > signature.Offset)
                BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(at + 42), entry.Offset - size);
            at += entry.Size;
        }
        var last = tail.AsSpan(at);
        end.CopyTo(last);
        BinaryPrimitives.WriteUInt16LittleEndian(last[8..], (ushort)(U16(end, 8) - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(last[10..], (ushort)(U16(end, 10) - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(last[12..], U32(end, 12) - (uint)signature.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(last[16..], U32(end, 16) - size);
        return tail;
    }

    private static bool ReadExactly(SafeFileHandle file, Span<byte> buffer, long at)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var n = RandomAccess.Read(file, buffer[done..], at + done);
            if (n == 0)
                return false;
            done += n;
        }
        return true;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
