using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>Words that the rules about files and approvals share.</summary>
internal static class ApprovalText
{
    private const int MaxFiles = 5;

    /// <summary>"a, b and c".</summary>
    public static string And(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";

    /// <summary>The first few of a list, and how many more there are.</summary>
    public static string Files(IEnumerable<string> files)
    {
        var all = files.ToList();
        var shown = string.Join(", ", all.Take(MaxFiles).Select(f => Printable.Of(f, 120)));
        return all.Count > MaxFiles ? $"{shown} and {all.Count - MaxFiles:N0} more" : shown;
    }

    /// <summary>How some kinds of a package are approved. An approval is recorded in the lock, so a package has to be in it first.</summary>
    public static string Approve(CheckInput input, PackageFacts package, IEnumerable<string> kinds) =>
        $"{(input.Lock.Lock?.FindDownloaded(package.Id, package.Version) is null ? $"Run {Lock}, which shows what it changes in trust. Then look at it" : "Look at it")} and approve it: buildguard approve {package.Id} --reason \"…\" ({Unasked}). It adds to \"buildScripts.allow\" in {Path.GetFileName(input.Document.Path)}: "
        + $"{{ \"id\": \"{package.Id}\", \"kinds\": [ {string.Join(", ", kinds.Select(k => $"\"{k}\""))} ], \"reason\": \"…\" }}, and the hash of what you saw to the lock.";

    /// <summary>What a command needs in CI and in scripts.</summary>
    public const string Unasked = "add --yes where nobody can be asked";

    /// <summary>How a lock is written.</summary>
    public const string Lock = $"buildguard lock ({Unasked})";

    /// <summary>How a lock takes in a project that no solution names.</summary>
    /// <param name="path">Its path, from the policy's folder.</param>
    public static string LockOf(string path) => $"buildguard lock {Printable.Of(path)} ({Unasked})";

    /// <summary>A hash, short enough for a message.</summary>
    public static string Short(string hash) => hash[..Math.Min(hash.Length, 19)] + "…";
}
