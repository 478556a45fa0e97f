namespace BuildGuard.NuGet.Files;

/// <summary>Reads files that may be anything: too large, a device, a pipe, unreadable. Never throws for what the file system says.</summary>
public static class BoundedFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="maxBytes">Largest size that is read.</param>
    /// <returns>The bytes, or why there are none: exactly one of the two is null.</returns>
    public static (byte[]? Bytes, string? Problem) Read(string path, int maxBytes)
    {
        try
        {
            Inputs.Note(path, Look.Content);
            if (OperatingSystem.IsLinux() && StrongStat.Of(path) is { IsRegularFile: false, IsFolder: false })
                return (null, "it is a device or a pipe, not a file");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > maxBytes)
                return (null, $"it has {stream.Length:N0} bytes, and at most {maxBytes:N0} are read");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return (bytes, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, "it does not exist");
        }
        catch (EndOfStreamException)
        {
            return (null, "it changed while it was read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, Directory.Exists(path) ? "it is a folder" : $"it cannot be read ({e.Message.TrimEnd('.')})");
        }
    }
}
