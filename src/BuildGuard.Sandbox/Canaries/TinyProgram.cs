using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox.Canaries;

/// <summary>
/// A static program of some forty bytes of machine code, so that the canary's child needs nothing of the machine and takes a fraction of a millisecond: it asks for a
/// network socket, writes the error number (a byte) to its standard output, and ends.
/// </summary>
internal static class TinyProgram
{
    private const ulong Base = 0x400000;
    private const int HeaderSize = 64 + 56;

    private static ReadOnlySpan<byte> X64 =>
    [
        0x6A, 0x02, 0x5F,       // rdi = AF_INET
        0x6A, 0x02, 0x5E,       // rsi = SOCK_DGRAM
        0x31, 0xD2,             // rdx = 0
        0x6A, 0x29, 0x58,       // socket
        0x0F, 0x05,
        0xF7, 0xD8,             // the error number
        0x50,                   // onto the stack
        0x6A, 0x01, 0x5F,       // rdi = standard output
        0x48, 0x89, 0xE6,       // rsi = the stack
        0x6A, 0x01, 0x5A,       // rdx = 1 byte
        0x6A, 0x01, 0x58,       // write
        0x0F, 0x05,
        0x31, 0xFF,             // rdi = 0
        0x6A, 0x3C, 0x58,       // exit
        0x0F, 0x05,
    ];

    private static ReadOnlySpan<byte> Arm64 => MemoryMarshal.AsBytes<uint>(
    [
        0xD2800040,             // x0 = AF_INET
        0xD2800041,             // x1 = SOCK_DGRAM
        0xD2800002,             // x2 = 0
        0xD28018C8, 0xD4000001, // socket
        0x4B0003E0,             // the error number
        0xF81F0FE0,             // onto the stack
        0xD2800020,             // x0 = standard output
        0x910003E1,             // x1 = the stack
        0xD2800022,             // x2 = 1 byte
        0xD2800808, 0xD4000001, // write
        0xD2800000,             // x0 = 0
        0xD2800BA8, 0xD4000001, // exit
    ]);

    /// <summary>The program as an ELF file; null for an architecture that the seal does not know.</summary>
    public static byte[]? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Elf(62, X64),
        Architecture.Arm64 => Elf(183, Arm64),
        _ => null,
    };

    /// <summary>An ELF file with one segment (man 5 elf).</summary>
    /// <param name="machine">62 for x64, 183 for arm64.</param>
    /// <param name="code">Machine code that needs no address of its own.</param>
    public static byte[] Elf(ushort machine, ReadOnlySpan<byte> code)
    {
        var file = new byte[HeaderSize + code.Length];
        var f = file.AsSpan();
        ((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(f);
        BinaryPrimitives.WriteUInt16LittleEndian(f[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(f[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(f[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(f[24..], Base + HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(f[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(f[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(f[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(f[56..], 1);
        var segment = f[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(f[HeaderSize..]);
        return file;
    }
}
