using System.Collections.Immutable;
using NuGet.Configuration;

namespace BuildGuard.NuGet.Sources;

/// <summary>A package source as NuGet's merged configuration has it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Url">Its address, or the full path of a folder.</param>
/// <param name="IsEnabled">False where a configuration switches it off.</param>
/// <param name="IsHttp">Whether it is a feed and not a folder.</param>
public sealed record ConfiguredSource(string Name, string Url, bool IsEnabled, bool IsHttp);

/// <summary>The NuGet configuration that holds for a folder: the user's, the machine's and the repo's files, merged by NuGet's own code.</summary>
public sealed record NuGetConfiguration
{
    /// <summary>The sources, in NuGet's order.</summary>
    public ImmutableArray<ConfiguredSource> Sources { get; init; } = [];

    /// <summary>Why the configuration cannot be read, as a clause; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads the configuration of a folder.</summary>
    public static NuGetConfiguration Read(string folder)
    {
        try
        {
            var settings = Settings.LoadDefaultSettings(folder);
            return new() { Sources = [.. new PackageSourceProvider(settings).LoadPackageSources().Select(s => new ConfiguredSource(s.Name, s.Source, s.IsEnabled, s.IsHttp))] };
        }
        catch (Exception e) when (e is NuGetConfigurationException or IOException or UnauthorizedAccessException)
        {
            return new() { Problem = Core.Printable.Of(e.Message.TrimEnd('.')) };
        }
    }
}
