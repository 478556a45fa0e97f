using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// By which a building process sees, without asking, that somebody tried to use the network: a file in memory that says <see cref="Quiet"/> until then. Only the broker can write it, by a view that it opened before it
/// sealed the file against all others; so neither a program of the build that finds the file nor the building process itself can take the news away, and no reader can keep the broker waiting. (memfd_create(2), fcntl(2)
/// on F_SEAL_FUTURE_WRITE.)
/// </summary>
internal sealed unsafe class Bell : IDisposable
{
    /// <summary>What it says while nobody tried.</summary>
    public const string Quiet = "quiet";

    private const string News = "news!";

    private const uint CloseOnExec = 1;
    private const uint AllowSeals = 2;
    private const int AddSeals = 1033;
    // Neither shorter nor longer, not written by anybody from here on, and not sealed in another way.
    private const nint Seals = 1 | 2 | 4 | 16;
    private const int ReadAndWrite = 3;
    private const int Shared = 1;

    private byte* _view;

    private Bell(int file, byte* view)
    {
        File = file;
        _view = view;
    }

    /// <summary>The file; -1 once it is closed: another file may have its number then, which is nobody's to be given.</summary>
    public int File { get; private set; }

    /// <summary>A bell that is quiet; null where there is none to be had.</summary>
    public static Bell? Make()
    {
        var file = Native.memfd_create(BellFiles.Name, CloseOnExec | AllowSeals);
        if (file < 0)
            return null;
        fixed (byte* text = "quiet"u8)
        {
            if (Native.write(file, text, Quiet.Length) == Quiet.Length)
            {
                var view = Native.mmap(null, (nuint)Quiet.Length, ReadAndWrite, Shared, file, 0);
                if (view != -1 && Native.fcntl(file, AddSeals, Seals) == 0)
                    return new(file, (byte*)view);
                if (view != -1)
                    _ = Native.munmap(view, (nuint)Quiet.Length);
            }
        }
        _ = Native.close(file);
        return null;
    }

    /// <summary>Somebody tried. Seen by whoever reads after this returns.</summary>
    public void Ring() => Say(News);

    /// <summary>What there was to tell was taken.</summary>
    public void Hush() => Say(Quiet);

    /// <summary>From here on it says nothing more. Whoever has the file can still read it; and who joined under a process that is gone may still have a connection, and with it this.</summary>
    public void Dispose()
    {
        if (_view is null)
            return;
        _ = Native.munmap((nint)_view, (nuint)Quiet.Length);
        _ = Native.close(File);
        _view = null;
        File = -1;
    }

    private void Say(string text)
    {
        if (_view is null)
            return;
        for (var i = 0; i < text.Length; i++)
            Volatile.Write(ref _view[i], (byte)text[i]);
    }
}
