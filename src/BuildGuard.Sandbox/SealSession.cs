using System.Globalization;
using BuildGuard.Sandbox.Brokers;
using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Sandbox;

/// <summary>
/// A sealed process and the broker that answers for it. The process says when a build begins and ends, and asks who tried. Once sealed, a process stays so: disposing only
/// ends the broker, and then the kernel refuses.
/// </summary>
public sealed class SealSession
{
    /// <summary>The number under which the broker gets its connection to the sealed process.</summary>
    internal const int ControlFile = 0;

    /// <summary>The number under which the broker gets the socket where building processes below the first knock.</summary>
    internal const int DoorFile = 3;

    /// <summary>What the broker says by itself, once until it is asked.</summary>
    internal const string News = "news";

    /// <summary>What comes with the broker's bell, when a build begins.</summary>
    internal const string BellFile = "bell";

    /// <summary>What comes with the broker's folder in <c>/proc</c>, after the bell.</summary>
    internal const string HomeFile = "home";

    /// <summary>The broker as machine code, beside this dll where the package has it: x64 Linux.</summary>
    private const string NativeBroker = "buildguard-broker";

    private const int Kill = 9;
    private const int Boot = 7;
    private const int Subreaper = 37;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly int _control;
    private readonly int _broker;
    private bool _isLost;
    private bool _isTold;
    private bool _isNew;
    private bool _isBeginning;
    private bool _hasNews;
    private int _bell = -1;

    private SealSession(int control, int broker)
    {
        _control = control;
        _broker = broker;
        _isNew = broker != 0;
    }

    /// <summary>Whether its broker is that of a process above this one, which was sealed before it started this one.</summary>
    public bool IsJoined => _broker == 0;

    /// <summary>
    /// Whether nobody tried since attempts were last taken, as far as the broker says by itself, which it does before whoever tried can go on. That costs no answer, so a project can look for itself. A broker that
    /// somebody stopped says nothing either; nobody has got an answer from it then, and <see cref="Watch"/> and the end of the build ask.
    /// </summary>
    public bool IsQuiet()
    {
        lock (_lock)
        {
            while (!_isLost && !_hasNews && Messages.HasMore(_control))
            {
                var text = Hear(0);
                if (text == "begun" && _isBeginning)
                    _isBeginning = false;
                else if (text is not "")
                    _ = Lost();
            }
            return _isLost ? _isTold : !_hasNews;
        }
    }

    /// <summary>Who tried, since the last time, in this process and in what it started.</summary>
    /// <returns>Null where the broker does not answer: somebody ended it, or keeps it from running. After that there is nobody left to ask, and the list is empty.</returns>
    public AttemptList? TakeAttempts()
    {
        lock (_lock)
        {
            if (_isLost && _isTold)
                return new([], 0);
            if (!_isLost && Ask("attempts") is { } text)
            {
                // What was announced before the answer is in it.
                _hasNews = false;
                return AttemptList.Parse(text);
            }
            _isTold = true;
            return null;
        }
    }

    /// <summary>Makes sure that the broker answers, or is ended: whoever asks for a socket waits for its answer as long as it is there.</summary>
    public void Watch()
    {
        lock (_lock)
            _ = _isLost || Ask("watch") is not null;
    }

    /// <summary>
    /// A build begins: from here on nothing gets the network. A broker that was just started takes longer than what else is to be done by then. It starts out refusing, so its first answer is
    /// awaited by the next question only; whoever asks for a socket meanwhile waits.
    /// </summary>
    /// <returns>False where the broker does not answer; then nobody does, and the kernel refuses.</returns>
    public bool Begin()
    {
        lock (_lock)
        {
            if (_isLost || !_isNew)
                return !_isLost && Ask(At("begin")) == "begun";
            _isNew = false;
            _isBeginning = Messages.Send(_control, At("begin"));
            return _isBeginning || Lost() is not null;
        }
    }

