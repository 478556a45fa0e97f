using System.Collections.Immutable;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Packages;

[TestClass]
public sealed class FileReadingTests
{
    private const int Piece = 256 * 1024;

    /// <summary>The name must be found wherever it lies, across two pieces too; that the rest is no library makes it a doubtful one.</summary>
    [TestMethod]
    public void ATypeProvidersMarkIsFoundAnywhere()
    {
        var mark = BuildTexts.TypeProviderMark.ToArray();
        foreach (var at in (int[])[2, 1000, Piece - mark.Length, Piece - mark.Length + 1, Piece - 1, Piece, Piece + 1, (2 * Piece) - mark.Length - 10, (2 * Piece) - 30, (3 * Piece) - mark.Length])
        {
            var bytes = new byte[3 * Piece];
            "MZ"u8.CopyTo(bytes);
            mark.CopyTo(bytes, at);
            var (hash, traits) = Read("lib/net10.0/a.dll", bytes);
            Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)), hash);
            Assert.AreEqual(BuildTraitKind.TypeProvider, traits.Single().Kind, $"at {at}");
            bytes[at] ^= 1;
            Assert.IsEmpty(Read("lib/net10.0/a.dll", bytes).Traits, $"at {at}");
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(Piece - 1)]
    [DataRow(Piece)]
    [DataRow(Piece + 1)]
    public void TheHashIsThatOfTheWholeFile(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        foreach (var path in (string[])["tools/data.bin", "lib/net10.0/a.dll", "build/a.props"])
            Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)), Read(path, bytes).Sha256, path);
    }

    private static (string Sha256, ImmutableArray<BuildTrait> Traits) Read(string path, byte[] bytes)
    {
        using var temp = new TempFolder();
        File.WriteAllBytes(temp.Path("file"), bytes);
        using var file = File.OpenHandle(temp.Path("file"));
        return FileReading.Read(file, path);
    }
}
