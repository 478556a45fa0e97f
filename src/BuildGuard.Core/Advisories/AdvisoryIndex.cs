using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using NuGet.Versioning;

namespace BuildGuard.Core.Advisories;

/// <summary>
/// The compact form of an advisory database: one file in which the records of a package are found without reading the others. It holds magic, format version, SHA-256 of the
/// rest, a header, a table of packages sorted by upper-case id, and what the table points at. The checksum finds damage; it is no signature.
/// </summary>
public static class AdvisoryIndex
{
    /// <summary>Largest index that is read, in bytes: some hundred thousand records.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    private const int FormatVersion = 1;
    private const int BodyStart = 8 + 4 + 32;
    private const long Never = long.MinValue;

    private static ReadOnlySpan<byte> Magic => "BGADVIDX"u8;

    /// <summary>Whether bytes begin as an index does.</summary>
    public static bool IsIndex(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    /// <summary>The index of a database. Pure: the same data gives the same bytes.</summary>
    /// <param name="data">All records of the database. What could not be read has no place in an index: nobody would notice that it is not there.</param>
    public static byte[] Write(AdvisoryData data)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        WriteTime(writer, data.Fetched);
        WriteTime(writer, data.Newest);
        writer.Write(data.Source ?? "");
        writer.Write(data.Records);

        var places = new Dictionary<Advisory, int>(ReferenceEqualityComparer.Instance);
        var packages = data.Advisories.SelectMany(a => a.Affected, (a, p) => (Advisory: a, Package: p))
            .GroupBy(x => x.Package.Id.ToUpperInvariant()).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        writer.Write(packages.Count);
        var table = body.Position;
        body.Position += packages.Count * 4L;
        foreach (var advisory in data.Advisories)
        {
            places[advisory] = (int)body.Position;
            WriteAdvisory(writer, advisory);
        }
        var starts = new List<int>();
        foreach (var package in packages)
        {
            starts.Add((int)body.Position);
            writer.Write(package.Key);
            WriteAll(writer, [.. package], x =>
            {
                writer.Write(places[x.Advisory]);
                WriteAffected(writer, x.Package);
            });
        }
        body.Position = table;
        starts.ForEach(writer.Write);
        var content = body.ToArray();
        return [.. Magic, .. BitConverter.GetBytes(FormatVersion), .. SHA256.HashData(content), .. content];
    }

