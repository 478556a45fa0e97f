using System.Runtime.CompilerServices;
using System.Text.Json;
using BuildGuard.NuGet.Files;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Packages;

/// <summary>The installation of .NET that builds here: in MSBuild the one it runs from, elsewhere the one that a build on this machine would start.</summary>
internal static class Installation
{
    private const int MaxConfigBytes = 1024 * 1024;
    private const string Frameworks = "shared/Microsoft.NETCore.App";

    private static string MuxerName => OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>Full path of the SDK that this process is MSBuild of, without a separator at its end; null in any other process.</summary>
    public static string? OwnSdk() => Disk.IsFile(Path.Combine(AppContext.BaseDirectory, "MSBuild.dll")) ? Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) : null;

    /// <summary>Full path of the folder that holds dotnet, sdk and shared, links resolved; null where there is none.</summary>
    public static string? Root()
    {
        if (OwnSdk() is { } sdk)
            return Path.GetFullPath(Path.Combine(sdk, "../.."));
        // What started this process, where that is a dotnet: the runtime it chose may stand elsewhere.
        return FolderOf(Environment.ProcessPath) ?? (RuntimeFeature.IsDynamicCodeSupported ? BesideTheRuntime() : Candidates().Select(FolderOf).FirstOrDefault(f => f is not null));
    }

    /// <summary>Full path of the dotnet of an installation.</summary>
    public static string Muxer(string root) => Path.Combine(root, MuxerName);

    /// <summary>Full paths of the SDKs of the installation, the newest first; empty where there is none.</summary>
    public static IEnumerable<string> Sdks()
    {
        var sdks = Root() is { } root ? Path.Combine(root, "sdk") : null;
        return sdks is not null && Disk.IsFolder(sdks)
            ? Disk.Folders(sdks).Where(d => NuGetVersion.TryParse(Path.GetFileName(d), out _)).OrderByDescending(d => NuGetVersion.Parse(Path.GetFileName(d)))
            : [];
    }

    /// <summary>
    /// Full path of the runtime that MSBuild of an SDK runs on: of the framework that its MSBuild.runtimeconfig.json names, the newest patch
    /// (https://learn.microsoft.com/dotnet/core/versions/selection, "framework-dependent apps roll forward"). Null where that cannot be told.
    /// </summary>
    public static string? RuntimeOf(string sdk)
    {
        var asked = AskedBy(Path.Combine(sdk, "MSBuild.runtimeconfig.json"));
        var all = Path.GetFullPath(Path.Combine(sdk, "../..", Frameworks));
        return asked is null || !Disk.IsFolder(all) ? null : Disk.Folders(all)
            .Select(f => (Folder: f, Version: NuGetVersion.TryParse(Path.GetFileName(f), out var version) ? version : null))
            .Where(f => f.Version is not null && f.Version >= asked && (f.Version.Major, f.Version.Minor) == (asked.Major, asked.Minor) && (asked.IsPrerelease || !f.Version.IsPrerelease))
            .OrderByDescending(f => f.Version).Select(f => f.Folder).FirstOrDefault();
    }

    private static NuGetVersion? AskedBy(string runtimeConfig)
    {
        if (BoundedFile.Read(runtimeConfig, MaxConfigBytes).Bytes is not { } bytes)
            return null;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return json.RootElement.GetProperty("runtimeOptions").GetProperty("framework").GetProperty("version").GetString() is { } text && NuGetVersion.TryParse(text, out var version) ? version : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Where <paramref name="muxer"/> leads to, if that is a dotnet with SDKs beside it.</summary>
    private static string? FolderOf(string? muxer)
    {
        if (muxer is null || Path.GetFileName(muxer) != MuxerName || !Path.IsPathFullyQualified(muxer) || !Disk.IsFile(muxer))
            return null;
        var folder = Path.GetDirectoryName(Disk.Target(muxer))!;
        return Disk.IsFolder(Path.Combine(folder, "sdk")) ? folder : null;
    }

    /// <summary><c>[dotnet]/shared/Microsoft.NETCore.App/[version]/System.Private.CoreLib.dll</c>: the runtime of this process, where it is not compiled in.</summary>
    private static string? BesideTheRuntime() => FolderOf(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..", MuxerName)));

    /// <summary>What a shell would start, then where installers put it (https://learn.microsoft.com/dotnet/core/install, design of install_location).</summary>
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host)
            yield return host;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Muxer(folder);
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            yield return Muxer(root);
        foreach (var folder in (string[])["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet"])
            yield return Muxer(folder);
    }
}
