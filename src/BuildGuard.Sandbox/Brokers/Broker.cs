using System.Globalization;
using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// The process that answers for a seal: an unsealed child of the sealed process, started before it was sealed. It refuses, lets programs of the user through once the build is over, and keeps
/// a list of who tried. When it is gone the kernel refuses in its place, so whoever ends it wins nothing. It ends with the process that it serves.
/// </summary>
internal sealed unsafe class Broker(SealOrders orders, ProcessLink root, int control, int door)
{
    private const int MostGuests = 256;
    private const int MostThreads = 10_000;

    private readonly List<BuildingProcess> _building = [new(root, orders.After) { Bell = Bell.Make() }];
    private readonly Dictionary<BuildingProcess, Attempts> _attempts = [];
    // By socket: who is at the other end. A building process below the first keeps its entry in _building when its connection ends: losing it must not free anybody.
    private readonly Dictionary<int, BuildingProcess?> _guests = [];
    // Threads that were allowed once, by their own start: asking /proc for all ancestors at every socket would slow down an app.
    private readonly HashSet<(int Thread, ulong Started)> _allowed = [];
    private readonly RuntimeProbes _probes = new();
    private readonly HandedOver _handedOver = new();
    private readonly int _home = Native.open("/proc/self", Native.PathOnly | Native.CloseOnExec);
    private bool _isWhole;
    // In this build, by the first process and by others. Who took something may be about to tell it.
    private bool _hasFirstTaken;
    private bool _haveOthersTaken;
    private int _listener = -1;

    /// <summary>Serves until the sealed process is gone.</summary>
    public void Serve()
    {
        while (true)
        {
            PollFile[] files = [File(control), File(door), File(_listener), .. _guests.Keys.Select(File)];
            fixed (PollFile* f = files)
            {
                if (Native.Poll(f, (nuint)files.Length, -1) < 0)
                    continue;
            }
            // First: who was gone before the first process asked has left what it tried to that one.
            foreach (var gone in files[3..].Where(g => (g.Happened & Native.HungUp) != 0))
            {
                while (Hear(gone.File))
                    continue;
                Leave(gone.File);
            }
            if (files[0].Happened != 0 && !Hear(control))
                return;
            foreach (var guest in files[3..].Where(g => g.Happened != 0 && (g.Happened & Native.HungUp) == 0 && !Hear(g.File)))
                Leave(guest.File);
            // After the guests, which must not be taken for a new one that gets the number of one that left.
            if (files[1].Happened != 0)
                Welcome();
            // Last: whoever said before it asked that a build began is heard first.
            if ((files[2].Happened & Native.Readable) != 0)
            {
                if (Listener.Next(_listener) is { } question)
                    Answer(question);
            }
            // Nobody is left who could ask. A process that ends takes its filter down long before its sockets, and until then this would not wait for anything any more.
            else if (files[2].Happened != 0)
            {
                _ = Native.close(_listener);
                _listener = -1;
            }
        }
    }

    private static PollFile File(int file) => new() { File = file, Events = Native.Readable };

    private void Answer(in Question question)
    {
        // What /proc says of the caller holds for the answer: as long as the question stands, its caller is there and keeps its number; and an answer to no question is lost.
        var calls = SystemCalls.Here!;
        var thread = ProcessTable.Of(question.Thread);
        var allowed = thread is { } known && _allowed.Contains((known.Id, known.Started));
        if (!allowed)
        {
            var chain = ProcessTable.OfThread(question.Thread) is { } process ? ProcessTable.Chain(process, root.Id) : [];
            allowed = chain.Count > 0 && Decision.Allows(chain, _building, orders.TestRunner, ProcessTable.Arguments);
            if (!allowed)
                Note(question, calls, chain);
            // A building process is allowed in pauses only, so it is asked about every time.
            else if (thread is { } t && !_building.Exists(b => b.Process.Id == chain[0].Id))
                Remember(t);
        }
        Listener.Answer(_listener, question, allowed || orders.Report ? 0 : calls.RefusalOf(question.Call));
    }

