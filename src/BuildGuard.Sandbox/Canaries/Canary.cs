using System.Globalization;
using System.Runtime.InteropServices;
using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox.Canaries;

/// <summary>
/// Tries, right after the seal, what the seal must refuse: from a thread that existed before it and from a child. A seal that nobody tried may have been refused silently by the kernel, or
/// hold for one thread only.
/// </summary>
internal sealed unsafe class Canary : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly OlderThread _older = new();
    private readonly List<string> _through = [];

    /// <summary>Tries. Where the filter asks, it answers the questions of its own attempts, and refuses everybody else's meanwhile.</summary>
    /// <param name="listener">The filter's listener; null where the kernel refuses at once.</param>
    /// <returns>What got through, or could not be tried; null where everything was refused.</returns>
    public string? Sing(int? listener)
    {
        var calls = SystemCalls.Here!;
        _older.Do(() =>
        {
            Expect("a network socket on a thread older than the seal", Native.socket(2, 2 | Native.CloseOnExec, 0), SealFilter.EACCES);
            // No memory is given, so that without the seal it fails as well, by another error.
            Expect("io_uring on a thread older than the seal", (int)Native.syscall((nint)SystemCalls.IoUringSetup, 1, 0, 0), SealFilter.EPERM);
        });
        var ends = stackalloc int[2];
        if (Native.pipe2(ends, Native.CloseOnExec) != 0)
            return "no pipe can be made";
        try
        {
            var (child, problem) = StartChild(ends[1]);
            _ = Native.close(ends[1]);
            ends[1] = -1;
            if (listener is { } l)
                Serve(l, calls, child);
            if (!_older.Join(Patience))
                _through.Add("the attempts of an older thread did not end");
            if (problem is not null)
                _through.Add(problem);
            else
                HearChild(ends[0], child);
        }
        finally
        {
            _ = Native.close(ends[0]);
            if (ends[1] >= 0)
                _ = Native.close(ends[1]);
        }
        lock (_through)
            return _through.Count == 0 ? null : string.Join("; ", _through);
    }

    /// <inheritdoc/>
    public void Dispose() => _older.Dispose();

    private void Expect(string what, int result, uint error)
    {
        var found = Marshal.GetLastPInvokeError();
        if (result >= 0)
            _ = Native.close(result);
        if (result >= 0 || found != error)
        {
            lock (_through)
                _through.Add(result >= 0 ? $"{what} was not refused" : string.Create(CultureInfo.InvariantCulture, $"{what} ended with error {found} and not {error}"));
        }
    }

    private static (int Process, string? Problem) StartChild(int output)
    {
        if (TinyProgram.Of(RuntimeInformation.ProcessArchitecture) is not { } program)
            return (0, "this architecture is not known");
        var file = Native.memfd_create("buildguard-canary", 1);
        if (file < 0)
            return (0, "no file in memory can be made for a child");
        try
        {
            fixed (byte* bytes = program)
            {
                if (Native.write(file, bytes, program.Length) != program.Length)
                    return (0, "the child's program cannot be written");
            }
            var (process, error) = ChildProcess.Start(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}"), ["canary"], [], new InheritedFile(output, 1));
            return (process, error == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"no child can be started from memory (error {error})"));
        }
        finally
        {
            _ = Native.close(file);
        }
    }

    /// <summary>Two questions come from the older thread and one from the child; others may come from anywhere.</summary>
    private void Serve(int listener, SystemCalls calls, int child)
    {
        var expected = child == 0 ? 2 : 3;
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (expected > 0 && Environment.TickCount64 < end)
        {
            if (!Listener.Wait(listener, TimeSpan.FromMilliseconds(100)) || Listener.Next(listener) is not { } question)
                continue;
            Listener.Answer(listener, question, calls.RefusalOf(question.Call));
            if (question.Thread == _older.Id || question.Thread == child)
                expected--;
        }
    }

    private void HearChild(int input, int child)
    {
        byte error = 0;
        var poll = new PollFile { File = input, Events = Native.Readable };
        if (Native.Poll(&poll, 1, (int)Patience.TotalMilliseconds) <= 0 || Native.read(input, &error, 1) != 1)
            _through.Add("the child did not answer");
        else if (error != SealFilter.EACCES)
            _through.Add(string.Create(CultureInfo.InvariantCulture, $"a network socket in a child was not refused (it ended with {error})"));
        int status;
        // Where somebody else takes in the children of this process, there is nothing left to wait for.
        _ = Native.waitpid(child, &status, 0);
    }
}
