using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Rules;

/// <summary>BG1006: No package has lost the trust with which it was locked.</summary>
/// <remarks>The content hash leaves the signature out, so a signature that was cut or replaced does not change it. Other content is BG2002, a broken signature BG1003.</remarks>
public sealed class TrustMustNotDowngrade : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG1006";

    /// <inheritdoc/>
    public override string Sentence => "No package has lost the trust with which it was locked.";

    /// <summary>What changed since a package was locked; null where the lock does not hold it with these bytes, or its signature says nothing.</summary>
    internal static SignatureChange? ChangeOf(CheckInput input, PackageFacts package, SignerNames names) =>
        package is { ContentHash.IsKnown: true, Signature.IsKnown: true }
        && package.Signature.Value is var facts && (!facts.IsSigned || facts.IsIntact)
        && input.Lock.Lock?.FindDownloaded(package.Id, package.Version) is { } entry && entry.ContentHash == "sha512-" + package.ContentHash.Value
            ? new(entry, LockWriter.SignerOf(facts), facts.Owners, names) : null;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        var names = SignerNames.Of(input);
        return from package in input.Graph.Downloaded
               let change = ChangeOf(input, package, names)
               where change is { IsDowngrade: true }
               select About(package, $"{package.Id} {package.Version} {What(change)}.",
                   change.IsUnsigned
                   ? "The content is the same, so no hash shows it; without the signature nothing says any more who stands behind it."
                   : "The content is the same, so no hash shows it; somebody else stands behind it now.",
                   Fix(input, package, change));
    }

    private static string What(SignatureChange change)
    {
        if (change.IsUnsigned)
            return $"was signed by {change.Names.Of(change.Before.Signer)} when it was locked, and is not signed now";
        var words = new List<string>(2);
        if (change.IsOtherSigner)
            words.Add($"is signed by {change.Names.Of(change.Signer)}, and was signed by {change.Names.Of(change.Before.Signer)} when it was locked");
        if (change.HasOtherOwners)
            words.Add($"belongs to {SignatureText.Owners(change.Owners)}, and belonged to {SignatureText.Owners(change.Before.Owners)} when it was locked");
        return string.Join("; it ", words);
    }

    private static string Fix(CheckInput input, PackageFacts package, SignatureChange change)
    {
        var again = $"{Refetch.Steps(input, package, fromFeed: true)}; if it comes back the same, ask who runs the feed.";
        return change.IsUnsigned
            ? $"Do not build with it: somebody took the signature away. {char.ToUpperInvariant(again[0])}{again[1..]}"
            : $"If somebody edited the lock, take it from version control. If not, {again} Only if the change is meant, run: {ApprovalText.Lock}, which shows it, and check the file in.";
    }
}
