using System.Globalization;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>
/// The broker's bell, and the broker's folder in <c>/proc</c>, in a building process: under fixed numbers, where a condition of MSBuild can read whether anybody tried, and whether the broker is there to say so. The
/// folder is that of the broker and of no later process of the same number. Where other files have these numbers there is neither, and whoever looks for them asks the broker.
/// </summary>
internal static class BellFiles
{
    /// <summary>The bell's number. GateText knows it.</summary>
    internal const int Number = ProcessMark.Number + 1;

    /// <summary>The folder's number, which is there only while the other is.</summary>
    internal const int Folder = Number + 1;

    /// <summary>The name by which the kernel shows the bell.</summary>
    internal const string Name = "buildguard-bell";

    private static readonly Lock Gate = new();

    /// <summary>Puts both in their places, unless they are there: a process has one broker. Closes neither.</summary>
    /// <param name="bell">The bell.</param>
    /// <param name="folder">The broker's folder.</param>
    public static void Place(int bell, int folder)
    {
        lock (Gate)
        {
            if (!IsOurs() && ProcessMark.Take(bell, Number) && !ProcessMark.Take(folder, Folder))
                _ = Native.close(Number);
        }
    }

    /// <summary>Takes them away.</summary>
    public static void Clear()
    {
        lock (Gate)
        {
            if (!IsOurs())
                return;
            // First what readers look for first. Where the bell is, the folder was put beside it.
            _ = Native.close(Folder);
            _ = Native.close(Number);
        }
    }

    private static bool IsOurs() => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Number}")).LinkTarget == $"/memfd:{Name} (deleted)";
}