    /// <summary>Says to whoever asks by <see cref="IsWhole"/> that every process of this build is sealed.</summary>
    public void MakeWhole()
    {
        lock (_lock)
            _ = !_isLost && Messages.Send(_control, "whole");
    }

    /// <summary>Whether the process that runs a build says that every process of the build is sealed; null where it has no broker to ask.</summary>
    /// <param name="process">The process.</param>
    public static bool? IsWhole(int process) => Knock(process) is { } socket ? Say(socket, "whole?") is { } answer ? answer == "yes" : null : null;

    /// <summary>Leaves what a node has to tell to the process that runs the build.</summary>
    /// <param name="processes">Who may be that process. Where it runs below another sealed process, that one has the broker.</param>
    /// <param name="lines">What to tell, one line each; with none, only says that there is nothing more.</param>
    /// <returns>Whether somebody took it.</returns>
    public static bool HandOver(IEnumerable<int> processes, IReadOnlyList<string> lines)
    {
        // Loops and lists of numbers here and where it is asked for: queries over them would be compiled anew in every process that is sealed.
        List<int> asked = [];
        foreach (var process in processes)
        {
            if (ProcessTable.Of(process) is not { } link)
                continue;
            foreach (var ancestor in ProcessTable.Chain(link, 1))
            {
                if (!asked.Contains(ancestor.Id))
                    asked.Add(ancestor.Id);
            }
        }
        foreach (var process in asked)
        {
            if (Knock(process) is not { } socket)
                continue;
            var taken = lines.Select(l => "tell " + l).Append("over").All(m => Messages.Send(socket, m) && Messages.Receive(socket, (int)Courtesy.TotalMilliseconds).Text == "told");
            _ = Native.close(socket);
            if (taken)
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether none of these nodes has anything to tell of this build at the moment, so that nobody need wait until it ends. Each answers to this broker, or has one of its own, which is asked; of one where that is not
    /// so it is not known.
    /// </summary>
    /// <param name="nodes">The nodes.</param>
    public bool AreSilent(IReadOnlyList<int> nodes)
    {
        lock (_lock)
        {
            if (_isLost || IsJoined || Ask("silent?")?.Split(' ') is not ["yes", .. var joined])
                return false;
            foreach (var node in nodes)
            {
                if (Array.IndexOf(joined, node.ToString(CultureInfo.InvariantCulture)) < 0
                    && !(Knock(node) is { } socket && Say(socket, "silent?") is { } answer && answer.StartsWith("yes", StringComparison.Ordinal)))
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>What nodes left by <see cref="HandOver"/>, since the last time.</summary>
    /// <param name="ended">Is given the nodes that have left all.</param>
    /// <param name="others">Is given how many lines there were that nobody kept.</param>
    /// <returns>Lines; none where there are no more at the moment.</returns>
    public IReadOnlyList<string> TakeHandedOver(ICollection<int> ended, ref int others)
    {
        lock (_lock)
        {
            if (_isLost || IsJoined || Ask("told?")?.Split('\n') is not [var processes, var further, .. var lines])
                return [];
            foreach (var process in processes.Split(' '))
            {
                if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !ended.Contains(id))
                    ended.Add(id);
            }
            others += int.TryParse(further, NumberStyles.None, CultureInfo.InvariantCulture, out var more) ? more : 0;
            return lines;
        }
    }

    /// <summary>The build is over: what this process starts from here on gets the network, if the orders say so.</summary>
    public void End()
    {
        lock (_lock)
            _ = !_isLost && Messages.Send(_control, At("end"));
    }

    /// <summary>
    /// Seals this process, with a broker. Where it runs below a sealed process, it joins that one's broker, and is under its rule from then on as well as under its own.
    /// </summary>
    /// <param name="orders">What the seal is to do.</param>
    /// <param name="host">Full path of the <c>dotnet</c> program, which runs the broker where it is not there as machine code.</param>
    /// <param name="runtimeConfig">Full path of the runtime configuration that it runs with then.</param>
    /// <param name="session">The session; null where there is no seal, or one without a broker.</param>
    public static SealOutcome Start(SealOrders orders, string host, string runtimeConfig, out SealSession? session)
    {
        session = null;
        if (!OperatingSystem.IsLinux() || ProcessTable.Of(Environment.ProcessId) is not { } here)
            return Seal.Apply();
        if (Join(here, orders) is { } joined)
        {
            session = joined;
            return new(SealState.Sealed, null);
        }
        if (orders.After != NetworkAfterBuild.Nobody && AdoptsOrphans())
            return new(SealState.Unavailable, "this process takes in what others leave behind, as the first process of a container does, so it cannot tell its own programs from those of build code (docker run --init helps)");
        if (StartBroker(here, orders, host, runtimeConfig) is not { } broker)
            return WithoutBroker(orders, "its broker cannot be started");
        var outcome = Seal.Apply(asks: true, allThreads: true, out var listener);
        if (outcome.State != SealState.Sealed)
        {
            broker.End(kill: true);
            // A filter that asks nobody refuses; so nothing is lost by what got this far.
            return outcome.State == SealState.Unavailable ? WithoutBroker(orders, outcome.Problem!) : outcome;
        }
        var sent = Messages.Send(broker._control, "listener", listener);
        // From here on nothing in this process can answer for the seal.
        _ = Native.close(listener);
        session = broker;
        return sent ? outcome : new(SealState.Leaks, "the broker did not take the listener", outcome.Ended);
    }

    /// <summary>Whether this process is sealed already, as it is where a sealed process started it.</summary>
    public static bool IsSealed() => OperatingSystem.IsLinux() && Seal.Refuses();

    private static unsafe bool AdoptsOrphans()
    {
        int adopts;
        return Environment.ProcessId == 1 || Native.prctl(Subreaper, (ulong)&adopts, 0, 0, 0) != 0 || adopts != 0;
    }

    /// <summary>Where nobody gets the network back, nobody has to be asked.</summary>
    private static SealOutcome WithoutBroker(SealOrders orders, string problem) =>
        orders is { Report: false, After: NetworkAfterBuild.Nobody } ? Seal.Apply() : new(SealState.Unavailable, problem);

    private static string NameOf(ProcessLink process) => string.Create(CultureInfo.InvariantCulture, $"buildguard-seal-{process.Id}-{process.Started}");

    private static int? Knock(int process) => ProcessTable.Of(process) is { } link && Messages.Connect(NameOf(link)) is >= 0 and var socket ? socket : null;

    private static string? Say(int socket, string question)
    {
        var answer = Messages.Send(socket, question) ? Messages.Receive(socket, (int)Courtesy.TotalMilliseconds).Text : null;
        _ = Native.close(socket);
        return answer;
    }

    private static SealSession? Join(ProcessLink here, SealOrders orders)
    {
        // Who has no filter is below no seal. A node that a process started which has been sealed since need not wait for that one's broker.
        if (ProcessTable.Filters(here.Id) == 0)
            return null;
        foreach (var ancestor in ProcessTable.Chain(here, 1))
        {
            var name = NameOf(ancestor);
            var socket = Messages.Connect(name);
            if (socket < 0)
                continue;
            // Anybody can listen under a name. What counts is that the kernel refuses from now on.
            if (Messages.Send(socket, $"{At("join")} {orders.After}")
                && Messages.Receive(socket, (int)Patience.TotalMilliseconds).Text is var answer && (answer == "refuse" || (orders.Report && answer == "report"))
                && (orders.Report || Seal.Refuses()))
            {
                return new(socket, 0);
            }
            _ = Native.close(socket);
        }
        return null;
    }

    private static SealSession? StartBroker(ProcessLink here, SealOrders orders, string host, string runtimeConfig)
    {
        if (Messages.Pair() is not { } pair)
            return null;
        var name = NameOf(here);
        // Taken before anything else runs in this process, so that the name is the broker's and nobody else's.
        var door = Messages.Listen(name);
        var nothing = Native.open("/dev/null", Native.ReadWrite | Native.CloseOnExec);
        var library = typeof(SealSession).Assembly.Location;
        var native = Path.Combine(Path.GetDirectoryName(library)!, NativeBroker);
        // Nothing of the build's environment: not its start-up hooks, and no socket for diagnostics, by which others could run code in it.
        string[] environment = ["DOTNET_EnableDiagnostics=0", "DOTNET_gcConcurrent=0", "DOTNET_TieredPGO=0", "DOTNET_GCHeapHardLimit=0x4000000", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"];
        (int Process, int Error) Run(string[] program) =>
            ChildProcess.Start(program[0], [.. program, here.Id.ToString(CultureInfo.InvariantCulture), .. orders.ToArguments()], environment, new(pair.There, ControlFile), new(nothing, 1), new(nothing, 2), new(door, DoorFile));
        var (process, error) = (0, -1);
        if (door >= 0 && File.Exists(native))
            (process, error) = Run([native]);
        // Where that does not start, such as in a folder whose programs this user may not run, the same code does by .NET.
        if (door >= 0 && error != 0 && File.Exists(host) && File.Exists(runtimeConfig))
            (process, error) = Run([host, "exec", "--runtimeconfig", runtimeConfig, library]);
        _ = Native.close(pair.There);
        _ = Native.close(door);
        _ = Native.close(nothing);
        if (error == 0)
            return new(pair.Here, process);
        _ = Native.close(pair.Here);
        return null;
    }

    private static string At(string what) => string.Create(CultureInfo.InvariantCulture, $"{what} {Now()}");

    /// <summary>Asks the broker. One that does not answer is ended: a broker that somebody stopped must not outlive the build.</summary>
    private string? Ask(string question)
    {
        if (_isBeginning)
        {
            _isBeginning = false;
            if (Answer() != "begun")
                return _isLost ? null : Lost();
        }
        return Messages.Send(_control, question) ? Answer() : Lost();
    }

    private string? Answer()
    {
        while (true)
        {
            if (Hear((int)Patience.TotalMilliseconds) is not "" and var text)
                return text ?? Lost();
        }
    }

    /// <summary>Takes one message.</summary>
    /// <returns>An answer; "" for what the broker says by itself; null where nothing came, or the broker is gone.</returns>
    private string? Hear(int milliseconds)
    {
        var (text, file) = Messages.Receive(_control, milliseconds);
        switch (text)
        {
            case News:
                _hasNews = true;
                text = "";
                break;
            case BellFile when file >= 0:
                _ = Native.close(_bell);
                _bell = file;
                return "";
            // Without a file where this process can have no more of them. Then there is no bell, and the broker is asked every time.
            case BellFile or HomeFile:
                if (text == HomeFile && file >= 0 && _bell >= 0)
                    BellFiles.Place(_bell, file);
                _ = Native.close(_bell);
                _bell = -1;
                text = "";
                break;
        }
        _ = Native.close(file);
        return text;
    }

    private string? Lost()
    {
        _isLost = true;
        BellFiles.Clear();
        End(kill: true);
        return null;
    }

    private void End(bool kill)
    {
        _ = Native.close(_control);
        if (kill && _broker > 0)
            _ = Native.kill(_broker, Kill);
    }

    /// <summary>The time as the kernel tells it of a process's start: in hundredths of a second since the machine started.</summary>
    private static unsafe ulong Now()
    {
        var time = stackalloc long[2];
        return Native.clock_gettime(Boot, time) == 0 ? (ulong)((time[0] * 100) + (time[1] / 10_000_000)) : ulong.MaxValue;
    }
}
