using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;

namespace BuildGuard.Core.Rules;

/// <summary>BG2003: The extracted files are the files of the package.</summary>
/// <remarks>NuGet extracts once and never looks again; a build uses what it extracted, not the package.</remarks>
public sealed class ExtractedFilesMustMatchThePackage : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2003";

    /// <inheritdoc/>
    public override string Sentence => "The extracted files are the files of the package.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        // A package with other bytes than were locked or restored is nothing to compare files with: that is BG2002, with the better advice.
        foreach (var package in input.Graph.Downloaded.Where(p => !HasOtherBytes(input, p)))
        {
            // Signatures are read from the package (BG1001, BG1003); no build uses the extracted one.
            var differences = package.Extracted.IsKnown ? package.Extracted.Value.RemoveAll(d => d.Path == BuildScripts.SignatureFile) : [];
            if (differences.Length > 0)
            {
                yield return About(package,
                    $"The extracted files of {package.Id} {package.Version} are not those of the package: {ApprovalText.Files(differences.Select(Describe))}.",
                    "A build uses the extracted files, and NuGet does not look at them again.",
                    $"{Refetch.Sentence(input, package)}. If it comes back, find out what on this machine writes there.");
            }
            else if (input.Lock.Lock?.FindDownloaded(package.Id, package.Version)?.Files is { } locked && LockWriter.FilesOf(package) is { } files && files != locked)
            {
                yield return About(package,
                    $"{package.Id} {package.Version} holds other files than the lock says (locked {ApprovalText.Short(locked)}, found {ApprovalText.Short(files)}), though its content hash is the locked one.",
                    "Lock and package disagree: the lock was edited, or its hash was made of another package.",
                    $"If somebody edited the lock, take it from version control; otherwise run: {ApprovalText.Lock}, and have the diff reviewed.");
            }
        }
    }

    private static bool HasOtherBytes(CheckInput input, PackageFacts package) =>
        package.ContentHash.IsKnown
        && ((input.Lock.Lock?.FindDownloaded(package.Id, package.Version) is { } locked && locked.ContentHash != "sha512-" + package.ContentHash.Value)
            || (package.RestoredHash.IsKnown && package.RestoredHash.Value != package.ContentHash.Value));

    private static string Describe(FileDifference difference) => $"{difference.Path} ({difference.Kind switch
    {
        FileDifferenceKind.Changed => "changed",
        FileDifferenceKind.Missing => "missing",
        _ => "added",
    }})";
}
