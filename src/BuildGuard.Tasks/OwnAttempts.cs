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
internal sealed class OwnAttempts
{
    private const int Most = 100;

    private readonly List<Use> _uses = [];
    private readonly bool _report;
    private readonly string _installation = Path.GetDirectoryName(DotnetHost.Path)! + Path.DirectorySeparatorChar;
    private readonly string _framework = Path.Combine(Path.GetDirectoryName(DotnetHost.Path)!, "shared") + Path.DirectorySeparatorChar;
    private readonly string _guard = Path.GetDirectoryName(typeof(OwnAttempts).Assembly.Location)!;
    private int _sockets;
    private int _lookups;
    private Exception? _failure;

    /// <summary>Begins to listen: to refusals at once; to what tells hosts and names a few milliseconds later, which the runtime takes to prepare, and in which nothing of a package runs yet.</summary>
    /// <param name="report">Whether attempts are let through. Only then does a connection come to be; the runtime's source that tells of those counts all that MSBuild's processes say to each other.</param>
    public OwnAttempts(bool report)
    {
        _report = report;
        AppDomain.CurrentDomain.FirstChanceException += Refused;
        ThreadPool.UnsafeQueueUserWorkItem(own => ((OwnAttempts)own!).Listen(), this);
    }

    /// <summary>Who asked, since the last time.</summary>
    /// <param name="Uses">By assembly, host where it is known, and the current folder.</param>
    /// <param name="Sockets">Sockets that .NET code was refused, or used.</param>
    /// <param name="Lookups">Names that .NET code looked up, which takes sockets that it does not see.</param>
    public sealed record Taken(IReadOnlyList<Use> Uses, int Sockets, int Lookups);

    /// <summary>A use of the network. A class, because the runtime compiles lists and queries of structures anew in every process.</summary>
    /// <param name="assembly">Its path, or its name where it has none; null where nobody is to be named.</param>
    /// <param name="host">Where to, as far as that is known.</param>
    /// <param name="folder">The current folder at the time.</param>
    public sealed class Use(string? assembly, string? host, string folder)
    {
        /// <summary>Whose use it is.</summary>
        public string? Assembly { get; } = assembly;

        /// <summary>Where to; null where that is not known.</summary>
        public string? Host { get; } = host;

        /// <summary>The current folder.</summary>
        public string Folder { get; } = folder;

        /// <summary>How often.</summary>
        public int Times { get; set; }
    }

    /// <summary>Takes what was gathered. What the command line does for itself, such as its telemetry, is counted but not named.</summary>
    /// <exception cref="InvalidOperationException">It could not begin to listen. Said once.</exception>
    public Taken Take()
    {
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
            throw new InvalidOperationException("Nothing tells which code inside MSBuild asks for the network", failure);
        lock (_uses)
        {
            // A request tells the host; the socket that it was refused, on another thread perhaps, does not.
            var named = _uses.FindAll(u => u.Assembly is not null && (u.Host is not null || !_uses.Exists(o => o.Host is not null && o.Assembly == u.Assembly && o.Folder == u.Folder)));
            var taken = new Taken(named, _sockets, _lookups);
            _uses.Clear();
            (_sockets, _lookups) = (0, 0);
            return taken;
        }
    }

    private void Listen()
    {
        try
        {
            // The runtime keeps it.
            _ = new Sources(this);
        }
        catch (Exception e)
        {
            // On a thread of the pool it would end the process. The next task tells it.
            _failure = e;
        }
    }

    private void Refused(object? sender, FirstChanceExceptionEventArgs e)
    {
        if (e.Exception is SocketException { SocketErrorCode: SocketError.AccessDenied })
            Add(null, sockets: 1, lookups: 0);
    }

    private void Add(string? host, int sockets, int lookups)
    {
        var (caller, folder) = (Caller(), Environment.CurrentDirectory);
        lock (_uses)
        {
            _sockets += sockets;
            _lookups += lookups;
            var use = _uses.Find(u => u.Assembly == caller && u.Host == host && u.Folder == folder);
            if (use is null && _uses.Count < Most)
                _uses.Add(use = new(caller, host, folder));
            if (use is not null)
                use.Times++;
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

    /// <summary>What the framework tells of its use of the network.</summary>
    /// <param name="own">Is told. The base class calls back before a constructor's body would run.</param>
    private sealed class Sources(OwnAttempts own) : EventListener
    {
        /// <inheritdoc/>
        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name is "System.Net.Http" or "System.Net.NameResolution" || (own._report && eventSource.Name == "System.Net.Sockets"))
                EnableEvents(eventSource, EventLevel.Informational);
        }

        /// <inheritdoc/>
        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            switch (eventData)
            {
                case { EventName: "RequestStart", Payload: [_, string host, int port, ..] }:
                    own.Add(FormattableString.Invariant($"{host}:{port}"), sockets: 0, lookups: 0);
                    break;
                case { EventName: "ResolutionStart", Payload: [string name, ..] }:
                    own.Add(name, sockets: 0, lookups: 1);
                    break;
                // It comes after the socket was made, so only where attempts are let through.
                case { EventName: "ConnectStart" }:
                    own.Add(null, sockets: 1, lookups: 0);
                    break;
            }
        }
    }
}
