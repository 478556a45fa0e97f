using System.Collections.Immutable;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.NuGet.Authoring;

/// <summary>What <c>buildguard approve</c> is asked for.</summary>
/// <param name="Id">The package.</param>
/// <param name="Kinds">The kinds; empty for everything that is not approved yet.</param>
/// <param name="Reason">Why; null where it was not given.</param>
/// <param name="Expires">Last day; null for none.</param>
public sealed record ApprovalRequest(string Id, ImmutableArray<string> Kinds, string? Reason, DateOnly? Expires);

/// <summary>What an approval comes to: what is approved, and what changes in policy and lock. Pure: nothing is read or written.</summary>
public sealed record ApprovalPlan
{
    private const string Scripts = "scripts";

    /// <summary>What is approved, with what stood against it.</summary>
    public ImmutableArray<BuildScriptDecision> Decisions { get; private init; } = [];

    /// <summary>Packages whose install scripts are approved. That approval is not bound to content.</summary>
    public ImmutableArray<PackageFacts> WithScripts { get; private init; } = [];

    /// <summary>The entry that the policy needs; null where what is there says it already.</summary>
    public PolicyApproval? Entry { get; private init; }

    /// <summary>The lock with the content approved; null where it does not change.</summary>
    public LockFile? Lock { get; private init; }

    /// <summary>That there is nothing to approve, as a sentence; null where there is something.</summary>
    public string? Nothing { get; private init; }

    /// <summary>Why it cannot be done, and what to do about it; null where it can.</summary>
    public (string What, string Fix)? Problem { get; private init; }

    /// <summary>Works out what a request comes to.</summary>
    /// <param name="input">Policy, lock and graph, all readable.</param>
    /// <param name="request">The request.</param>
    public static ApprovalPlan Of(CheckInput input, ApprovalRequest request)
    {
        if (request.Id.Contains('*', StringComparison.Ordinal))
            return Failed("An approval names one package, never a pattern.", "Name the packages one by one; each is worth a look of its own.");
        var packages = input.Graph.Packages.Where(p => p.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase)).ToList();
        if (packages.Count == 0)
        {
            var near = Nearest.All(request.Id, input.Graph.Packages.Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase)).Take(3).ToList();
            return Failed($"No project uses a package {Printable.Of(request.Id, 100)}.", near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : "Name a package as the lock does, after dotnet restore.");
        }
        if (input.Lock.Lock is not { } locked || packages.Find(p => locked.Find(p.Id, p.Version) is null) is not null)
            return Failed($"{packages[0].Id} is not in the lock, and an approval is recorded there.", "Run: buildguard lock, which shows what changes in trust; then approve.");
        var all = packages.SelectMany(p => BuildScriptDecisions.Of(input, p)).ToList();
        var scripted = packages.Where(p => p.Entries.IsKnown && PackageScriptsMustNotShip.ScriptsOf(p).Any()).ToList();
        var known = all.Select(d => d.Script.Kind).Concat(scripted.Select(_ => Scripts)).Distinct().ToList();
        if (request.Kinds.FirstOrDefault(k => !known.Contains(k)) is { } absent)
        {
            return Failed($"{packages[0].Id} has nothing of the kind {Printable.Of(absent, 40)}.",
                known.Count == 0 ? "It runs nothing, so it needs no approval." : $"What it has: {string.Join(", ", known)}.");
        }
        return Of(input, request, packages[0].Id, all, scripted, locked);
    }

    private static ApprovalPlan Of(CheckInput input, ApprovalRequest request, string id, List<BuildScriptDecision> all, List<PackageFacts> scripted, LockFile locked)
    {
        var own = input.Policy.BuildScripts.FirstOrDefault(b => b.Id.Text.Equals(id, StringComparison.OrdinalIgnoreCase));
        var decisions = request.Kinds.IsEmpty ? all.Where(d => !d.IsApproved).ToList() : [.. all.Where(d => request.Kinds.Contains(d.Script.Kind))];
        var scripts = request.Kinds.Contains(Scripts);
        var says = request.Reason is not null || request.Expires is not null;
        // A reason alone is what somebody writes who has looked at what "init" let in.
        if (decisions.Count == 0 && says && own is not null)
            decisions = [.. all.Where(d => own.Kinds.Contains(d.Script.Kind))];
        if (decisions.Count == 0 && !scripts)
            return new() { Nothing = Idle(id, all, scripted) };

        if (decisions.Find(d => !d.IsReadable) is { Package: var unreadable })
            return Failed($"{unreadable.Id} {unreadable.Version} has build files that cannot be read, so nobody can have seen what they do.", "Run: buildguard explain BG4001");

        var missing = decisions.Where(d => !d.IsNamed).Select(d => d.Script.Kind)
            .Concat(scripts && !input.Policy.BuildScripts.Any(b => b.Id.Matches(id) && b.Kinds.Contains(Scripts)) ? [Scripts] : [])
            .Distinct().ToImmutableArray();
        var changed = decisions.Where(d => d.ApprovedHash != d.Script.Hash).ToList();
        if (missing.IsEmpty && changed.Count == 0 && !(says && own is not null))
            return new() { Nothing = Idle(id, all, scripted) };
        if (missing.Length > 0 && own is null && string.IsNullOrWhiteSpace(request.Reason))
            return Failed($"An approval of {id} needs a reason.", $"Run: buildguard approve {id} --reason \"why this repo needs it, and what you looked at\"");
        return new()
        {
            Decisions = [.. decisions],
            WithScripts = scripts ? [.. scripted] : [],
            Entry = missing.Length > 0 || (says && own is not null) ? new(own?.Id.Text ?? id, missing, ReasonFor(own, missing, request.Reason), request.Expires) : null,
            Lock = changed.Count > 0 ? LockWriter.Approve(locked, changed.Select(d => (d.Package, d.Script))) : null,
        };
    }

    /// <summary>What somebody wrote about the kinds that were approved before stays, when others are approved beside them.</summary>
    private static string? ReasonFor(BuildScriptApproval? own, ImmutableArray<string> added, string? reason) =>
        reason is null || own is null || added.IsEmpty || own.Exemption.Reason.Contains(reason, StringComparison.Ordinal) ? reason : $"{own.Exemption.Reason.TrimEnd('.')}. {reason}";

    private static string Idle(string id, List<BuildScriptDecision> all, List<PackageFacts> scripted)
    {
        var kinds = all.Select(d => d.Script.Kind).Distinct().ToList();
        var text = kinds.Count == 0 ? $"{id} runs nothing in a build." : $"Everything that {id} runs in a build is approved already: {string.Join(", ", kinds)}.";
        return scripted.Count == 0 ? text : $"{text} It ships install scripts, which are approved by --kinds scripts.";
    }

    private static ApprovalPlan Failed(string what, string fix) => new() { Problem = (what, fix) };
}
