using BuildGuard.Core;
using BuildGuard.Core.Advisories;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Network;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.Cli;

/// <summary><c>buildguard lock</c></summary>
internal static class LockCommand
{
    // A lock is made from complete evidence of intact packages, and nobody agrees to one that is malicious, younger than the policy accepts, named like another, or from elsewhere. What else is wrong with a package does not change what its bytes are.
    private static readonly string[] Blocking = ["BG0001", "BG0002", "BG0003", "BG0006", "BG0008", "BG0009", "BG1003", "BG2007", "BG3002", "BG3005", "BG3006", "BG3007"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string? path, string? policy, bool yes, bool askFeeds, CancellationToken cancel)
    {
        if (Shell.Find(path, policy) is not { } scope)
            return Shell.Undecided;
        var input = Shell.Work("Reading packages", progress => CheckRun.Gather(new()
        {
            Folder = scope.Folder,
            PolicyFile = policy is null ? null : Path.GetFullPath(policy),
            Projects = Shell.WithLocked(scope, policy),
            Guard = new() { Subject = scope.Target },
            Today = Shell.Today,
            Progress = progress,
        }, cancel));
        if (askFeeds)
        {
            (input, var notes) = await FeedDates.AskAsync(input, Patience, cancel);
            foreach (var note in notes)
                Shell.Say($"Note: {note}");
        }
        // A lock that cannot be read is what this command is there to replace, once a person has seen it.
        var broken = input.Lock.Problem;
        if (Shell.Refuses(broken is null ? input : input with { Lock = new(input.Lock.Path, null, null) }, Blocking) is { } refused)
            return refused;
        if (broken is not null)
            Shell.Say($"{broken.Location}: {broken.What} It will be written anew; compare it with the last version in version control.");
        return Write(input, From(input), yes);
    }

    /// <summary>The lock that describes what was read, with what the lock before it knew.</summary>
    public static LockFile From(CheckInput input) =>
        PackageSources.Record(AdvisoryMatching.Remember(LockWriter.From(input.Graph, input.Lock.Lock ?? LockFile.Empty), input), input);

    /// <summary>Shows what changes in trust, asks where that is possible, and writes.</summary>
    /// <param name="input">Policy, graph, and the lock as it was.</param>
    /// <param name="after">The lock as it will be.</param>
    public static int Write(CheckInput input, LockFile after, bool yes)
    {
        var path = input.Lock.Path;
        var changes = TrustDiff.Between(input.Lock.Lock ?? LockFile.Empty, after, SignerNames.Of(input));
        if (input.Lock.IsAbsent)
        {
            var entries = after.Packages.Concat(after.Packs).Concat(after.Sdks).Concat(after.Tools).ToList();
            var unsigned = entries.Count(p => p.Signer is null);
            Shell.Say($"{Path.GetFileName(path)}: {Summary.Downloads(after.Packages.Length, after.Packs.Length, after.Sdks.Length, after.Tools.Length)} of {Summary.Count(after.Projects.Length, "project")}, {Summary.Count(entries.Select(p => p.Signer).Where(s => s is not null).Distinct().Count(), "signer")}, {unsigned} unsigned.");
        }
        else
        {
            Say(changes.OrderByDescending(c => c.Kind == TrustChangeKind.Alarm));
            if (changes.Count(c => c.Kind == TrustChangeKind.Alarm) is var alarms and > 0)
                Shell.Say($"{Summary.Count(alarms, "change")} of trust (!): know the reason for each before you accept it.");
            if (changes.IsEmpty)
                Shell.Say($"{Path.GetFileName(path)}: no package, signer or owner changed.");
        }
        // A lock approves nothing by itself, so these are no reason to ask. They are what the next build will say.
        if (input.Document.Policy is not null)
            Say(TrustDiff.Unapproved(input with { Lock = new(path, after, null) }));
        if (!input.Lock.IsAbsent && changes.Length > 0 && !yes)
        {
            if (!Shell.CanAsk)
            {
                Shell.Error(null, "Nobody is there to confirm these changes, so nothing was written.", "Look at the list, then run: buildguard lock --yes");
                return Shell.Violations;
            }
            if (!Shell.Ask("Write the lock?"))
            {
                Shell.Say("Nothing was written.");
                return Shell.Violations;
            }
        }
        try
        {
            Shell.Say(LockFiles.Save(path, after) ? $"Wrote {path}" : $"{path} was already up to date.");
            return Shell.Passed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Shell.Error("BG0009", $"{path} cannot be written ({e.Message.TrimEnd('.')}); the old lock is untouched.", "Make the folder writable and run the command again.");
            return Shell.Undecided;
        }
    }

    private static void Say(IEnumerable<TrustChange> changes)
    {
        foreach (var change in changes)
            Shell.Say($"  {Mark(change.Kind)} {Printable.Of(change.Subject)}: {change.Detail}");
    }

    private static string Mark(TrustChangeKind kind) => kind switch
    {
        TrustChangeKind.Added => "+",
        TrustChangeKind.Removed => "-",
        TrustChangeKind.Updated => "~",
        _ => "!",
    };
}
