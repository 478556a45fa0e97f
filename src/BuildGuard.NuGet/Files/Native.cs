using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// So that calls are compiled ahead of time, and not in every process that makes one.
[assembly: DisableRuntimeMarshalling]

namespace BuildGuard.NuGet.Files;

/// <summary>Calls into the C library.</summary>
internal static class Native
{
    /// <summary>Gives 0 where it succeeded.</summary>
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static extern unsafe int statx(int folder, byte* path, int flags, uint mask, byte* buffer);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static extern uint geteuid();
}
