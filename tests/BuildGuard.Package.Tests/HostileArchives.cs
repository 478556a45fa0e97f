using System.Buffers.Binary;
using System.IO.Compression;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>
/// The rows of the zoo about archives and signatures, each in a real restore without BuildGuard and in a check. What NuGet lets through, the check must see in the very folder that NuGet
/// extracted; what NuGet refuses may still lie in a packages folder. A check gets 160 MB for its objects and thirty seconds, so that a bomb cannot hide behind a large machine.
/// </summary>
[TestClass]
public sealed class HostileArchives
{
    private const string HeapLimit = "A000000";

    /// <param name="Name">Id of the package.</param>
    /// <param name="Make">What is served under the id instead of the package that was locked.</param>
    /// <param name="Code">The rule that refuses it.</param>
    /// <param name="Says">What its message holds.</param>
    private sealed record Row(string Name, Func<byte[], byte[]> Make, string Code, string Says);

    private static readonly Row[] Passing =
    [
        new("Row01.OtherBytes", b => Unsigned(b, p => p.File("readme.txt", "other")), "BG2002", "has other content than the lock says"),
        new("Row02.Stripped", PackageSigning.StripSignature, "BG1006", "signed"),
        new("Row03.ChangedAndStripped", b => PackageSigning.StripSignature(PackageSigning.ChangeContentKeepSignature(b)), "BG2002", "has other content than the lock says"),
        new("Row06.OtherSigner", b => PackageSigning.AuthorSign(PackageSigning.StripSignature(b), new() { Certificate = TestCertificates.Shared.OtherAuthor }), "BG1006", "signe"),
        new("Row07.Expired", b => PackageSigning.AuthorSign(PackageSigning.StripSignature(b), new() { Certificate = TestCertificates.Shared.Expired }), "BG1006", "signe"),
        new("Row16.Absolute", b => Unsigned(b, p => p.RawEntry("/tmp/evil.txt", [1])), "BG0008", "leads out of its folder"),
        new("Row16.OneNameInTwoCases", b => Unsigned(b, p => p.RawEntry("lib/x.txt", [1]).RawEntry("LIB/X.TXT", [2])), "BG0008", "two entries of one name"),
        new("Row16.Link", b => Unsigned(b, p => p.RawEntry("lib/link", "/etc/passwd"u8.ToArray(), unchecked((int)(0xA1FFu << 16)))), "BG2002", "has other content than the lock says"),
        new("Row16.Bomb", b => Deflated.AddSpaces(PackageSigning.StripSignature(b), "lib/net10.0/bomb.txt", "", 400L * 1024 * 1024), "BG2002", "has other content than the lock says"),
        new("Row16.Nested", b => Unsigned(b, p => p.File("lib/inner.zip", Deflated.AddSpaces(PackageSigning.StripSignature(b), "bomb.txt", "", 400L * 1024 * 1024))), "BG2002", "has other content than the lock says"),
        new("Row16.SizeThatLies", b => Deflated.ClaimSize(Deflated.AddSpaces(PackageSigning.StripSignature(b), "A.txt", "", 64), "A.txt", uint.MaxValue - 1), "BG0008", "it says that it inflates to"),
    ];

    private static readonly Row[] Refused =
    [
        new("Row04.ChangedAndSigned", PackageSigning.ChangeContentKeepSignature, "BG1003", "signed"),
        new("Row04.TwoSignatures", PackageSigning.DuplicateSignatureEntry, "BG0008", "two entries of one name"),
        new("Row16.Traversal", b => Unsigned(b, p => p.RawEntry("../../evil.txt", [1])), "BG0008", "leads out of its folder"),
        new("Row16.Truncated", b => b[..^40], "BG0008", "the package is broken"),
        new("Row16.Zip64", LieAboutZip64, "BG0008", "the package is broken"),
    ];

