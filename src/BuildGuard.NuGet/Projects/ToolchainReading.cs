using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Packages;
using NuGet.Versioning;

namespace BuildGuard.NuGet.Projects;

/// <summary>Reads the .NET SDK that builds a repo: which it is, and the hash of every file that a build can run or copy from it.</summary>
internal static class ToolchainReading
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Reads.</summary>
    /// <param name="root">The repo's folder: its global.json decides.</param>
    /// <param name="cache">What vouches for unchanged files; <see cref="EvidenceCache.None"/> to hash every file.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The facts, or the gap; exactly one is null.</returns>
    public static (ToolchainFacts? Facts, EvidenceGap? Gap) Read(string root, EvidenceCache cache, CancellationToken cancel)
    {
        var (sdk, problem) = FindSdk(root);
        if (sdk is null)
            return (null, Gap(root, problem!));
        if (Installation.RuntimeOf(sdk) is not { } runtime)
            return (null, Gap(root, $"there is no runtime for {Path.Combine(sdk, "MSBuild.runtimeconfig.json")}"));
        var dotnet = Path.GetFullPath(Path.Combine(sdk, "..", ".."));
        var folders = (((string Name, string Folder)[])[("sdk", sdk), ("runtime", runtime), ("packs", Path.Combine(dotnet, "packs")), ("manifests", Path.Combine(dotnet, "sdk-manifests")), ("host", Path.Combine(dotnet, "host"))])
            .Where(f => Disk.IsFolder(f.Folder)).ToList();
        var read = new Evidence<ExtractedFiles>[folders.Count];
        Parallel.For(0, folders.Count, new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i => read[i] = ExtractedFolder.Read(folders[i].Folder, cache, cancel));
        if (read.Where(r => !r.IsKnown).Select(r => r.Gap).FirstOrDefault() is { } gap)
            return (null, Gap(root, gap));
        var parts = folders.Zip(read).ToImmutableSortedDictionary(f => f.First.Name, f => PackageFile.RootOf(f.Second.Value.Files), StringComparer.Ordinal);
        var count = read.Sum(r => r.Value.Files.Length);
        return (new(RuntimeInformation.RuntimeIdentifier, Path.GetFileName(sdk), dotnet) { Parts = parts, Files = count }, null);
    }

    /// <summary>The SDK's folder: in MSBuild, the one that it runs from; else the one that the muxer picks for the repo, as a build would.</summary>
    private static (string? Folder, string? Problem) FindSdk(string root)
    {
        if (Installation.OwnSdk() is { } own)
            return (own, null);
        if (Installation.Root() is not { } installation)
            return (null, "no dotnet with SDKs beside it was found on the PATH, in DOTNET_ROOT or where installers put it");
        var sdks = Path.Combine(installation, "sdk");
        var (version, problem) = Ask(Installation.Muxer(installation), root);
        return version is null ? (null, problem) : Disk.IsFolder(Path.Combine(sdks, version)) ? (Path.Combine(sdks, version), null) : (null, $"the .NET SDK {version}, which builds this repo, is not in {sdks}");
    }

    private static (string? Version, string? Problem) Ask(string muxer, string root)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(muxer, "--version") { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                return (null, "dotnet --version did not answer");
            }
            var version = output.GetAwaiter().GetResult().Trim();
            return process.ExitCode == 0 && NuGetVersion.TryParse(version, out _) ? (version, null) : (null, "dotnet --version names no SDK for this repo (does global.json ask for one that is not installed?)");
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return (null, $"dotnet --version cannot be run ({e.Message.TrimEnd('.')})");
        }
    }

    private static EvidenceGap Gap(string root, string what) =>
        new($"The toolchain cannot be read: {what}", "Install the SDK that this repo builds with, or write \"toolchain\": \"off\" into the policy.", new SourceLocation(Path.Combine(root, "buildguard.json"), 1, 1));
}
