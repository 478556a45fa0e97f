using System.Collections.Immutable;
using System.Reflection;

namespace BuildGuard.NuGet.Checking;

/// <summary>
/// Makes sure that the guard runs on its own libraries. MSBuild gives a task its own load context, but where a dll is missing beside the task it
/// falls back, silently, to whatever the SDK carries.
/// </summary>
internal static class OwnFiles
{
    private static readonly Type[] Representatives =
    [
        typeof(global::NuGet.Packaging.PackageArchiveReader),
        typeof(global::NuGet.Versioning.NuGetVersion),
        typeof(global::NuGet.Common.NuGetLogCode),
        typeof(System.Security.Cryptography.Pkcs.SignedCms),
        typeof(Core.Evaluation),
    ];

    private static readonly Lazy<ImmutableArray<string>> Found = new(() => [.. Find()]);

    /// <summary>Libraries that were not loaded from the guard's own folder.</summary>
    public static ImmutableArray<string> Problems() => Found.Value;

    private static IEnumerable<string> Find()
    {
        var own = Path.GetDirectoryName(typeof(OwnFiles).Assembly.Location);
        if (string.IsNullOrEmpty(own))
            yield break;
        foreach (var assembly in Representatives.Select(t => t.Assembly).Distinct())
        {
            if (Path.GetDirectoryName(assembly.Location) != own)
            {
                yield return $"its library {assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version} was loaded from {assembly.Location} and not from its own folder {own}, so a file of BuildGuard's package is missing.";
            }
        }
    }
}
