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
            needs |= IsUnsafe(c);
        if (!needs)
            return text;
        var result = new StringBuilder();
        foreach (var c in text)
        {
            if (result.Length >= maxLength)
                return result.Append('…').ToString();
            if (IsUnsafe(c))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                result.Append(c);
        }
        return result.ToString();
    }

    private static bool IsUnsafe(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
