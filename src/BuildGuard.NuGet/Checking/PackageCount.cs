using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Checking;

/// <summary>What it took to gather packages.</summary>
/// <param name="Files">How many files were read or compared.</param>
/// <param name="ArchivesRead">How many archives were read and not taken from the cache.</param>
/// <param name="SignaturesDeferred">Of these, how many signatures NuGet's own verifier was asked about.</param>
internal sealed record PackageCount(int Files = 0, int ArchivesRead = 0, int SignaturesDeferred = 0)
{
    /// <summary>Takes a package's facts and what they cost apart.</summary>
    public static (PackageFacts Facts, PackageCount Count) Of((PackageFacts Facts, bool Cached, bool Deferred, int Files) read) =>
        (read.Facts, new(read.Files, read.Cached ? 0 : 1, read.Deferred ? 1 : 0));

    public static PackageCount operator +(PackageCount a, PackageCount b) => new(a.Files + b.Files, a.ArchivesRead + b.ArchivesRead, a.SignaturesDeferred + b.SignaturesDeferred);
}
