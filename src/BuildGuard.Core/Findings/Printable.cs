using System.Buffers;
using System.Globalization;
using System.Text;

namespace BuildGuard.Core;

/// <summary>
/// Makes text that a package or a file chose fit for a terminal, a log and a line of MSBuild: control and format characters
/// (escape sequences, bidirectional overrides, zero-width letters) are shown as escapes, long text is cut.
/// </summary>
public static class Printable
{
    /// <summary>The text, safe to show.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="maxLength">Characters at the most, before the mark that text was cut.</param>
    public static string Of(string text, int maxLength = 200)
    {
        var needs = text.Length > maxLength;
        foreach (var c in text)
            needs |= char.IsSurrogate(c) || IsUnsafe(char.GetUnicodeCategory(c));
        if (!needs)
            return text;
        var result = new StringBuilder();
        for (int i = 0, used; i < text.Length; i += used)
        {
            if (result.Length >= maxLength)
                return result.Append('…').ToString();
            var whole = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out used) == OperationStatus.Done;
            if (whole && !IsUnsafe(Rune.GetUnicodeCategory(rune)))
            {
                result.Append(text.AsSpan(i, used));
                continue;
            }
            foreach (var c in text.AsSpan(i, used))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        return result.ToString();
    }

    private static bool IsUnsafe(UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
