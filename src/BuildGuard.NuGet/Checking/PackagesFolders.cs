using BuildGuard.NuGet.Sources;
using NuGet.Configuration;

namespace BuildGuard.NuGet.Checking;

/// <summary>Where NuGet looks for what no project references, and puts it: the packages folder of the configuration that counts in a folder, whatever a project says.</summary>
internal sealed class PackagesFolders
{
    /// <summary>What to do where the folder is not known, as a sentence.</summary>
    public const string Fix = "Correct the nearest nuget.config.";

    private readonly Dictionary<string, string?> _known = [];

    /// <summary>The packages folder for what is named in a folder; null where the configuration cannot be read.</summary>
    public string? For(string folder)
    {
        if (!_known.TryGetValue(folder, out var packages))
        {
            try
            {
                packages = Path.TrimEndingDirectorySeparator(SettingsUtility.GetGlobalPackagesFolder(SettingsFiles.Of(folder)));
            }
            catch (Exception e) when (e is NuGetConfigurationException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                packages = null;
            }
            _known[folder] = packages;
        }
        return packages;
    }
}
