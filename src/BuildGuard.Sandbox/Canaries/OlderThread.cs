namespace BuildGuard.Sandbox.Canaries;

/// <summary>A thread that exists before the seal and does something after it.</summary>
internal sealed class OlderThread : IDisposable
{
    private readonly SemaphoreSlim _go = new(0);
    private readonly ManualResetEventSlim _ready = new();
    private readonly Thread _thread;
    private Action _work = () => { };

    /// <summary>Starts the thread and waits until it runs.</summary>
    public OlderThread()
    {
        _thread = new Thread(() =>
        {
            Id = (int)Native.syscall((nint)Filter.SystemCalls.Here!.GetThreadId, 0, 0, 0);
            _ready.Set();
            _go.Wait();
            _work();
        })
        { IsBackground = true, Name = "BuildGuard canary" };
        _thread.Start();
        _ready.Wait();
    }

    /// <summary>The kernel's number of the thread.</summary>
    public int Id { get; private set; }

    /// <summary>Lets the thread do its work.</summary>
    public void Do(Action work)
    {
        _work = work;
        _go.Release();
    }

    /// <summary>Waits until the work is done.</summary>
    /// <returns>False where it was not done in time.</returns>
    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that had nothing to do ends as well; one that hangs in the kernel keeps what it waits on.
        _go.Release();
        if (!_thread.Join(TimeSpan.FromSeconds(1)))
            return;
        _go.Dispose();
        _ready.Dispose();
    }
}
