using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Packages;

/// <summary>Finds the SDK whose trust roots count.</summary>
internal static class SdkFolder
{
    private const string Roots = "trustedroots/codesignctl.pem";

    /// <summary>The SDK's folder: the one this process runs from, in MSBuild; else the newest of the installation. Null where there is none.</summary>
    public static string? Find() => Disk.IsFile(Path.Combine(AppContext.BaseDirectory, Roots)) ? AppContext.BaseDirectory : Installation.Sdks().FirstOrDefault(d => Disk.IsFile(Path.Combine(d, Roots)));
}
