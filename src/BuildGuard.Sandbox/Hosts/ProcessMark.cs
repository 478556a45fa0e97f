using System.Globalization;
using System.Text;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>
/// A text of this process that MSBuild's own functions can read, without loading a task: a file in memory under a fixed number, so that no other process has it, no name leads to it from outside, and it is gone with
/// the process. Nobody can write to it once it is there. Where another file has the number, or no number is as high, there is no mark; and whoever looks for one does what it would have saved.
/// </summary>
/// <remarks>
/// A file of somebody else under this number could keep its reader waiting. So what tells them apart is read first, from <c>fdinfo</c>, which never waits: the position in the file, which is <see cref="Position"/> here.
/// (proc_pid_fdinfo(5), memfd_create(2), fcntl(2) on seals.)
/// </remarks>
public static unsafe class ProcessMark
{
    /// <summary>The number. BuildGuard.targets and Check.proj know it, and the position.</summary>
    internal const int Number = 2017;

    /// <summary>The position by which the file is known.</summary>
    internal const long Position = 7_237_128_888_997_146_477;

    private const uint CloseOnExec = 1;
    private const uint AllowSeals = 2;
    private const int AddSeals = 1033;
    private const nint AllSeals = 0xF;

    private const string Name = "buildguard";

    private static readonly Lock Gate = new();
    private static readonly string Link = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Number}");

    /// <summary>
    /// Makes the first <see cref="Set"/> quick, on another thread: the kernel enlarges the process's table of files for the number, and waits some 10 ms for everybody who may still read the old one. What is there until
    /// then is no mark, as after <see cref="Clear"/>.
    /// </summary>
    public static void Prepare()
    {
        if (OperatingSystem.IsLinux())
            ThreadPool.UnsafeQueueUserWorkItem(_ => MakePlace(), null);
    }

    /// <summary>Sets the text, in the place of an earlier one.</summary>
    /// <returns>False where there is no mark now.</returns>
    public static bool Set(string text)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        lock (Gate)
        {
            var file = Native.memfd_create(Name, CloseOnExec | AllowSeals);
            if (file < 0)
                return false;
            var isSet = false;
            var bytes = Encoding.UTF8.GetBytes(text);
            fixed (byte* start = bytes)
            {
                if (Native.write(file, start, bytes.Length) == bytes.Length && Native.fcntl(file, AddSeals, AllSeals) == 0 && Native.lseek(file, Position, 0) == Position)
                    isSet = IsOurs() ? Native.dup3(file, Number, Native.CloseOnExec) == Number : Take(file, Number);
            }
            _ = Native.close(file);
            if (!isSet)
                Remove();
            return isSet;
        }
    }

    /// <summary>Takes the mark away.</summary>
    public static void Clear()
    {
        lock (Gate)
            Remove();
    }

    private static void MakePlace()
    {
        try
        {
            lock (Gate)
            {
                if (IsOurs())
                    return;
                var nothing = Native.memfd_create(Name, CloseOnExec);
                if (nothing < 0)
                    return;
                _ = Take(nothing, Number);
                _ = Native.close(nothing);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A /proc that cannot be read. Set, which follows, says so to its caller; here it would end the process.
        }
    }

    /// <summary>Whether the number is that of a file from here, with a mark or, since that was taken away, without.</summary>
    private static bool IsOurs() => new FileInfo(Link).LinkTarget == $"/memfd:{Name} (deleted)";

    /// <summary>Gives a file a number, unless another has it.</summary>
    internal static bool Take(int file, int number)
    {
        var taken = Native.fcntl(file, Native.DuplicateFrom, number);
        if (taken >= 0 && taken != number)
            _ = Native.close(taken);
        return taken == number;
    }

    /// <summary>An empty file takes the place of the mark: whoever has just seen that there is one can still read it.</summary>
    private static void Remove()
    {
        if (!OperatingSystem.IsLinux() || !IsOurs())
            return;
        var nothing = Native.memfd_create(Name, CloseOnExec);
        if (nothing < 0 || Native.dup3(nothing, Number, Native.CloseOnExec) != Number)
            _ = Native.close(Number);
        if (nothing >= 0)
            _ = Native.close(nothing);
    }
}
