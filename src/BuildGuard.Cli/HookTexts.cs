using System.Collections.Immutable;
using System.Reflection;

namespace BuildGuard.Cli;

/// <summary>The MSBuild text that goes into a repo, as it stands in build/ of this version.</summary>
internal static class HookTexts
{
    /// <summary>The texts by file name.</summary>
    public static ImmutableDictionary<string, byte[]> All()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith("hook/", StringComparison.Ordinal)).ToImmutableDictionary(n => n["hook/".Length..], n =>
        {
            using var stream = assembly.GetManifestResourceStream(n)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }
}
