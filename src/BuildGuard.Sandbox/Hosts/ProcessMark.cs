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
    private const int DuplicateFrom = 1030;
    private const int AddSeals = 1033;
    private const nint AllSeals = 0xF;

    private static readonly Lock Gate = new();
    private static bool _isSet;

    /// <summary>Sets the text, in the place of an earlier one.</summary>
    /// <returns>False where there is no mark now.</returns>
    public static bool Set(string text)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        lock (Gate)
        {
            var file = Native.memfd_create("buildguard", CloseOnExec | AllowSeals);
            if (file < 0)
                return false;
            var bytes = Encoding.UTF8.GetBytes(text);
            fixed (byte* start = bytes)
            {
                var isWhole = Native.write(file, start, bytes.Length) == bytes.Length && Native.fcntl(file, AddSeals, AllSeals) == 0 && Native.lseek(file, Position, 0) == Position;
                if (!isWhole)
                    Remove();
                else if (_isSet)
                    _isSet = Native.dup3(file, Number, Native.CloseOnExec) == Number;
                else
                    _isSet = Take(file);
            }
            _ = Native.close(file);
            return _isSet;
        }
    }

    /// <summary>Takes the mark away.</summary>
    public static void Clear()
    {
        lock (Gate)
            Remove();
    }

    /// <summary>Gives a file the number, unless another has it.</summary>
    private static bool Take(int file)
    {
        var number = Native.fcntl(file, DuplicateFrom, Number);
        if (number >= 0 && number != Number)
            _ = Native.close(number);
        return number == Number;
    }

    private static void Remove()
    {
        if (_isSet)
            _ = Native.close(Number);
        _isSet = false;
    }
}
