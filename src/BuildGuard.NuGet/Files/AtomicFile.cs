namespace BuildGuard.NuGet.Files;

/// <summary>Replaces files so that a reader, or a machine that loses power, sees the old bytes or the new bytes and never half of them.</summary>
public static class AtomicFile
{
    /// <summary>As <see cref="File.Delete"/>.</summary>
    public static void Delete(string path) => File.Delete(path);

    /// <summary>As <see cref="Write"/>, but where a symbolic link stands a file takes its place: for what this tool alone writes, in folders that others write to. What the link leads to is left as it is.</summary>
    /// <param name="path">Full path. Its folder is made where it is missing.</param>
    /// <param name="bytes">The new content.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        if (new FileInfo(path).LinkTarget is not null)
            File.Delete(path);
        Write(path, bytes);
    }

    /// <summary>Writes the bytes, unless the file already holds exactly these.</summary>
    /// <param name="path">Full path. Its folder is made where it is missing. A symbolic link is followed, so that the link stays one.</param>
    /// <param name="bytes">The new content.</param>
    /// <returns>Whether the file was written.</returns>
    /// <exception cref="IOException">The folder cannot be written; the old file is untouched then.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static bool Write(string path, ReadOnlySpan<byte> bytes)
    {
        if (new FileInfo(path).LinkTarget is not null && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
            path = target.FullName;
        if (File.Exists(path) && new FileInfo(path).Length == bytes.Length && bytes.SequenceEqual(File.ReadAllBytes(path)))
            return false;
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(path))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
