using System.Text.Encodings.Web;

namespace BuildGuard.Core.Json;

/// <summary>Pieces of JSON on one line, for files and for messages that people paste from.</summary>
public static class JsonFragment
{
    /// <summary>A string.</summary>
    public static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    /// <summary>A list of strings: <c>[ "a", "b" ]</c>.</summary>
    public static string List(IEnumerable<string> texts) => $"[ {string.Join(", ", texts.Select(Quote))} ]";
}
