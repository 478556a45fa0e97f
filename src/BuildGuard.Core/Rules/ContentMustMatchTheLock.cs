using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG2002: The bytes of every package are the bytes that were locked.</summary>
/// <remarks>The hash that counts is computed from the package's bytes. What restore wrote down of it is compared as well, because a file next to a package proves nothing.</remarks>
public sealed class ContentMustMatchTheLock : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2002";

    /// <inheritdoc/>
    public override string Sentence => "The bytes of every package are the bytes that were locked.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        foreach (var package in input.Graph.Packages.Where(p => p.ContentHash.IsKnown))
        {
            var actual = package.ContentHash.Value;
            if (input.Lock.Lock?.Find(package.Id, package.Version) is { } locked && locked.ContentHash != "sha512-" + actual)
            {
                yield return About(package,
                    $"{package.Id} {package.Version} has other content than the lock says (locked {Short(locked.ContentHash[7..])}, found {Short(actual)}).",
                    "The same id and version with other bytes is what a replaced package looks like.",
                    $"If somebody edited the lock, take it from version control. If not, and nobody republished the package on purpose, do not build with it: {Refetch.Steps(input, package, fromFeed: true)}. If the change is meant, run buildguard lock and have the diff reviewed.");
            }
            else if (input.Lock.Lock?.Find(package.Id, package.Version) is { SignedHash: { } signed } && package.SignedHash is { } found && signed != "sha256-" + found)
            {
                yield return About(package,
                    $"{package.Id} {package.Version} has another signed hash than the lock says (locked {Short(signed[7..])}, found {Short(found)}), although its content hash is the lock's.",
                    "Both are hashes of the same bytes, so one of them was edited.",
                    "Take the lock from version control, or run buildguard lock and have the diff reviewed.");
            }
            else if (package.RestoredHash.IsKnown && package.RestoredHash.Value != actual)
            {
                yield return About(package,
                    $"{package.Id} {package.Version} has other content than restore recorded (recorded {Short(package.RestoredHash.Value)}, found {Short(actual)}).",
                    "The package was replaced after the restore.",
                    $"{Refetch.Sentence(input, package)}.");
            }
        }
    }

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] + "…" : hash;
}