    [TestMethod]
    public void What_nuget_lets_through()
    {
        using var repo = Locked(Passing);
        using var plain = Serving(Passing);
        plain.Run("restore", "App").EnsureSuccess();
        foreach (var row in Passing)
        {
            var (locked, hostile) = (repo.PackagePath(row.Name, "1.0.0"), plain.PackagePath(row.Name, "1.0.0"));
            Directory.Move(locked, locked + ".kept");
            Directory.Move(hostile, locked);
            IsSeen(repo, row);
            Directory.Delete(locked, recursive: true);
            Directory.Move(locked + ".kept", locked);
        }
        Check(repo).EnsureSuccess();
    }

    [TestMethod]
    public void What_nuget_refuses_and_somebody_left_in_the_packages_folder()
    {
        using var repo = Locked(Refused);
        foreach (var row in Refused)
        {
            using (var plain = Serving([row]))
                Assert.AreNotEqual(0, plain.Run("restore", "App").ExitCode, row.Name);
            var nupkg = repo.PackagePath(row.Name, "1.0.0", $"{row.Name.ToLowerInvariant()}.1.0.0.nupkg");
            var honest = File.ReadAllBytes(nupkg);
            File.WriteAllBytes(nupkg, row.Make(honest));
            IsSeen(repo, row);
            File.WriteAllBytes(nupkg, honest);
        }
        Check(repo).EnsureSuccess();
    }

    private static void IsSeen(TestRepo repo, Row row)
    {
        var result = Check(repo);
        Assert.IsGreaterThan(0, result.ExitCode, row.Name);
        var findings = result.Output.Split('\n').Where(l => l.Contains($"error {row.Code}: ", StringComparison.Ordinal)).ToList();
        Assert.IsTrue(findings.Exists(f => f.Contains(row.Name, StringComparison.Ordinal) && f.Contains(row.Says, StringComparison.Ordinal)), $"{row.Name}\n{result.Output}");
        Assert.DoesNotContain("BG0009", result.Output);
        Assert.DoesNotContain("   at ", result.Output);
    }

    private static DotnetResult Check(TestRepo repo)
    {
        repo.Dotnet.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        repo.Dotnet.Timeout = TimeSpan.FromSeconds(30);
        return repo.Tool("check", ".");
    }

    /// <summary>An app on the honest packages, signed as in a gallery, restored, checked and locked. Its policy asks for no signature, for no root vouches for the test's certificates.</summary>
    private static TestRepo Locked(Row[] rows)
    {
        var repo = App(Guarded.Repo(), rows, (_, bytes) => bytes);
        repo.Run("restore", "App").EnsureSuccess();
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"gate\": \"optional\""));
        repo.Tool("lock", "--yes").EnsureSuccess();
        Check(repo).EnsureSuccess();
        return repo;
    }

    /// <summary>The same app where the feed serves what is hostile, without BuildGuard.</summary>
    private static TestRepo Serving(Row[] rows) => App(new(), rows, (row, bytes) => row.Make(bytes));

    private static TestRepo App(TestRepo repo, Row[] rows, Func<Row, byte[], byte[]> serve)
    {
        foreach (var row in rows)
            repo.Feed.Add(row.Name, "1.0.0", serve(row, Honest(row.Name)));
        repo.App(packages: [.. rows.Select(r => (r.Name, "1.0.0"))]);
        return repo;
    }

    private static readonly Dictionary<string, byte[]> Made = [];

    private static byte[] Honest(string id)
    {
        lock (Made)
        {
            if (!Made.TryGetValue(id, out var bytes))
                Made[id] = bytes = PackageSigning.SignLikeGallery(Guarded.Package(id).ToBytes(), "alice");
            return bytes;
        }
    }

    private static byte[] Unsigned(byte[] signed, Func<TestPackage, TestPackage> change)
    {
        using var zip = new ZipArchive(new MemoryStream(signed));
        return change(Guarded.Package(Path.GetFileNameWithoutExtension(zip.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).FullName))).ToBytes();
    }

    /// <summary>The end record says that a ZIP64 record knows better, and there is none.</summary>
    private static byte[] LieAboutZip64(byte[] package)
    {
        var changed = package.ToArray();
        var end = changed.AsSpan(changed.Length - 22);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], ushort.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], ushort.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], uint.MaxValue);
        return changed;
    }
}
