using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox;

/// <summary>A file that a program gets. A class, because the runtime compiles spans of structures anew in every process that is sealed.</summary>
/// <param name="here">Its number in this process.</param>
/// <param name="there">Its number in that one.</param>
internal sealed class InheritedFile(int here, int there)
{
    public int Here { get; } = here;

    public int There { get; } = there;
}

/// <summary>
/// Starts programs with exactly the files they are given. Unlike <see cref="System.Diagnostics.Process"/> it leaves no trace in the runtime of the process that it is called in, which
/// is MSBuild, and can hand on a socket.
/// </summary>
internal static unsafe class ChildProcess
{
    private const short OwnGroup = 2;

    /// <summary>Starts a program. Every file that is not named is closed in it, as far as it was opened to be (as .NET does).</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, its own name first.</param>
    /// <param name="environment">Its whole environment, as NAME=value.</param>
    /// <param name="files">Which file of this process it gets under which number.</param>
    /// <returns>The process's number, or an error number.</returns>
    public static (int Process, int Error) Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, params InheritedFile[] files)
    {
        // Larger than these structures of any C library.
        var actions = stackalloc byte[512];
        var attributes = stackalloc byte[512];
        var error = Native.posix_spawn_file_actions_init(actions);
        if (error == 0)
            error = Native.posix_spawnattr_init(attributes);
        if (error != 0)
            return (0, error);
        // A process group of its own: what a terminal tells the build (Ctrl+C) is not for it, and the kernel wakes it up if it was stopped when its parent ends.
        _ = Native.posix_spawnattr_setflags(attributes, OwnGroup);
        var argumentList = Strings(arguments);
        var environmentList = Strings(environment);
        try
        {
            foreach (var file in files)
            {
                error = Native.posix_spawn_file_actions_adddup2(actions, file.Here, file.There);
                if (error != 0)
                    return (0, error);
            }
            int process;
            error = Native.posix_spawn(&process, path, actions, attributes, argumentList, environmentList);
            return (process, error);
        }
        finally
        {
            _ = Native.posix_spawn_file_actions_destroy(actions);
            _ = Native.posix_spawnattr_destroy(attributes);
            Free(argumentList);
            Free(environmentList);
        }
    }

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return list;
    }

    private static void Free(byte** list)
    {
        for (var item = list; *item is not null; item++)
            Marshal.FreeCoTaskMem((nint)(*item));
        NativeMemory.Free(list);
    }
}
