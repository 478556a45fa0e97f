namespace BuildGuard.Core.Policy;

/// <summary>A pattern over package ids: letters as they are, <c>*</c> for any run of characters. Case does not count. Never a regular expression.</summary>
/// <param name="Text">The pattern as written.</param>
public sealed record IdPattern(string Text)
{
    /// <summary>Longest pattern that is accepted. NuGet's ids have at most 100 characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Whether a text is a pattern: 1 to <see cref="MaxLength"/> letters, digits, <c>. _ -</c> and <c>*</c>.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '*');

    /// <summary>Whether the pattern names one id and not several.</summary>
    public bool IsExact => !Text.Contains('*', StringComparison.Ordinal);

    /// <summary>Whether an id matches, compared without case. Takes time proportional to the product of both lengths at the worst.</summary>
    public bool Matches(string id)
    {
        int p = 0, i = 0, star = -1, mark = 0;
        while (i < id.Length)
        {
            if (p < Text.Length && Text[p] == '*')
            {
                star = p++;
                mark = i;
            }
            else if (p < Text.Length && char.ToUpperInvariant(Text[p]) == char.ToUpperInvariant(id[i]))
            {
                p++;
                i++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                i = ++mark;
            }
            else
            {
                return false;
            }
        }
        while (p < Text.Length && Text[p] == '*')
            p++;
        return p == Text.Length;
    }

    /// <summary>The entry whose pattern matches best: the longest wins, the first of equals; null where none matches.</summary>
    public static T? Best<T>(IEnumerable<T> entries, Func<T, IdPattern> pattern, string id)
        where T : class
    {
        T? best = null;
        foreach (var entry in entries)
        {
            if (pattern(entry).Matches(id) && (best is null || pattern(entry).Text.Length > pattern(best).Text.Length))
                best = entry;
        }
        return best;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
