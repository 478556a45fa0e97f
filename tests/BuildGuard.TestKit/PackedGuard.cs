using System.IO.Compression;
using System.Text.RegularExpressions;

namespace BuildGuard.TestKit;

/// <summary>
/// The product's packages, packed once per test process by <c>dotnet pack BuildGuard.sln -c Release</c>.
/// With the environment variable <c>BUILDGUARD_PACKAGES</c> a folder with packages is used as it is, and nothing is packed.
/// Every member fails with an <see cref="InvalidOperationException"/> that holds the output when packing failed.
/// </summary>
public static partial class PackedGuard
{
    private static readonly Lazy<TempFolder> Temp = new(CreateTemp);
    private static readonly Lazy<string> LazyFolder = new(Pack);
    private static readonly Lazy<string> LazyVersion = new(FindVersion);
    private static readonly Lazy<string> LazyTool = new(ExtractTool);
    private static readonly Lazy<string?> LazyNativeTool = new(ExtractNativeTool);

    /// <summary>Absolute path of the repo that holds BuildGuard.sln.</summary>
    public static string RepoRoot { get; } = FindRoot();

    /// <summary>Absolute path of the folder with the product's .nupkg files; it can serve as a source.</summary>
    public static string Folder => LazyFolder.Value;

    /// <summary>The version in the file name <c>BuildGuard.{version}.nupkg</c>.</summary>
    public static string Version => LazyVersion.Value;

    /// <summary>Absolute path of <c>BuildGuard.{version}.nupkg</c>.</summary>
    public static string PackagePath => Path.Combine(Folder, $"BuildGuard.{Version}.nupkg");

    /// <summary>Absolute path of <c>buildguard.dll</c>, extracted from the package: run it by <c>dotnet {ToolPath} …</c>.</summary>
    public static string ToolPath => LazyTool.Value;

    /// <summary>Absolute path of the native <c>buildguard</c>, extracted from <c>BuildGuard.Tool.linux-x64</c>; null where this machine cannot compile it.</summary>
    public static string? NativeToolPath => LazyNativeTool.Value;

    /// <summary>Copies the product's packages into a feed.</summary>
    public static void AddTo(LocalFeed feed)
    {
        foreach (var package in Directory.EnumerateFiles(Folder, "*.nupkg")) File.Copy(package, Path.Combine(feed.Folder, Path.GetFileName(package)), overwrite: true);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BuildGuard.sln"))) return folder.FullName;
        return "";
    }

    private static TempFolder CreateTemp()
    {
        var temp = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => temp.Dispose();
        return temp;
    }

    private static string Pack()
    {
        if (Environment.GetEnvironmentVariable("BUILDGUARD_PACKAGES") is { Length: > 0 } packed) return Path.GetFullPath(packed);
        if (RepoRoot.Length == 0) throw new InvalidOperationException($"No BuildGuard.sln above {AppContext.BaseDirectory}.");
        var folder = Temp.Value.Folder("packed");
        new DotnetRunner(Temp.Value) { Timeout = TimeSpan.FromMinutes(20) }.Run(RepoRoot, "pack", "BuildGuard.sln", "-c", "Release", "-o", folder).EnsureSuccess();
        return folder;
    }

    private static string FindVersion()
    {
        var versions = Directory.EnumerateFiles(Folder, "*.nupkg").Select(f => PackageFile().Match(Path.GetFileName(f))).Where(m => m.Success).Select(m => m.Groups[1].Value).ToArray();
        return versions is [var version] ? version : throw new InvalidOperationException($"Expected one BuildGuard.<version>.nupkg in {Folder}, found {versions.Length}.");
    }

    private static string ExtractTool()
    {
        var folder = Temp.Value.Folder("tool");
        ZipFile.ExtractToDirectory(PackagePath, folder, overwriteFiles: true);
        var tool = Path.Combine(folder, "tools", "net10.0", "any", "buildguard.dll");
        return File.Exists(tool) ? tool : throw new InvalidOperationException($"{PackagePath} holds no tools/net10.0/any/buildguard.dll.");
    }

    private static string? ExtractNativeTool()
    {
        var package = Path.Combine(Folder, $"BuildGuard.Tool.linux-x64.{Version}.nupkg");
        if (!OperatingSystem.IsLinux() || !File.Exists(package)) return null;
        var tool = Path.Combine(Temp.Value.Folder("native"), "buildguard");
        using var zip = ZipFile.OpenRead(package);
        zip.GetEntry("tools/any/linux-x64/buildguard")!.ExtractToFile(tool);
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return tool;
    }

    [GeneratedRegex(@"^BuildGuard\.(\d.*)\.nupkg$", RegexOptions.IgnoreCase)]
    private static partial Regex PackageFile();
}
