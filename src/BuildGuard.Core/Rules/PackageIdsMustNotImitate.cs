using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Lookalikes;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG3006: No package has an id that imitates another.</summary>
/// <remarks>An id that the lock holds is compared with popular and protected ids only: two ids that are both in use here are not each other's imitations.</remarks>
public sealed class PackageIdsMustNotImitate : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG3006";

    /// <inheritdoc/>
    public override string Sentence => "No package has an id that imitates another.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var find = Finder(input);
        return from package in input.Graph.Packages
               where !input.Policy.Lookalikes.Except.Any(e => e.Id.Matches(package.Id))
               let imitation = find(package.Id)
               where imitation is not null
               select Judge(package, imitation);
    }

    private Finding Judge(PackageFacts package, Imitation imitation)
    {
        var (id, escaped, original) = (package.Id, Escaped(package.Id), imitation.Original);
        return About(package,
            original is null
                ? $"The id {id} ({escaped}) mixes letters of several alphabets."
                : $"The id {id}{(escaped == id ? "" : $" ({escaped})")} looks like {original}: {imitation.How}.",
            "Such ids are published for those who mistype, or who read past a letter.",
            $"{(original is null ? "Find out who publishes it" : $"If {original} is meant, correct the reference")}. If it is what it should be, have it reviewed and add to \"lookalikes\".\"except\": \"{id}\".");
    }

    /// <summary>Whether an exception is needed by one of the packages that it matches: now, or when that one came in beside the others of the lock.</summary>
    internal static bool Needs(Exemption exception, CheckInput input, IEnumerable<PackageFacts> packages)
    {
        var finder = new LookalikeFinder(input.Policy.Lookalikes.Protect, Locked(input).Where(id => !exception.Id.Matches(id)));
        return packages.Any(p => finder.Of(p.Id) is not null);
    }

    private static Func<string, Imitation?> Finder(CheckInput input)
    {
        var locked = Locked(input);
        var forNew = new LookalikeFinder(input.Policy.Lookalikes.Protect, locked);
        var forLocked = new LookalikeFinder(input.Policy.Lookalikes.Protect, []);
        return id => (locked.Contains(id) ? forLocked : forNew).Of(id);
    }

    private static HashSet<string> Locked(CheckInput input) => (input.Lock.Lock?.Packages ?? []).Select(p => p.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The id with every letter beyond ASCII as its number, so that the eye cannot be deceived once more.</summary>
    private static string Escaped(string id) => string.Concat(id.Select(c => char.IsAscii(c) ? $"{c}" : $"\\u{(int)c:x4}"));
}
