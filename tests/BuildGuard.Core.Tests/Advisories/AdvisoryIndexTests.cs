using System.Security.Cryptography;
using BuildGuard.Core.Advisories;
using CsCheck;

namespace BuildGuard.Core.Tests.Advisories;

[TestClass]
public sealed class AdvisoryIndexTests
{
    private static readonly AdvisoryData Data = Records.Data(Records.All.Values) with
    {
        Fetched = new(2026, 5, 30, 10, 20, 30, TimeSpan.Zero),
        Source = "https://osv.example/NuGet/all.zip",
    };

    private static readonly byte[] Index = AdvisoryIndex.Write(Data);

    [TestMethod]
    public void EverythingComesBack()
    {
        var (read, problem) = AdvisoryIndex.Read(Index, null);
        Assert.IsNull(problem);
        Assert.AreSequenceEqual(Show(Data), Show(read!));
        Assert.AreEqual((61, new DateOnly(2026, 5, 30), Data.Source), (read!.Records, read.Day!.Value, read.Source));
        Assert.AreSequenceEqual(Index, AdvisoryIndex.Write(read));
    }

    [TestMethod]
    public void AskedForSomePackagesItReadsTheirRecordsOnly()
    {
        var read = AdvisoryIndex.Read(Index, ["SYSTEM.TEXT.JSON", "Serilog", "ARGОՈ", "identityserver4", "IdentityServer4"]).Data!;
        Assert.AreSequenceEqual(["GHSA-55p7-v223-x366", "GHSA-8g4q-xg66-9fp4", "GHSA-ff4q-64jc-gx98", "GHSA-hh2w-p6rv-4g7w", "MAL-2024-4009"], read.Advisories.Select(a => a.Id));
        Assert.AreSequenceEqual(["IdentityServer4"], read.Advisories[2].Affected.Select(a => a.Id));
        Assert.AreEqual(61, read.Records);
        Assert.IsEmpty(AdvisoryIndex.Read(Index, []).Data!.Advisories);
    }

    [TestMethod]
    public void AnEmptyDatabaseIsOne()
    {
        var read = AdvisoryIndex.Read(AdvisoryIndex.Write(new()), ["A"]).Data!;
        Assert.AreEqual((0, null, null), (read.Records, read.Day, read.Source));
    }

    [TestMethod]
    public void EveryDamagedByteIsNoticed() => Gen.Select(Gen.Int[0, Index.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
    {
        var damaged = (byte[])Index.Clone();
        damaged[at] ^= flip;
        return AdvisoryIndex.Read(damaged, ["A"]).Problem is not null;
    });

    [TestMethod]
    public void EveryTruncationIsNoticed() => Gen.Int[0, Index.Length - 1].Sample(length => AdvisoryIndex.Read(Index[..length], ["A"]).Problem is not null);

    // Whoever writes a right checksum over wrong content gets an answer too, and in bounded time.
    [TestMethod]
    public void ContentThatLiesEndsInAProblemOrInData() => Gen.Select(Gen.Int[44, Index.Length - 4], Gen.Int).Sample((at, value) =>
    {
        var forged = (byte[])Index.Clone();
        BitConverter.TryWriteBytes(forged.AsSpan(at), value);
        SHA256.HashData(forged.AsSpan(44)).CopyTo(forged, 12);
        var (data, problem) = AdvisoryIndex.Read(forged, ["System.Text.Json", "Npgsql", "A"]);
        return (data is null) != (problem is null);
    });

    private static IEnumerable<string> Show(AdvisoryData data) => data.Advisories.Select(a =>
        $"{a.Id} {string.Join(',', a.Aliases)} {a.Summary} {a.IsMalicious} {a.Severity} {a.Published} {a.Modified} {a.Withdrawn} {string.Join(';', a.Affected.OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).Select(Show))}");

    private static string Show(AffectedPackage package) =>
        $"{package.Id} {string.Join(' ', package.Spans.Select(s => $"{s.From?.ToNormalizedString()},{s.To?.ToNormalizedString()},{s.IncludesTo}"))} {string.Join(' ', package.Versions.Select(v => v.ToNormalizedString()))}";
}