    private void Remember(ProcessLink thread)
    {
        if (_allowed.Count > MostThreads)
            _allowed.Clear();
        _allowed.Add((thread.Id, thread.Started));
    }

    /// <summary>Keeps in mind who asked for a network socket. Netlink asks the kernel for the machine's addresses, which many harmless programs do, and other calls make no connection: they are refused in silence.</summary>
    private void Note(in Question question, SystemCalls calls, List<ProcessLink> chain)
    {
        var family = question.Argument & 0xFFFFFFFF;
        if (question.Call != calls.Socket || family is SealFilter.NetlinkSockets or SealFilter.UnixSockets)
            return;
        if (chain.Count > 0 && _probes.IsProbe(question, chain[0]))
            return;
        var owner = Decision.Owner(chain, _building) ?? _building[0];
        // Of one that is not connected any more, nobody would ask.
        if (owner != _building[0] && !_guests.ContainsValue(owner))
            owner = _building[0];
        if (!_attempts.TryGetValue(owner, out var attempts))
            _attempts.Add(owner, attempts = new());
        var program = chain.Count > 0 ? CommandLine.Of(ProcessTable.Arguments(chain[0].Id)) : "a process that had ended by then";
        var by = chain.Count > 1 && chain[0].Id != root.Id ? CommandLine.Of(ProcessTable.Arguments(chain[1].Id)) : "";
        // What the building process started has its folder from there; a task of its own may be in another by the time that its command is.
        var folder = chain.Count > 0 ? ProcessTable.Folder(chain[Math.Max(chain.FindIndex(c => c.Id == owner.Process.Id) - 1, 0)].Id) : "";
        owner.Bell?.Ring();
        attempts.Add(chain.Count > 0 ? chain[0].Id : 0, Kind(family, question.SecondArgument & 0xF), program, by, CommandLine.OneLine(folder));
        Announce(attempts, owner);
    }

    /// <summary>Says to the building process that there is something to ask for, before whoever tried gets its answer and can go on: so a process that hears nothing need not ask.</summary>
    private void Announce(Attempts attempts, BuildingProcess owner)
    {
        if (attempts.IsAnnounced)
            return;
        // One process can have more than one connection: with two versions of the guard in it, each joins.
        foreach (var (guest, builder) in _guests)
            attempts.IsAnnounced |= builder == owner && Messages.Send(guest, SealSession.News);
        attempts.IsAnnounced |= owner == _building[0] && Messages.Send(control, SealSession.News);
    }

    private static string Kind(ulong family, ulong type) => family switch
    {
        2 or 10 => (type switch { 1 => "TCP", 2 => "UDP", 3 => "raw IP", _ => "IP" }) + (family == 10 ? " over IPv6" : ""),
        17 => "raw network packets",
        _ => string.Create(CultureInfo.InvariantCulture, $"a socket of family {family}"),
    };

