using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// So that calls are compiled ahead of time, and not in every process that makes one.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace BuildGuard.Sandbox;

/// <summary>What to wait for, and what happened (<c>struct pollfd</c>).</summary>
internal struct PollFile
{
    public int File;
    public short Events;
    public short Happened;
}

/// <summary>Calls into the C library. Each gives -1 and sets the last error where it fails, unless it says otherwise.</summary>
internal static unsafe partial class Native
{
    public const int SetNoNewPrivileges = 38;
    public const int CloseOnExec = 0x80000;
    public const int ReadWrite = 2;

    /// <summary>An open folder by which no file is read, only found.</summary>
    public const int PathOnly = 0x200000;

    /// <summary>Of <see cref="fcntl"/>: a second number for a file, the first free one from a number on, closed where another program starts.</summary>
    public const int DuplicateFrom = 1030;

    public const short Readable = 1;

    /// <summary>What is said of a file without being asked for: its other end is gone.</summary>
    public const short HungUp = 0x10;

    private const int Interrupted = 4;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int option, ulong a, ulong b, ulong c, ulong d);

    // Declared with as many arguments as any call here has; the kernel takes as many as it knows.
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint a, nint b, nint c);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socketpair(int family, int type, int protocol, int* ends);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int socket, byte* address, uint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int listen(int socket, int waiting);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int connect(int socket, byte* address, uint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int accept4(int socket, void* address, void* size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(int socket, Brokers.MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvmsg(int socket, Brokers.MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int process, int signal);

    /// <summary>Cannot fail.</summary>
    [LibraryImport("libc")]
    public static partial uint getuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getpriority(int which, uint who);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, uint who, int value);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int clock_gettime(int clock, long* time);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int socket, int level, int option, int* value, uint* size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(int socket, int how);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int dup3(int from, int to, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint readlink(string path, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int file, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int file, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    /// <summary>Gives -1 where it fails, as an address.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(void* address, nuint size, int protection, int flags, int file, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(nint address, nuint size);

    // Variadic in C; passed the same way on Linux.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int file, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(int file, long position, int from);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int file, nuint request, void* argument);

    /// <summary>Waits until something happens to a file, as <c>poll(2)</c> does, and goes on waiting where a signal came first: a child that ends, or that somebody stops or continues, is not what was waited for.</summary>
    /// <param name="files">What to wait for.</param>
    /// <param name="count">How many.</param>
    /// <param name="milliseconds">For how long; 0 only looks, -1 is for ever.</param>
    /// <returns>To how many something happened; 0 where nothing did in time.</returns>
    public static int Poll(PollFile* files, nuint count, int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        var left = milliseconds;
        while (true)
        {
            var happened = poll(files, count, left);
            if (happened >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                return happened;
            left = milliseconds < 0 ? milliseconds : (int)Math.Max(end - Environment.TickCount64, 0);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFile* files, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int process, int* status, int options);

    /// <summary>Gives an error number, 0 where it succeeded.</summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn(int* process, string path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    /// <summary>Gives an error number, 0 where it succeeded. The buffer is the C library's own structure: 80 bytes in glibc and in musl.</summary>
    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(byte* fileActions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(byte* fileActions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(byte* fileActions, int file, int becomes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(byte* attributes, short flags);
}
