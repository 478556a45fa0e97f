namespace BuildGuard.TestKit;

/// <summary>
/// A folder of its own for one test, below <c>{temp}/buildguard-tests/</c>, deleted on dispose.
/// It is kept when the environment variable <c>BUILDGUARD_KEEP_TEMP</c> is <c>1</c>.
/// </summary>
public sealed class TempFolder : IDisposable
{
    private readonly Lock _logLock = new();

    /// <summary>Creates the folder.</summary>
    /// <exception cref="IOException">The temp folder is not writable.</exception>
    public TempFolder() => Directory.CreateDirectory(Root);

    /// <summary>Absolute path of the folder.</summary>
    public string Root { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "buildguard-tests", Guid.NewGuid().ToString("N"));

    /// <summary>The file to which every command and its output is appended, <c>log.txt</c>.</summary>
    public string LogFile => Path("log.txt");

    /// <summary>Absolute path of something in the folder; nothing is created.</summary>
    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Creates a sub folder where there is none, and returns its absolute path.</summary>
    public string Folder(params string[] parts) => Directory.CreateDirectory(Path(parts)).FullName;

    /// <summary>Appends to <see cref="LogFile"/>; safe from several threads.</summary>
    public void Log(string text)
    {
        lock (_logLock) File.AppendAllText(LogFile, text + "\n");
    }

    /// <summary>Everything logged so far, for the message of a failing test; empty when nothing was.</summary>
    public string ReadLog()
    {
        lock (_logLock) return File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";
    }

    /// <summary>Deletes the folder, read-only files included. Never throws: what cannot be deleted stays.</summary>
    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("BUILDGUARD_KEEP_TEMP") == "1") return;
        if (TryDelete()) return;
        MakeWritable();
        TryDelete();
    }

    private bool TryDelete()
    {
        try
        {
            if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void MakeWritable()
    {
        try
        {
            var pending = new Stack<DirectoryInfo>([new DirectoryInfo(Root)]);
            while (pending.TryPop(out var folder))
            {
                // A folder must be readable before it can be listed, so parents come first; links are not followed.
                if (!OperatingSystem.IsWindows()) folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => e.LinkTarget is null))
                {
                    if (entry is DirectoryInfo child) pending.Push(child);
                    else entry.Attributes &= ~FileAttributes.ReadOnly;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
