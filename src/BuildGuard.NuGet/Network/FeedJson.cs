using System.Text.Json;

namespace BuildGuard.NuGet.Network;

/// <summary>What the resources of NuGet feeds have in common: JSON with addresses in it, from a server that may answer anything.</summary>
internal static class FeedJson
{
    /// <summary>Gets and parses an answer.</summary>
    /// <exception cref="DownloadException">There is no answer, or it is not JSON.</exception>
    public static async Task<JsonDocument> GetAsync(Uri address, int maxBytes, Download download, CancellationToken cancel)
    {
        var bytes = await download.GetAsync(address, maxBytes, cancel).ConfigureAwait(false);
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (JsonException)
        {
            throw new DownloadException($"{Download.Show(address)} gives something that is not JSON");
        }
    }

    /// <summary>Whether an entry of a service index is a resource of a type, in any version.</summary>
    public static bool IsOfType(JsonElement resource, string type) => resource.GetProperty("@type") is var given
        && (given.ValueKind == JsonValueKind.Array ? given.EnumerateArray() : (IEnumerable<JsonElement>)[given]).Any(t => (t.GetString() ?? "") is var text
            && text.StartsWith(type, StringComparison.OrdinalIgnoreCase) && (text.Length == type.Length || text[type.Length] == '/'));

    /// <summary>The address in an entry.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string Address(JsonElement entry) => entry.GetProperty("@id").GetString() ?? throw new FormatException();

    /// <summary>An address in an answer as an absolute one.</summary>
    /// <exception cref="DownloadException">It is none.</exception>
    public static Uri Absolute(Uri from, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new DownloadException($"{Download.Show(from)} names \"{Core.Printable.Of(text, 100)}\", which is no address");

    /// <summary>Reads an answer, whose form may be another.</summary>
    /// <exception cref="DownloadException">It is.</exception>
    public static T Shaped<T>(Uri address, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DownloadException($"{Download.Show(address)} does not have the form of NuGet's {what}");
        }
    }
}
