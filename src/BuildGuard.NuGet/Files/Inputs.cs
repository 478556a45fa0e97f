using System.Collections.Concurrent;

namespace BuildGuard.NuGet.Files;

/// <summary>How much of a path a check has looked at.</summary>
[Flags]
internal enum Look
{
    /// <summary>Whether it is a file, a folder or nothing.</summary>
    Kind = 1,

    /// <summary>What it holds: the bytes of a file, the names in a folder. Links are followed.</summary>
    Content = 2,

    /// <summary>As <see cref="Content"/>, of the path itself, also where it is a link.</summary>
    Link = 4,
}

/// <summary>
/// Notes every path that a check looks at, also those where nothing was: what comes later must find all of them as they were. <see cref="Disk"/>, <see cref="StrongStat"/> and
/// <see cref="BoundedFile"/> note what goes through them, and the compiler refuses other ways to the disk in code that a check runs (BannedSymbols.txt).
/// </summary>
internal sealed class Inputs
{
    private static readonly AsyncLocal<Inputs?> Current = new();

    private readonly ConcurrentDictionary<(string Path, bool FollowsLinks), (Look Look, bool Exists)> _seen = new();

    private volatile bool _changed;

    private Inputs()
    {
    }

    /// <summary>When the recording began. What changed later, or within the clock's last tick before, may have been seen in two states.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>The paths and how they were looked at, sorted; null where one came or went meanwhile, so that there is no one state that the check has seen.</summary>
    public IReadOnlyList<(string Path, Look Look, bool Exists)>? Seen =>
        _changed ? null : [.. _seen.Select(s => (s.Key.Path, s.Value.Look, s.Value.Exists)).OrderBy(s => s.Path, StringComparer.Ordinal)];

    /// <summary>Whether what this flow of execution looks at is noted.</summary>
    public static bool AreRecorded => Current.Value is not null;

    /// <summary>Starts to note what this flow of execution, and all that it starts, looks at.</summary>
    public static Inputs Record() => Current.Value = new();

    /// <summary>Stops noting.</summary>
    /// <returns>What was noted; null where nothing was recorded.</returns>
    public static Inputs? Stop()
    {
        var inputs = Current.Value;
        Current.Value = null;
        return inputs;
    }

    /// <summary>Notes a path.</summary>
    /// <param name="path">Any path; a relative one starts from the working folder.</param>
    /// <param name="look">What is looked at.</param>
    /// <param name="exists">Whether something is there, where the caller knows it.</param>
    public static void Note(string path, Look look, bool? exists = null)
    {
        // A text that is no path leads nowhere, and the framework says so.
        if (Current.Value is { } inputs && path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal))
            inputs.Add(Path.IsPathFullyQualified(path) ? path : Path.GetFullPath(path), look, exists);
    }

    private void Add(string path, Look look, bool? known)
    {
        var key = (path, FollowsLinks: look != Look.Link);
        var exists = known ?? StrongStat.Ask(path, key.FollowsLinks) is not null;
        var now = _seen.AddOrUpdate(key, (look, exists), (_, old) => (old.Look | look, old.Exists));
        if (now.Exists != exists)
            _changed = true;
    }
}