    /// <summary>Reads the records of some packages.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="ids">The packages, in any case; null for all of them.</param>
    /// <returns>The data, or why there is none, as a clause: exactly one is null.</returns>
    public static (AdvisoryData? Data, string? Problem) Read(byte[] bytes, IEnumerable<string>? ids)
    {
        if (bytes.Length < BodyStart || !IsIndex(bytes))
            return (null, "it is no index of advisories");
        if (BitConverter.ToInt32(bytes, 8) != FormatVersion)
            return (null, $"its format is not {FormatVersion}, which is what this version of BuildGuard reads");
        if (!SHA256.HashData(bytes.AsSpan(BodyStart)).AsSpan().SequenceEqual(bytes.AsSpan(12, 32)))
            return (null, "it is damaged: its checksum does not hold");
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, BodyStart, bytes.Length - BodyStart, writable: false), Encoding.UTF8);
            return (Read(reader, ids), null);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return (null, "it is damaged: its content does not fit its checksum's format");
        }
    }

    private static AdvisoryData Read(BinaryReader reader, IEnumerable<string>? ids)
    {
        var data = new AdvisoryData { Fetched = ReadTime(reader), Newest = ReadTime(reader), Source = reader.ReadString() is { Length: > 0 } source ? source : null, Records = reader.ReadInt32() };
        var count = reader.ReadInt32();
        var table = reader.BaseStream.Position;
        var found = new SortedDictionary<int, List<AffectedPackage>>();
        foreach (var place in ids is null ? Enumerable.Range(0, count) : ids.Select(i => Find(reader, table, count, i.ToUpperInvariant())).Where(i => i >= 0).Distinct())
        {
            SeekPackage(reader, table, place);
            foreach (var (advisory, affected) in ReadAll(reader, () => (reader.ReadInt32(), ReadAffected(reader))))
            {
                if (!found.TryGetValue(advisory, out var list))
                    found[advisory] = list = [];
                list.Add(affected);
            }
        }
        return data with { Advisories = [.. found.Select(f => ReadAdvisory(reader, f.Key) with { Affected = [.. f.Value] }).OrderBy(a => a.Id, StringComparer.Ordinal)] };
    }

    private static int Find(BinaryReader reader, long table, int count, string id)
    {
        int low = 0, high = count - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = string.CompareOrdinal(SeekPackage(reader, table, middle), id);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return -1;
    }

    /// <summary>Goes to what stands behind a package's name, and returns the name.</summary>
    private static string SeekPackage(BinaryReader reader, long table, int index)
    {
        reader.BaseStream.Position = table + (index * 4L);
        reader.BaseStream.Position = reader.ReadInt32();
        return reader.ReadString();
    }

    private static void WriteAdvisory(BinaryWriter writer, Advisory advisory)
    {
        writer.Write(advisory.Id);
        WriteAll(writer, advisory.Aliases, writer.Write);
        writer.Write(advisory.Summary);
        writer.Write(advisory.IsMalicious);
        writer.Write((byte)advisory.Severity);
        WriteTime(writer, advisory.Modified);
        writer.Write(advisory.Published?.DayNumber ?? -1);
        writer.Write(advisory.Withdrawn?.DayNumber ?? -1);
    }

    private static Advisory ReadAdvisory(BinaryReader reader, int place)
    {
        reader.BaseStream.Position = place;
        return new(reader.ReadString())
        {
            Aliases = ReadAll(reader, reader.ReadString),
            Summary = reader.ReadString(),
            IsMalicious = reader.ReadBoolean(),
            Severity = (AdvisorySeverity)Math.Min(reader.ReadByte(), (byte)AdvisorySeverity.Unknown),
            Modified = ReadTime(reader),
            Published = ReadDay(reader),
            Withdrawn = ReadDay(reader),
        };
    }

    private static void WriteAffected(BinaryWriter writer, AffectedPackage package)
    {
        writer.Write(package.Id);
        WriteAll(writer, package.Spans, s =>
        {
            writer.Write(s.From?.ToFullString() ?? "");
            writer.Write(s.To?.ToFullString() ?? "");
            writer.Write(s.IncludesTo);
        });
        WriteAll(writer, package.Versions, v => writer.Write(v.ToFullString()));
    }

    private static AffectedPackage ReadAffected(BinaryReader reader) => new(
        reader.ReadString(),
        ReadAll(reader, () => new VersionSpan(ReadVersion(reader), ReadVersion(reader), reader.ReadBoolean())),
        ReadAll(reader, () => NuGetVersion.Parse(reader.ReadString())));

    private static NuGetVersion? ReadVersion(BinaryReader reader) => reader.ReadString() is { Length: > 0 } text ? NuGetVersion.Parse(text) : null;

    private static void WriteTime(BinaryWriter writer, DateTimeOffset? time) => writer.Write(time?.ToUnixTimeSeconds() ?? Never);

    private static DateTimeOffset? ReadTime(BinaryReader reader) => reader.ReadInt64() is var seconds && seconds == Never ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);

    private static DateOnly? ReadDay(BinaryReader reader) => reader.ReadInt32() is var day && day < 0 ? null : DateOnly.FromDayNumber(day);

    private static void WriteAll<T>(BinaryWriter writer, ImmutableArray<T> items, Action<T> write)
    {
        writer.Write(items.Length);
        foreach (var item in items)
            write(item);
    }

    // The count is not believed: the list grows with what is really there.
    private static ImmutableArray<T> ReadAll<T>(BinaryReader reader, Func<T> read)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            items.Add(read());
        return items.ToImmutable();
    }
}
