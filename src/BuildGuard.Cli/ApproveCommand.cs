using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.Cli;

/// <summary><c>buildguard approve</c>: shows what a package would run, then records that somebody approved it.</summary>
internal static class ApproveCommand
{
    // Without these nothing can be decided at all.
    private static readonly string[] Blocking = ["BG0001", "BG0002", "BG0003", "BG0006", "BG0008", "BG0009"];

    // Of the package itself: it is not what it claims to be, or what a build would use is not what would be approved.
    private static readonly string[] BlockingOfPackage = ["BG1003", "BG1006", "BG2002", "BG2003", "BG2007", "BG4008"];

    public static int Run(string id, string? kinds, string? reason, string? expires, string? policy, bool yes, CancellationToken cancel)
    {
        if (Parse(id, kinds, reason, expires) is not { } request || Shell.Find(null, policy) is not { } scope)
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
        if (Shell.Refuses(input, Blocking) is { } undecided)
            return undecided;
        var plan = ApprovalPlan.Of(input, request);
        if (plan.Problem is { } problem)
        {
            Shell.Error(null, problem.What, problem.Fix);
            return Shell.Violations;
        }
        if (Shell.Refuses(input, f => BlockingOfPackage.Contains(f.Code) && id.Equals(f.PackageId, StringComparison.OrdinalIgnoreCase)) is { } refused)
            return refused;
        if (plan.Nothing is not null)
        {
            Shell.Say(plan.Nothing);
            return Shell.Passed;
        }
        foreach (var line in ApprovalReview.Of(plan))
            Shell.Say(line);
        return Write(input, plan, yes);
    }

    private static ApprovalRequest? Parse(string id, string? kinds, string? reason, string? expires)
    {
        ImmutableArray<string> names = [.. (kinds ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        if (names.FirstOrDefault(k => !PolicyShape.BuildScriptKinds.Contains(k)) is { } unknown)
        {
            Shell.Error(null, $"\"{Printable.Of(unknown, 40)}\" is not a kind of build script.", $"The kinds are {string.Join(", ", PolicyShape.BuildScriptKinds)}.");
            return null;
        }
        if (reason is not null && (string.IsNullOrWhiteSpace(reason) || reason.Length > 2000))
        {
            Shell.Error(null, "The reason is empty or longer than 2,000 characters.", "Write one sentence: why this repo needs it, and what you looked at.");
            return null;
        }
        var end = expires is null ? null : PolicyShape.ParseDate(expires);
        if (expires is not null && (end is null || end < Shell.Today))
        {
            Shell.Error(null, $"\"{Printable.Of(expires, 40)}\" is not a day to come.", "Write it as YYYY-MM-DD.");
            return null;
        }
        return new(id.Trim(), names, reason, end);
    }

    private static int Write(CheckInput input, ApprovalPlan plan, bool yes)
    {
        byte[]? policy = null;
        if (plan.Entry is { } entry)
        {
            var edit = PolicyEdit.Approve(input.Document, entry);
            if (edit.Bytes is null)
            {
                Shell.Error(null, $"{edit.Problem} Nothing was written.",
                    $"Write the entry into \"buildScripts.allow\" by hand, then run the command again: {entry.Json}");
                return Shell.Violations;
            }
            policy = edit.Bytes;
            Shell.Say($"{Path.GetFileName(input.Document.Path)} gets the approval of {(entry.Kinds.IsEmpty ? "what is listed there" : string.Join(", ", entry.Kinds))} for {entry.Id}{(entry.Reason is null ? "" : $": {Printable.Of(entry.Reason, 200)}")}");
        }
        if (plan.Lock is not null)
            Shell.Say($"{Path.GetFileName(input.Lock.Path)} gets the hash of its {string.Join(", ", plan.Decisions.Where(d => d.ApprovedHash != d.Script.Hash).Select(d => d.Script.Kind).Distinct())}.");
        if (!yes)
        {
            if (!Shell.CanAsk)
            {
                Shell.Error(null, "Nobody is there to confirm this, so nothing was written.", "Look at the list, then run the command again with --yes.");
                return Shell.Violations;
            }
            if (!Shell.Ask("Approve this?"))
            {
                Shell.Say("Nothing was written.");
                return Shell.Violations;
            }
        }
        try
        {
            // Half of it approves nothing: without the entry BG4001 speaks, without the hash BG4002.
            if (plan.Lock is not null && LockFiles.Save(input.Lock.Path, plan.Lock))
                Shell.Say($"Wrote {input.Lock.Path}");
            if (policy is not null && AtomicFile.Write(input.Document.Path, policy))
                Shell.Say($"Wrote {input.Document.Path}");
            Shell.Say("Check in what was written, and have the diff reviewed.");
            return Shell.Passed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Shell.Error("BG0009", $"A file cannot be written ({e.Message.TrimEnd('.')}); no file was left half written.", "Make the folder writable and run the command again.");
            return Shell.Undecided;
        }
    }
}
