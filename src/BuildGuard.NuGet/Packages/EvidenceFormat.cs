using System.Collections.Immutable;
using System.Runtime.InteropServices;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Packages;

/// <summary>How evidence is kept in a file. Whoever reads it has compared a checksum, so what is read was written by this very build of the tool.</summary>
internal static class EvidenceFormat
{
    private const int MaxItems = 1_000_000;

    // Memory for more than these only once they are there.
    private const int MostAtOnce = 10_000;

    /// <summary>Writes what is known of a package. Files that the lock vouched for are those of the folder, which is kept for itself.</summary>
    public static void Write(BinaryWriter w, PackageEvidence e)
    {
        w.Write(e.ContentHash.IsKnown && !e.IsHashVouched ? e.ContentHash.Value : "");
        w.Write(e.SignedHash ?? "");
        w.Write(e.Nuspec.Value.Id);
        w.Write(e.Nuspec.Value.Version);
        WriteAll(w, e.Entries.Value, w.Write);
        w.Write(e.Files.IsKnown);
        if (e.Files.IsKnown)
        {
            WriteAll(w, e.Files.Value, f =>
            {
                w.Write(f.Path);
                w.Write(f.Sha256);
            });
            WriteTraits(w, e.Traits.Value);
        }
        w.Write(e.SignatureHash ?? "");
        var s = e.Signature.Value;
        WriteAll(w, s.Signers, signer =>
        {
            w.Write((byte)signer.Kind);
            w.Write(signer.Certificate);
            w.Write(signer.Subject);
            w.Write(signer.Timestamp?.UtcTicks ?? 0);
        });
        WriteAll(w, s.Owners, w.Write);
        w.Write(s.ServiceIndex ?? "");
        WriteAll(w, s.Problems, p =>
        {
            w.Write((byte)p.Trouble);
            w.Write(p.Code);
            w.Write(p.Message);
        });
    }

    /// <summary>Reads what <see cref="Write(BinaryWriter, PackageEvidence)"/> wrote.</summary>
    /// <exception cref="IOException">It is shorter than that.</exception>
    /// <exception cref="FormatException">It is something else.</exception>
    public static PackageEvidence ReadPackage(BinaryReader r)
    {
        var evidence = new PackageEvidence
        {
            ContentHash = r.ReadString() is { Length: > 0 } content ? Evidence<string>.Of(content) : default,
            SignedHash = r.ReadString() is { Length: > 0 } signed ? signed : null,
            Nuspec = Evidence<NuspecIdentity>.Of(new(r.ReadString(), r.ReadString())),
            Entries = Evidence<ImmutableArray<string>>.Of(ReadAll(r, r.ReadString)),
        };
        if (r.ReadBoolean())
        {
            evidence = evidence with
            {
                Files = Evidence<ImmutableArray<PackageFile>>.Of(ReadAll(r, () => new PackageFile(r.ReadString(), r.ReadString()))),
                Traits = Evidence<ImmutableArray<BuildTrait>>.Of(ReadTraits(r)),
            };
        }
        return evidence with
        {
            SignatureHash = r.ReadString() is { Length: > 0 } hash ? hash : null,
            Signature = Evidence<SignatureFacts>.Of(new()
            {
                Signers = ReadAll(r, () => new Signer((SignatureKind)r.ReadByte(), r.ReadString(), r.ReadString(), r.ReadInt64() is > 0 and var t ? new DateTimeOffset(t, TimeSpan.Zero) : null)),
                Owners = ReadAll(r, r.ReadString),
                ServiceIndex = r.ReadString() is { Length: > 0 } u ? u : null,
                Problems = ReadAll(r, () => new SignatureProblem((SignatureTrouble)r.ReadByte(), r.ReadString(), r.ReadString())),
            }),
        };
    }

    /// <summary>Writes the entries of an extracted folder.</summary>
    public static void Write(BinaryWriter w, IReadOnlyCollection<ExtractedEntry> entries) => WriteAll(w, [.. entries], e =>
    {
        w.Write(e.Path);
        WriteStat(w, e.Stat);
        w.Write(e.Sha256);
        WriteTraits(w, e.Traits);
    });

    /// <summary>Reads what <see cref="Write(BinaryWriter, IReadOnlyCollection{ExtractedEntry})"/> wrote.</summary>
    /// <exception cref="IOException">It is shorter than that.</exception>
    /// <exception cref="FormatException">It is something else.</exception>
    public static ExtractedEntry[] ReadFolder(BinaryReader r) => ImmutableCollectionsMarshal.AsArray(ReadAll(r, () => new ExtractedEntry(r.ReadString(), ReadStat(r), r.ReadString(), ReadTraits(r))))!;

    private static void WriteTraits(BinaryWriter w, ImmutableArray<BuildTrait> traits) => WriteAll(w, traits, t =>
    {
        w.Write((byte)t.Kind);
        w.Write(t.Path);
        w.Write(t.Line);
        w.Write(t.Detail);
    });

    private static ImmutableArray<BuildTrait> ReadTraits(BinaryReader r) => ReadAll(r, () => new BuildTrait((BuildTraitKind)r.ReadByte(), r.ReadString(), r.ReadInt32(), r.ReadString()));

    private static void WriteStat(BinaryWriter w, StrongStat s)
    {
        w.Write(s.Device);
        w.Write(s.Inode);
        w.Write(s.Size);
        w.Write(s.Modified);
        w.Write(s.Changed);
        w.Write(s.Mode);
        w.Write(s.Owner);
    }

    private static StrongStat ReadStat(BinaryReader r) =>
        new(r.ReadUInt64(), r.ReadUInt64(), r.ReadUInt64(), r.ReadInt64(), r.ReadInt64(), r.ReadUInt16(), r.ReadUInt32());

    private static void WriteAll<T>(BinaryWriter w, ImmutableArray<T> items, Action<T> one)
    {
        w.Write(items.Length);
        foreach (var item in items)
            one(item);
    }

    private static ImmutableArray<T> ReadAll<T>(BinaryReader r, Func<T> one)
    {
        var n = r.ReadInt32();
        if (n is < 0 or > MaxItems)
            throw new FormatException();
        if (n == 0)
            return [];
        var items = ImmutableArray.CreateBuilder<T>(Math.Min(n, MostAtOnce));
        for (var i = 0; i < n; i++)
            items.Add(one());
        return items.DrainToImmutable();
    }
}
