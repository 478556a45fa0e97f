using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

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

    private static readonly Lazy<ImmutableArray<string>> Found = new(Find);

    /// <summary>Libraries that were not loaded from the guard's own folder. The native command line loads none: they are compiled in.</summary>
    public static ImmutableArray<string> Problems() => RuntimeFeature.IsDynamicCodeSupported ? Found.Value : [];

    private static ImmutableArray<string> Find()
    {
        var own = Path.GetDirectoryName(typeof(OwnFiles).Assembly.Location);
        return [.. Representatives.Select(t => t.Assembly).Distinct().Where(a => Path.GetDirectoryName(a.Location) != own).Select(assembly =>
            $"its library {assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version} was loaded from {assembly.Location} and not from its own folder {own}, so a file of BuildGuard's package is missing.")];
    }
}
