using Microsoft.Win32.SafeHandles;

namespace BuildGuard.NuGet.Files;

/// <summary>
/// The way to the disk for all that a check decides by. Each question is the framework's own, and is noted where <see cref="Inputs"/> are recorded.
/// Exceptions are the framework's.
/// </summary>
public static class Disk
{
    /// <summary>As <see cref="File.Exists"/>.</summary>
    public static bool IsFile(string? path)
    {
        Note(path, Look.Kind);
        return File.Exists(path);
    }

    /// <summary>As <see cref="Directory.Exists"/>.</summary>
    public static bool IsFolder(string? path)
    {
        Note(path, Look.Kind);
        return Directory.Exists(path);
    }

    /// <summary>As <see cref="Path.Exists"/>.</summary>
    public static bool Exists(string? path)
    {
        Note(path, Look.Kind);
        return Path.Exists(path);
    }

    /// <summary>As <see cref="File.ReadAllText(string)"/>.</summary>
    public static string ReadText(string path)
    {
        Note(path, Look.Content);
        return File.ReadAllText(path);
    }

    /// <summary>Opens a file for reading.</summary>
    internal static FileStream Open(string path, FileShare share, int bufferSize)
    {
        Note(path, Look.Content);
        return new(path, FileMode.Open, FileAccess.Read, share, bufferSize);
    }

    /// <summary>Opens a file that is read once from start to end.</summary>
    internal static SafeFileHandle OpenHandle(string path)
    {
        Note(path, Look.Content);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
    }

    /// <summary>Bytes of a file.</summary>
    internal static long Length(string path)
    {
        Note(path, Look.Content);
        return new FileInfo(path).Length;
    }

    /// <summary>As <see cref="File.GetLastWriteTimeUtc(string)"/>.</summary>
    internal static DateTime LastWrite(string path)
    {
        Note(path, Look.Content);
        return File.GetLastWriteTimeUtc(path);
    }

    /// <summary>What a link leads to in the end; the path itself where it is none.</summary>
    internal static string Target(string path)
    {
        Note(path, Look.Link);
        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }

    /// <summary>Full paths of the files in a folder.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*", EnumerationOptions? options = null)
    {
        NoteNames(folder, options);
        return options is null ? Directory.EnumerateFiles(folder, pattern) : Directory.EnumerateFiles(folder, pattern, options);
    }

    /// <summary>Full paths of the folders in a folder.</summary>
    internal static IEnumerable<string> Folders(string folder, string pattern = "*", EnumerationOptions? options = null)
    {
        NoteNames(folder, options);
        return options is null ? Directory.EnumerateDirectories(folder, pattern) : Directory.EnumerateDirectories(folder, pattern, options);
    }

    /// <summary>Everything in a folder.</summary>
    internal static IEnumerable<FileSystemInfo> Entries(string folder, EnumerationOptions options)
    {
        NoteNames(folder, options);
        return new DirectoryInfo(folder).EnumerateFileSystemInfos("*", options);
    }

    private static void Note(string? path, Look look)
    {
        if (path is not null)
            Inputs.Note(path, look);
    }

    /// <summary>A folder and those above it, the nearest first.</summary>
    internal static IEnumerable<string> Up(string folder)
    {
        for (var f = folder; f is not null; f = Path.GetDirectoryName(f))
            yield return f;
    }

    private static void NoteNames(string folder, EnumerationOptions? options)
    {
        Note(folder, Look.Content);
        if (options is { RecurseSubdirectories: true } && Inputs.AreRecorded)
        {
            foreach (var below in Directory.EnumerateDirectories(folder, "*", options))
                Note(below, Look.Content);
        }
    }
}
