using System.Collections.Immutable;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Gate;

internal static class ExtractedFiles
{
    public static Evidence<ImmutableArray<PackageFile>> Read(string folder, CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
            return Evidence<ImmutableArray<PackageFile>>.Missing("it is gone");
        return Evidence<ImmutableArray<PackageFile>>.Of([.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => (Full: f, Path: Path.GetRelativePath(folder, f).Replace('\\', '/')))
            .Where(f => !(!f.Path.Contains('/', StringComparison.Ordinal) && (f.Path.EndsWith(".nupkg", StringComparison.Ordinal) || f.Path.EndsWith(".nupkg.sha512", StringComparison.Ordinal) || f.Path == ".nupkg.metadata")))
            .OrderBy(f => f.Path, StringComparer.Ordinal)
            .Select(f =>
            {
                cancel.ThrowIfCancellationRequested();
                using var stream = File.OpenRead(f.Full);
                return new PackageFile(f.Path, Convert.ToHexStringLower(SHA256.HashData(stream)));
            })]);
    }
}
