using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Lookalikes;

/// <summary>
/// Finds ids that imitate others: letters of other alphabets, letters that look alike, one slip of the keyboard, other separators, another order of the same words, an ending
/// that says nothing. It compares with ids that are popular or were imitated before, with protected ids and with those of the lock.
/// </summary>
public sealed class LookalikeFinder
{
    /// <summary>Shorter names have too many honest neighbours one letter away.</summary>
    private const int MinLength = 6;

    /// <summary>Endings and beginnings that name no part of a product: they make an id look official.</summary>
    private static readonly FrozenSet<string> Empty = new[] { "net", "dotnet", "official", "all", "unified", "lib", "library", "dll", "nuget", "package", "free", "fixed", "new", "latest", "csharp", "apinet", "netapi" }.ToFrozenSet();

    private static readonly ImmutableArray<string> Popular = [.. ReadPopular()];

    private readonly Dictionary<string, Target> _byFlat = [];
    private readonly Dictionary<string, Target> _byWords = [];
    private readonly List<Target> _targets = [];
    private readonly ImmutableArray<IdPattern> _protected;
    private readonly HashSet<string> _known;

    private sealed record Target(string Id, string Flat, string Words, bool IsPopular);

    /// <summary>Prepares a comparison.</summary>
    /// <param name="protect">Patterns whose look of ids is protected.</param>
    /// <param name="others">Further ids that may be imitated: those of the lock.</param>
    public LookalikeFinder(IEnumerable<IdPattern> protect, IEnumerable<string> others)
    {
        _protected = [.. protect];
        var ids = Popular.Concat(_protected.Where(p => p.IsExact).Select(p => p.Text)).Concat(others).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        _known = ids.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var wellKnown = Popular.Length + _protected.Count(p => p.IsExact);
        foreach (var target in ids.Select((id, n) => new Target(id, Flat(id), Words(id), n < wellKnown)))
        {
            _targets.Add(target);
            _byFlat.TryAdd(Folded(target.Flat), target);
            _byWords.TryAdd(target.Words, target);
        }
    }

    /// <summary>What an id imitates; null where it imitates nothing that is known, or is one of the known ids itself.</summary>
    public Imitation? Of(string id)
    {
        var reads = Skeleton.Of(id);
        if (Skeleton.IsMixed(id))
            return new(_targets.Find(t => t.Id.Equals(reads, StringComparison.OrdinalIgnoreCase))?.Id ?? Latin(reads)?.Original ?? Protected(id, reads)?.Original, "it mixes letters of several alphabets");
        if (_known.Contains(id) || _protected.Any(p => p.Matches(id)))
            return null;
        if (!reads.Equals(id, StringComparison.OrdinalIgnoreCase) && _targets.Find(t => t.Id.Equals(reads, StringComparison.OrdinalIgnoreCase)) is { } drawn)
            return new(drawn.Id, "its letters are of another alphabet");
        return Protected(id, reads) ?? Latin(id);
    }

    private Imitation? Latin(string id)
    {
        var flat = Flat(id);
        if (flat.Length < MinLength - 2)
            return null;
        if (_byFlat.TryGetValue(Folded(flat), out var same) && CountsFor(same, id, MinLength / 2))
            return same.Flat == flat ? new(same.Id, "only the separators differ") : new(same.Id, "letters and digits stand in for others that look like them");
        if (Words(id) is var words && words.Contains('.', StringComparison.Ordinal) && _byWords.TryGetValue(words, out var turned))
            return new(turned.Id, "its words stand in another order");
        foreach (var target in _targets)
        {
            if (target.Flat.Length >= MinLength && IsOneEdit(flat, target.Flat) && CountsFor(target, id, MinLength + 1))
                return new(target.Id, "it is one letter away");
            if (flat.Length > target.Flat.Length && target.Flat.Length >= MinLength - 3
                && ((flat.StartsWith(target.Flat, StringComparison.Ordinal) && SaysNothing(id, flat[target.Flat.Length..])) || (flat.EndsWith(target.Flat, StringComparison.Ordinal) && Empty.Contains(flat[..^target.Flat.Length]))))
                return new(target.Id, "it only adds a word that says nothing");
        }
        return null;
    }

