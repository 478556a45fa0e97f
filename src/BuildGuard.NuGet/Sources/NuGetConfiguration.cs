using System.Collections.Immutable;
using NuGet.Common;
using NuGet.Configuration;

namespace BuildGuard.NuGet.Sources;

/// <summary>A package source as NuGet's merged configuration has it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Url">Its address, or the full path of a folder: a relative one starts from the file that names it.</param>
/// <param name="IsEnabled">False where a configuration switches it off.</param>
/// <param name="IsHttp">Whether it is a feed and not a folder.</param>
/// <param name="File">Full path of the file that names it; null where NuGet does not tell.</param>
public sealed record ConfiguredSource(string Name, string Url, bool IsEnabled, bool IsHttp, string? File)
{
    /// <summary>Whether the file names it by a relative path.</summary>
    public bool IsRelative { get; init; }
}

/// <summary>A signer that NuGet is told to trust.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Certificates">Fingerprints in lower case, each behind the name of its algorithm and a colon.</param>
/// <param name="File">Full path of the file that names it; null where NuGet does not tell.</param>
public sealed record TrustedByNuGet(string Name, ImmutableArray<string> Certificates, string? File);

/// <summary>The NuGet configuration that holds for a folder: the user's, the machine's and the repo's files, merged by NuGet's own code.</summary>
public sealed record NuGetConfiguration
{
    /// <summary>The sources, in NuGet's order.</summary>
    public ImmutableArray<ConfiguredSource> Sources { get; init; } = [];

    /// <summary>The trusted signers.</summary>
    public ImmutableArray<TrustedByNuGet> Signers { get; init; } = [];

    /// <summary>Why the configuration cannot be read, as a clause; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads the configuration of a folder.</summary>
    public static NuGetConfiguration Read(string folder) => Read(() => SettingsFiles.Of(folder));

    /// <summary>Reads the files that a restore says it read.</summary>
    /// <param name="files">Full paths, the nearest first.</param>
    public static NuGetConfiguration Read(IList<string> files) => Read(() => SettingsFiles.In(files));

    private static NuGetConfiguration Read(Func<ISettings> load)
    {
        try
        {
            var settings = load();
            var items = (settings.GetSection(ConfigurationConstants.PackageSources)?.Items ?? []).OfType<SourceItem>()
                .GroupBy(s => s.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last(), StringComparer.OrdinalIgnoreCase);
            return new()
            {
                Sources = [.. new PackageSourceProvider(settings).LoadPackageSources().Select(s => new ConfiguredSource(s.Name, s.Source, s.IsEnabled, s.IsHttp, items.GetValueOrDefault(s.Name)?.ConfigPath)
                    { IsRelative = !s.IsHttp && items.GetValueOrDefault(s.Name)?.Value is { } written && !Path.IsPathFullyQualified(written) && !written.StartsWith("file:", StringComparison.OrdinalIgnoreCase) })],
                Signers = [.. (settings.GetSection(ConfigurationConstants.TrustedSigners)?.Items ?? []).OfType<TrustedSignerItem>().Select(s =>
                    new TrustedByNuGet(s.Name, [.. s.Certificates.Select(c => $"{c.HashAlgorithm}:{c.Fingerprint}".ToLowerInvariant())], s.ConfigPath))],
            };
        }
        catch (Exception e) when (e is NuGetConfigurationException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new() { Problem = Core.Printable.Of(e.Message.TrimEnd('.')) };
        }
    }

    /// <summary>Whether a file of the configuration belongs to the user or the machine.</summary>
    public static bool IsOfMachine(string file) => ((NuGetFolderPath[])[NuGetFolderPath.UserSettingsDirectory, NuGetFolderPath.MachineWideConfigDirectory]).Any(kind =>
    {
        try
        {
            return NuGetEnvironment.GetFolderPath(kind) is { Length: > 0 } folder && Projects.BuildFiles.IsBelow(file, Path.TrimEndingDirectorySeparator(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    });
}
