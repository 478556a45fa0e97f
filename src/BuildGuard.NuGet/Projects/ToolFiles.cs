using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Projects;

/// <summary>
/// Finds what tools leave where Microsoft.Common.props and Microsoft.Common.targets import by wildcard:
/// <c>$(MSBuildProjectExtensionsPath)$(MSBuildProjectFile).*.props</c> and <c>.targets</c>.
/// </summary>
internal static class ToolFiles
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files of a project, without those of restore, by path.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static ImmutableArray<ToolFile> Beside(string assetsFile, string projectFile)
    {
        var prefix = projectFile + ".";
        return [.. Disk.Entries(Path.GetDirectoryName(assetsFile)!, All)
            .Select(f => (Path: f.FullName, f.Name))
            .Where(f => f.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                && (f.Name.EndsWith(".props", StringComparison.OrdinalIgnoreCase) || f.Name.EndsWith(".targets", StringComparison.OrdinalIgnoreCase))
                && !IsRestores(f.Name[prefix.Length..]))
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => new ToolFile(f.Path, f.Name[prefix.Length..], HashOf(f.Path)))];
    }

    private static bool IsRestores(string name) => name is "nuget.g.props" or "nuget.g.targets";

    private static string? HashOf(string path)
    {
        if (BoundedFile.Read(path, MaxBytes).Bytes is not { } bytes)
            return null;
        var text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        try
        {
            // MSBuild hashes what it decoded, so only text that decodes in one way has a hash to name.
            Strict.GetCharCount(text);
            return Convert.ToHexStringLower(SHA256.HashData(text));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