    /// <summary>Ids that begin like a protected pattern without matching it: "Cont0so.Util", "Contoso-Util" and "ContosoUtil" for "Contoso.*".</summary>
    private Imitation? Protected(string id, string reads)
    {
        foreach (var pattern in _protected.Where(p => !p.IsExact && !p.Matches(id)))
        {
            var wanted = Flat(pattern.Text.Split('*')[0]);
            if (wanted.Length < MinLength - 1)
                continue;
            var flat = Flat(reads);
            foreach (var length in (int[])[wanted.Length, wanted.Length - 1, wanted.Length + 1])
            {
                if (flat.Length >= length && (Folded(flat[..length]) == Folded(wanted) || IsOneEdit(flat[..length], wanted)))
                    return new(pattern.Text, "it begins almost like the ids that are protected");
            }
        }
        return null;
    }

    /// <summary>
    /// Whether a difference counts. Families of packages differ in a short part (Humanizer.Core.fr and .hr, Testcontainers.MySql and .MsSql), and a repo adds one after the other: beside ids that
    /// are merely locked here, the part that differs must have some length.
    /// </summary>
    private static bool CountsFor(Target target, string id, int minLength)
    {
        if (target.IsPopular)
            return true;
        var (one, other) = (Parts(target.Id), Parts(id));
        return one.Length != other.Length || one.Zip(other).Where(p => !p.First.Equals(p.Second, StringComparison.OrdinalIgnoreCase)).All(p => p.First.Length >= minLength);
    }

    private static string[] Parts(string id) => id.Split('.', '_', '-');

    private static string Flat(string id) => string.Concat(id.ToLowerInvariant().Where(c => c is not ('.' or '_' or '-')));

    /// <summary>An ending that names no part of a product. Many honest products have a part ".Core", so that one counts only where it is glued on.</summary>
    private static bool SaysNothing(string id, string ending) => Empty.Contains(ending) || (ending == "core" && id.Length > 5 && id[^5] is not ('.' or '_' or '-'));

    /// <summary>The words of an id, whatever parts them (separators, capitals) and whatever their order.</summary>
    private static string Words(string id)
    {
        var text = new StringBuilder(id.Length + 8);
        for (var i = 0; i < id.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(id[i]) && char.IsAsciiLetterLower(id[i - 1]))
                text.Append('.');
            text.Append(char.ToLowerInvariant(id[i]));
        }
        return string.Join('.', Parts(text.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Letters and digits that are drawn alike, as one: 0 and o; 1, l and i; rn and m; vv and w.</summary>
    private static string Folded(string flat)
    {
        var text = new StringBuilder(flat).Replace("rn", "m").Replace("vv", "w");
        for (var i = 0; i < text.Length; i++)
            text[i] = text[i] switch { '0' => 'o', '1' or 'i' => 'l', _ => text[i] };
        return text.ToString();
    }

    /// <summary>
    /// Whether one slip lies between two texts: a letter too many, too few, another one, or two turned round (Damerau). Digits do not count: Foo2 is mostly what comes after Foo.
    /// </summary>
    internal static bool IsOneEdit(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1 || a == b)
            return false;
        var start = a.AsSpan().CommonPrefixLength(b);
        var end = 0;
        while (end < Math.Min(a.Length, b.Length) - start && a[^(end + 1)] == b[^(end + 1)])
            end++;
        var (x, y) = (a[start..^end], b[start..^end]);
        return (x + y).All(c => !char.IsAsciiDigit(c)) && ((x.Length <= 1 && y.Length <= 1) || (x.Length == 2 && y.Length == 2 && x[0] == y[1] && x[1] == y[0]));
    }

    private static IEnumerable<string> ReadPopular()
    {
        using var stream = typeof(LookalikeFinder).Assembly.GetManifestResourceStream("popular-ids.txt") ?? throw new InvalidOperationException("The list of popular ids is missing.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }
}
