using System.Collections.Frozen;
using System.Text;

namespace BuildGuard.Core.Lookalikes;

/// <summary>
/// What an id looks like to a reader: letters of other alphabets, and digits, taken for the Latin letters that they are drawn like. A subset of the table of Unicode's UTS #39
/// (https://www.unicode.org/reports/tr39/): the letters that are drawn like a single ASCII letter in common fonts.
/// </summary>
public static class Skeleton
{
    /// <summary>"Latin letter: letters that look like it". Upper-case letters that look like an upper-case Latin one stand with its lower-case form.</summary>
    private static readonly FrozenDictionary<char, char> Table = new[]
    {
        "a:аɑαАΑᎪꓮ", "b:ЬВΒᏴꓐƄ", "c:сϲⅽСᏟꓚϹ", "d:ԁⅾɗᎠꓓ", "e:еҽЕΕᎬꓰ", "f:ғϝꓝϜք", "g:ɡցԌᏀꓖ", "h:һհНΗᎻꓧ", "i:іıɩιІΙᎥꓲ", "j:јϳЈᎫꓙ", "k:кκКΚᏦꓗ", "l:ӏⅼᏞꓡլӀ", "m:мⅿМΜᎷꓟ",
        "n:ոпηΝꓠո", "o:оοօОΟՕꓳס", "p:рρРΡᏢꓑ", "q:ԛզգ", "r:гᴦᎡꓣ", "s:ѕꜱЅՏᏚꓢ", "t:тτТΤᎢꓔ", "u:սυցՍꓴ", "v:νѵⅴᏙꓦ", "w:ԝѡաᎳꓪ", "x:хχⅹХΧꓫ", "y:уүγУΥҮꓬ", "z:ᴢᏃꓜΖ",
    }.SelectMany(row => row[2..].Select(c => (c, row[0]))).DistinctBy(p => p.c).ToFrozenDictionary(p => p.c, p => p.Item2);

    /// <summary>The id as it reads: each look-alike as its Latin letter in lower case, everything else in lower case as it is.</summary>
    public static string Of(string id)
    {
        var text = new StringBuilder(id.Length);
        foreach (var c in id)
            text.Append(Table.TryGetValue(c, out var latin) ? latin : char.ToLowerInvariant(c is >= '！' and <= '～' ? (char)(c - 0xFEE0) : c));
        return text.ToString();
    }

    /// <summary>
    /// Whether an id mixes Latin letters with letters of an alphabet that has look-alikes of them, or uses Latin letters that are drawn wide. Chinese, Japanese and Korean
    /// beside Latin are ordinary and cannot be mistaken.
    /// </summary>
    public static bool IsMixed(string id) => id.Any(c => c is >= '！' and <= '～') || (id.Any(char.IsAsciiLetter) && id.Any(IsOtherAlphabet));

    private static bool IsOtherAlphabet(char c) => char.IsLetter(c) && c is (>= '\u0250' and < '\u1100') or (>= '\u1200' and < '\u1E00') or (>= '\u1F00' and < '\u2E80') or (>= '\uA4D0' and < '\uAC00') || (Table.ContainsKey(c) && c > '\u024F');
}
