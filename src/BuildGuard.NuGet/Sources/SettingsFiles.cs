using BuildGuard.NuGet.Files;
using NuGet.Common;
using NuGet.Configuration;

namespace BuildGuard.NuGet.Sources;

/// <summary>Loads NuGet's configuration by NuGet's own code, and notes the files that it looks for.</summary>
internal static class SettingsFiles
{
    /// <summary>The names of a configuration file, as NuGet tries them where names have case (NuGet.Configuration: Settings.OrderedSettingsFileNames).</summary>
    private static readonly string[] Names = ["nuget.config", "NuGet.config", "NuGet.Config"];

    /// <summary>The configuration of a folder: its own files and those above it, the user's, the machine's.</summary>
    /// <exception cref="NuGetConfigurationException">A file is broken.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static ISettings Of(string folder)
    {
        if (Inputs.AreRecorded)
        {
            foreach (var path in Disk.Up(folder).SelectMany(f => Names, Path.Combine))
                Inputs.Note(path, Look.Content);
            foreach (var place in (NuGetFolderPath[])[NuGetFolderPath.UserSettingsDirectory, NuGetFolderPath.MachineWideConfigDirectory])
                NoteAll(NuGetEnvironment.GetFolderPath(place));
            Inputs.Note(Path.Combine(NuGetEnvironment.GetFolderPath(NuGetFolderPath.MachineWideSettingsBaseDirectory), "NuGetDefaults.config"), Look.Content);
        }
#pragma warning disable RS0030 // Noted above, and below what it names beside.
        return Noted(Settings.LoadDefaultSettings(folder));
#pragma warning restore RS0030
    }

    /// <summary>The configuration in some files.</summary>
    /// <param name="files">Full paths, the nearest first.</param>
    /// <inheritdoc cref="Of"/>
    public static ISettings In(IList<string> files)
    {
#pragma warning disable RS0030 // Noted below.
        return Noted(Settings.LoadSettingsGivenConfigPaths(files));
#pragma warning restore RS0030
    }

    private static ISettings Noted(ISettings settings)
    {
        foreach (var file in settings.GetConfigFilePaths())
            Inputs.Note(file, Look.Content);
        return settings;
    }

    /// <summary>Notes a folder, what is in it and below it: NuGet takes every configuration file that it finds there.</summary>
    private static void NoteAll(string? folder)
    {
        if (string.IsNullOrEmpty(folder))
            return;
        Inputs.Note(folder, Look.Content);
        if (!Disk.IsFolder(folder))
            return;
        foreach (var file in Disk.Files(folder, "*", new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = 0 }))
            Inputs.Note(file, Look.Content);
    }
}
