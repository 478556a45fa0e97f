using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.ExceptionServices;
using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Tasks;

/// <summary>
/// Which code inside this process asked for the network. The broker sees the process only; here the runtime tells, on the thread of the caller, of requests, names that are looked up and sockets that
/// were refused, so the stack names the assembly.
/// </summary>
internal sealed class OwnAttempts : EventListener
{
    private const int Most = 100;

    private readonly Dictionary<(string? Assembly, string? Host, string Folder), int> _uses = [];
    // Given here, because the base class may call back before a constructor's body runs.
    private readonly string _installation = Path.GetDirectoryName(DotnetHost.Path)! + Path.DirectorySeparatorChar;
    private readonly string _framework = Path.Combine(Path.GetDirectoryName(DotnetHost.Path)!, "shared") + Path.DirectorySeparatorChar;
    private readonly string _guard = Path.GetDirectoryName(typeof(OwnAttempts).Assembly.Location)!;
    private int _sockets;
    private int _lookups;

    /// <summary>Begins to listen.</summary>
    public OwnAttempts() => AppDomain.CurrentDomain.FirstChanceException += Refused;

    /// <summary>Who asked, since the last time.</summary>
    /// <param name="Uses">By assembly, host where it is known, and the current folder.</param>
    /// <param name="Sockets">Sockets that .NET code was refused, or used.</param>
    /// <param name="Lookups">Names that .NET code looked up, which takes sockets that it does not see.</param>
    public readonly record struct Taken(IReadOnlyList<(string Assembly, string? Host, string Folder, int Times)> Uses, int Sockets, int Lookups);

    /// <summary>Takes what was gathered. What the command line does for itself, such as its telemetry, is counted but not named.</summary>
    public Taken Take()
    {
        lock (_uses)
        {
            var uses = _uses.Where(u => u.Key.Assembly is not null).ToList();
            // A request tells the host; the socket that it was refused, on another thread perhaps, does not.
            var named = uses.Where(u => u.Key.Host is not null || !uses.Exists(o => o.Key.Host is not null && o.Key.Assembly == u.Key.Assembly && o.Key.Folder == u.Key.Folder));
            var taken = new Taken([.. named.Select(u => (u.Key.Assembly!, u.Key.Host, u.Key.Folder, u.Value))], _sockets, _lookups);
            _uses.Clear();
            (_sockets, _lookups) = (0, 0);
            return taken;
        }
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http" or "System.Net.NameResolution" or "System.Net.Sockets")
            EnableEvents(eventSource, EventLevel.Informational);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData)
        {
            case { EventName: "RequestStart", Payload: [_, string host, int port, ..] }:
                Add(FormattableString.Invariant($"{host}:{port}"), sockets: 0, lookups: 0);
                break;
            case { EventName: "ResolutionStart", Payload: [string name, ..] }:
                Add(name, sockets: 0, lookups: 1);
                break;
            // It comes after the socket was made, so only where attempts are let through.
            case { EventName: "ConnectStart" }:
                Add(null, sockets: 1, lookups: 0);
                break;
        }
    }

    private void Refused(object? sender, FirstChanceExceptionEventArgs e)
    {
        if (e.Exception is SocketException { SocketErrorCode: SocketError.AccessDenied })
            Add(null, sockets: 1, lookups: 0);
    }

    private void Add(string? host, int sockets, int lookups)
    {
        var key = (Caller(), host, Environment.CurrentDirectory);
        lock (_uses)
        {
            _sockets += sockets;
            _lookups += lookups;
            if (_uses.TryGetValue(key, out var times))
                _uses[key] = times + 1;
            else if (_uses.Count < Most)
                _uses.Add(key, 1);
        }
    }

    /// <summary>
    /// The nearest assembly on this thread's stack that belongs neither to the framework nor to the guard. One of the SDK counts only where MSBuild runs it as a task: a package can use the SDK's tasks.
    /// </summary>
    private string? Caller()
    {
        var assemblies = new StackTrace(false).GetFrames().Select(f => f.GetMethod()?.Module.Assembly).OfType<Assembly>().ToList();
        var caller = assemblies.Find(a => !a.Location.StartsWith(_framework, StringComparison.Ordinal) && Path.GetDirectoryName(a.Location) != _guard);
        var isOfSdk = caller?.Location.StartsWith(_installation, StringComparison.Ordinal) == true;
        return caller is null || (isOfSdk && !assemblies.Exists(a => a.GetName().Name == "Microsoft.Build")) ? null
            : caller.Location.Length > 0 ? caller.Location : caller.GetName().Name;
    }
}