    /// <summary>Takes one message.</summary>
    /// <returns>False where the other end is gone.</returns>
    private bool Hear(int socket)
    {
        var (text, file) = Messages.Receive(socket, 0);
        if (text is null)
            return false;
        if (socket == control && file >= 0)
            _listener = file;
        else if (file >= 0)
            _ = Native.close(file);
        var builder = socket == control ? _building[0] : _guests[socket];
        var words = text.Split(' ');
        switch (words[0])
        {
            case "join" when builder is null && words.Length == 3 && ProcessTable.Of(Messages.Peer(socket)) is { } peer && Enum.TryParse<NetworkAfterBuild>(words[^1], out var after):
                _guests[socket] = Join(peer, Ticks(words[1]), after);
                // It counts as building from here on, whatever it was allowed before.
                _allowed.Clear();
                return Messages.Send(socket, orders.Report ? "report" : "refuse") && GiveBell(socket, _guests[socket]);
            case "begin":
                if (socket == control)
                {
                    _isWhole = false;
                    _hasFirstTaken = false;
                    _haveOthersTaken = false;
                    _handedOver.Begin();
                }
                builder?.Begin(Ticks(words[^1]));
                _allowed.Clear();
                return Messages.Send(socket, "begun") && GiveBell(socket, builder);
            case "end":
                builder?.End(Ticks(words[^1]));
                break;
            case "watch":
                return Messages.Send(socket, "here");
            case "whole" when socket == control:
                _isWhole = true;
                break;
            case "whole?":
                return Messages.Send(socket, _isWhole ? "yes" : "no");
            case "tell" when socket != control && Messages.User(socket) == Native.getuid():
                _handedOver.Tell(Messages.Peer(socket), text["tell ".Length..]);
                return Messages.Send(socket, "told");
            case "over" when socket != control && Messages.User(socket) == Native.getuid():
                _handedOver.End(Messages.Peer(socket));
                return Messages.Send(socket, "told");
            case "told?" when socket == control:
                return Messages.Send(socket, _handedOver.Take());
            case "silent?":
                return Messages.Send(socket, IsSilent(toFirst: socket == control) ? Joined() : "no");
            case "attempts":
                builder?.Bell?.Hush();
                if (builder is null || !_attempts.TryGetValue(builder, out var attempts))
                    return Messages.Send(socket, "0");
                _hasFirstTaken |= socket == control && !attempts.IsEmpty;
                _haveOthersTaken |= socket != control && !attempts.IsEmpty;
                return Messages.Send(socket, attempts.Take());
        }
        return true;
    }

    /// <summary>Gives a building process what it sees by that there is something to ask for, and that somebody is there to answer. One that does not get it asks every time.</summary>
    /// <returns>Always true.</returns>
    private bool GiveBell(int socket, BuildingProcess? builder)
    {
        if (builder?.Bell is { File: >= 0 } bell && _home >= 0 && Messages.Send(socket, SealSession.BellFile, bell.File))
            _ = Messages.Send(socket, SealSession.HomeFile, _home);
        return true;
    }

    /// <summary>Whether nobody who answers to this broker has anything to tell of this build that whoever asks does not know.</summary>
    /// <param name="toFirst">Whether the first process asks, which knows what it took, and takes what is its own.</param>
    private bool IsSilent(bool toFirst)
    {
        if (_haveOthersTaken || !_handedOver.IsEmpty || (_hasFirstTaken && !toFirst))
            return false;
        foreach (var (owner, attempts) in _attempts)
        {
            if (!attempts.IsEmpty && !(toFirst && owner == _building[0]))
                return false;
        }
        return true;
    }

    /// <summary>The building processes below the first that are connected, after the word yes.</summary>
    private string Joined()
    {
        var text = "yes";
        foreach (var builder in _guests.Values)
        {
            if (builder is not null)
                text += string.Create(CultureInfo.InvariantCulture, $" {builder.Process.Id}");
        }
        return text;
    }

    private BuildingProcess Join(ProcessLink peer, ulong now, NetworkAfterBuild after)
    {
        foreach (var gone in _building.FindAll(b => b != _building[0] && ProcessTable.Of(b.Process.Id)?.Started != b.Process.Started))
        {
            _building.Remove(gone);
            gone.Bell?.Dispose();
        }
        var builder = _building.Find(b => b.Process == peer);
        if (builder is null)
            _building.Add(builder = new(peer, after) { Bell = Bell.Make() });
        builder.Begin(now);
        return builder;
    }

    private static ulong Ticks(string word) => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? ticks : ulong.MaxValue;

    private void Welcome()
    {
        var guest = Messages.Accept(door);
        if (guest < 0)
            return;
        if (_guests.Count < MostGuests)
            _guests.Add(guest, null);
        else
            _ = Native.close(guest);
    }

    private void Leave(int guest)
    {
        // What nobody asked for any more is told to the first process, which outlives the others.
        if (_guests.Remove(guest, out var builder) && builder is not null && _attempts.Remove(builder, out var attempts))
        {
            if (!_attempts.TryGetValue(_building[0], out var mine))
                _attempts.Add(_building[0], mine = new());
            mine.TakeOver(attempts);
            if (!mine.IsEmpty)
                _building[0].Bell?.Ring();
            Announce(mine, _building[0]);
        }
        _ = Native.close(guest);
    }
}
