using BuildGuard.NuGet.Files;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Packages;

/// <summary>Finds the SDK whose trust roots count.</summary>
internal static class SdkFolder
{
    private const string Roots = "trustedroots/codesignctl.pem";

    /// <summary>The SDK's folder: the one this process runs from, in MSBuild; else the newest beside the runtime in use. Null where there is none.</summary>
    public static string? Find()
    {
        if (Disk.IsFile(Path.Combine(AppContext.BaseDirectory, Roots)))
            return AppContext.BaseDirectory;
        // <dotnet>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var sdks = runtime is null ? null : Path.GetFullPath(Path.Combine(runtime, "../../../sdk"));
        if (sdks is null || !Disk.IsFolder(sdks))
            return null;
        return Disk.Folders(sdks)
            .Where(d => Disk.IsFile(Path.Combine(d, Roots)) && NuGetVersion.TryParse(Path.GetFileName(d), out _))
            .OrderByDescending(d => NuGetVersion.Parse(Path.GetFileName(d)))
            .FirstOrDefault();
    }
}
