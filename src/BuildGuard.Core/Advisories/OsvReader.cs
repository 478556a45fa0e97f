using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace BuildGuard.Core.Advisories;

/// <summary>
/// Reads one record in the OSV format (https://ossf.github.io/osv-schema/), as far as it speaks of NuGet. The record may be broken or hostile: time and memory are linear in
/// its size, and what cannot be understood never makes a package look better.
/// </summary>
public static class OsvReader
{
    /// <summary>Largest record that is read, in bytes. The largest real ones have a few hundred thousand.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const string Ecosystem = "NuGet";

    /// <summary>"Embedded malicious code", which the GitHub Advisory Database gives to malware and to nothing else.</summary>
    private const string MaliciousCode = "CWE-506";

    /// <summary>Reads a record.</summary>
    /// <param name="utf8">Its bytes. A byte order mark is accepted.</param>
    /// <param name="name">Name of its file, for a record that has no id of its own.</param>
    /// <param name="isWanted">Whether the versions of a package are asked for; of others the record only says that it speaks of them. Null for all.</param>
    /// <returns>The record, whose list of packages is empty where it speaks of other ecosystems only; or why it cannot be read, as a clause. Exactly one is null.</returns>
    public static (Advisory? Advisory, string? Problem) Read(ReadOnlyMemory<byte> utf8, string name, Func<string, bool>? isWanted = null)
    {
        if (utf8.Length > MaxBytes)
            return (null, $"it has {utf8.Length:N0} bytes, and at most {MaxBytes:N0} are read");
        // The parser looks at the strings that are asked for only.
        if (!Utf8.IsValid(utf8.Span))
            return (null, "it is not valid UTF-8");
        try
        {
            using var document = JsonDocument.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8, new() { AllowDuplicateProperties = false });
            return (Build(document.RootElement, name, isWanted ?? (_ => true)), null);
        }
        catch (JsonException e)
        {
            return (null, $"it is not JSON (line {(e.LineNumber ?? 0) + 1})");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return (null, "it does not have the form of an OSV record");
        }
    }

    private static Advisory Build(JsonElement root, string name, Func<string, bool> isWanted)
    {
        var entries = root.GetProperty("affected").EnumerateArray().Where(IsNuGet).ToList();
        ImmutableArray<string> aliases = [.. Items(root, "aliases").Select(a => a.GetString() ?? "").Where(a => a.Length > 0)];
        var id = Text(root, "id") is { Length: > 0 } given ? given : aliases.FirstOrDefault() ?? name;
        return new(id)
        {
            Aliases = aliases.Remove(id),
            Summary = Text(root, "summary") ?? "",
            IsMalicious = IsMalicious(root, id, aliases, entries),
            Severity = SeverityOf(root, entries),
            Published = Time(root, "published") is { } p ? DateOnly.FromDateTime(p.UtcDateTime) : null,
            Modified = Time(root, "modified"),
            Withdrawn = Time(root, "withdrawn") is { } w ? DateOnly.FromDateTime(w.UtcDateTime) : null,
            Affected = [.. entries.GroupBy(e => e.GetProperty("package").GetProperty("name").GetString()!.Trim(), StringComparer.OrdinalIgnoreCase)
                .Select(g => isWanted(g.Key) ? new AffectedPackage(g.Key, [.. g.SelectMany(OsvRanges.Spans).Distinct()], [.. g.SelectMany(OsvRanges.Versions).Distinct()]) : new(g.Key, [], []))],
        };
    }

    private static bool IsNuGet(JsonElement entry) =>
        entry.TryGetProperty("package", out var package) && Text(package, "ecosystem") is { } ecosystem
        && (ecosystem.Equals(Ecosystem, StringComparison.OrdinalIgnoreCase) || ecosystem.StartsWith(Ecosystem + ":", StringComparison.OrdinalIgnoreCase));

    private static bool IsMalicious(JsonElement root, string id, ImmutableArray<string> aliases, List<JsonElement> entries) =>
        aliases.Prepend(id).Any(n => n.StartsWith("MAL-", StringComparison.OrdinalIgnoreCase))
        || (Object(root, "database_specific") is { } specific
            && (specific.TryGetProperty("malicious-packages-origins", out _) || Items(specific, "cwe_ids").Any(c => c.ValueEquals(MaliciousCode))))
        || entries.Select(e => Object(e, "database_specific")).OfType<JsonElement>().SelectMany(s => Items(s, "cwes")).Any(c => Text(c, "cweId") == MaliciousCode);

    /// <summary>The word that the database's people chose; where there is none, the worst of the vectors.</summary>
    private static AdvisorySeverity SeverityOf(JsonElement root, List<JsonElement> entries)
    {
        var word = Object(root, "database_specific") is { } specific ? Text(specific, "severity") : null;
        switch (word?.ToUpperInvariant())
        {
            case "NONE" or "LOW":
                return AdvisorySeverity.Low;
            case "MODERATE" or "MEDIUM":
                return AdvisorySeverity.Moderate;
            case "HIGH":
                return AdvisorySeverity.High;
            case "CRITICAL":
                return AdvisorySeverity.Critical;
        }
        var scores = entries.Prepend(root).SelectMany(e => Items(e, "severity")).Select(s => Cvss.Score(Text(s, "score") ?? ""));
        return scores.Max() is { } worst ? Cvss.SeverityOf(worst) : AdvisorySeverity.Unknown;
    }

    private static DateTimeOffset? Time(JsonElement root, string name) =>
        DateTimeOffset.TryParse(Text(root, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>A member that is text; null where there is none. Another kind of value is none: real databases write <c>null</c> and numbers there.</summary>
    internal static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    internal static JsonElement? Object(JsonElement value, string name) =>
        value.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : null;

    internal static IEnumerable<JsonElement> Items(JsonElement value, string name) =>
        value.TryGetProperty(name, out var list) && list.ValueKind != JsonValueKind.Null ? list.EnumerateArray() : [];

}
