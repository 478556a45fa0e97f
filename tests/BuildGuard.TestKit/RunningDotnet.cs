using System.Diagnostics;
using System.Text;

namespace BuildGuard.TestKit;

/// <summary>A <c>dotnet</c> command that runs.</summary>
public sealed class RunningDotnet : IDisposable
{
    private readonly Process _process;
    private readonly string _command;
    private readonly TempFolder _temp;
    private readonly StringBuilder _output = new();

    internal RunningDotnet(Process process, string command, TempFolder temp)
    {
        (_process, _command, _temp) = (process, command, temp);
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
    }

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Waits until something holds, or it ends.</summary>
    /// <returns>Whether it holds.</returns>
    public bool Until(Func<bool> holds, TimeSpan timeout)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > timeout || _process.HasExited)
                return holds();
            Thread.Sleep(100);
        }
        return true;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
        _temp.Log($"{_command}\n{Output}-- ended\n");
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_output)
            _output.Append(line).Append('\n');
    }
}
