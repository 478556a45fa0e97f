using System.Collections.Concurrent;

namespace BuildGuard.Sandbox.Probe;

/// <summary>A thread that waits for work.</summary>
internal sealed class BlockingWorker : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    /// <summary>Starts the thread.</summary>
    public BlockingWorker() => new Thread(() =>
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    })
    { IsBackground = true }.Start();

    /// <summary>Has the thread do something, and waits.</summary>
    public string Do(Func<string> work)
    {
        var result = new TaskCompletionSource<string>();
        _work.Add(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => _work.CompleteAdding();
}
