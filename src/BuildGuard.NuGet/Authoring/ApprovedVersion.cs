using System.Collections.Immutable;
using System.Security.Cryptography;
using BuildGuard.Core.Graph;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// Finds the version of a package that somebody approved, where it still lies in the packages folder. The lock knows only a hash; a folder whose files
/// give that hash holds what was approved, whatever its name says.
/// </summary>
internal static class ApprovedVersion
{
    private const int MaxVersions = 40;
    private const int MaxFiles = 20_000;
    private const long MaxBytes = 256 * 1024 * 1024;

    /// <summary>The folder and the files of the approved content; null where no folder holds it.</summary>
    /// <param name="package">The package as it is now.</param>
    /// <param name="kind">The kind that was approved.</param>
    /// <param name="hash">The approved hash.</param>
    public static (string Folder, ImmutableArray<PackageFile> Files)? Find(PackageFacts package, string kind, string hash)
    {
        if (package.Folder is null || Path.GetDirectoryName(package.Folder) is not { } versions)
            return null;
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(versions).Where(f => f != package.Folder).Order(StringComparer.Ordinal).Reverse().Take(MaxVersions))
            {
                foreach (var candidate in Candidates(folder, package, kind))
                {
                    if (PackageFile.RootOf(candidate) == hash)
                        return (folder, candidate);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the old version there is no comparison; what is approved now is shown all the same.
            return null;
        }
        return null;
    }

    /// <summary>What the kind may have covered in an old version: nothing says any more what restore took of it, or whether its build files reached out.</summary>
    private static IEnumerable<ImmutableArray<PackageFile>> Candidates(string folder, PackageFacts package, string kind)
    {
        var paths = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Take(MaxFiles + 1)
            .Select(f => Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/')).Where(p => !IsRestores(p)).ToList();
        if (paths.Count > MaxFiles)
            yield break;
        var providers = package.Traits.Value.Where(t => t.Kind == BuildTraitKind.TypeProvider);
        var reaching = new BuildTrait(BuildTraitKind.ReachesOut, "", 0, "");
        var tried = new HashSet<string>();
        foreach (var traits in (ImmutableArray<BuildTrait>[])[[.. providers], [.. providers, reaching]])
        {
            foreach (var content in (IEnumerable<string>[])[package.TakenIntoBuild, paths])
            {
                var old = package with
                {
                    Files = Evidence<ImmutableArray<PackageFile>>.Of([.. paths.Select(p => new PackageFile(p, ""))]),
                    Traits = Evidence<ImmutableArray<BuildTrait>>.Of(traits),
                    TakenIntoBuild = [.. paths.Where(BuildScripts.IsBuildFile), .. content.Where(p => !BuildScripts.IsBuildFile(p))],
                };
                if (BuildScripts.Of(old).FirstOrDefault(s => s.Kind == kind) is { } script && tried.Add(string.Join('\n', script.Files.Select(f => f.Path))) && Hash(folder, script.Files) is { } files)
                    yield return files;
            }
        }
    }

    private static ImmutableArray<PackageFile>? Hash(string folder, ImmutableArray<PackageFile> files)
    {
        var hashed = ImmutableArray.CreateBuilder<PackageFile>();
        long total = 0;
        foreach (var file in files)
        {
            using var stream = new FileStream(Path.Combine(folder, file.Path), FileMode.Open, FileAccess.Read, FileShare.Read);
            if ((total += stream.Length) > MaxBytes)
                return null;
            hashed.Add(file with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(stream)) });
        }
        return hashed.ToImmutable();
    }

    /// <summary>Whether a file is one that restore puts beside those of the package.</summary>
    private static bool IsRestores(string path) =>
        !path.Contains('/', StringComparison.Ordinal) && (path == ".nupkg.metadata" || path.EndsWith(".nupkg", StringComparison.Ordinal) || path.EndsWith(".nupkg.sha512", StringComparison.Ordinal));
}
