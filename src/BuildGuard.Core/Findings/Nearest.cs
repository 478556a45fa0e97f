namespace BuildGuard.Core;

/// <summary>Finds what somebody probably meant: known words that are a slip of the keyboard away.</summary>
public static class Nearest
{
    private const int MaxLength = 100;

    /// <summary>The known word that is nearest by edit distance, where it is near enough to be a slip of the keyboard; null where none is.</summary>
    public static string? To(string word, IEnumerable<string> known) => All(word, known).FirstOrDefault();

    /// <summary>All known words that are near enough, nearest first. Case does not count.</summary>
    public static IEnumerable<string> All(string word, IEnumerable<string> known) => word.Length > MaxLength ? [] :
        known.Where(k => k.Length <= MaxLength)
            .Select(k => (Name: k, Distance: Distance(word.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Max(2, k.Name.Length / 2))
            .OrderBy(k => k.Distance)
            .Select(k => k.Name);

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
