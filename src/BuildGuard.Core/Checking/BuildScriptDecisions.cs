using System.Collections.Immutable;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core;

/// <summary>What policy and lock say of one kind of build script of one package.</summary>
/// <param name="Package">The package.</param>
/// <param name="Script">The kind and its content as it is now.</param>
public sealed record BuildScriptDecision(PackageFacts Package, BuildScript Script)
{
    /// <summary>Whether an entry of the policy approves this kind for this id.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Whether the lock holds the package with these very bytes. Where it does not, BG2001 or BG2002 speaks.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The hash of the content that was approved, as the lock records it; null where it records none.</summary>
    public string? ApprovedHash { get; init; }

    /// <summary>False where a build file of the package cannot be read, so that nobody can say what its build files do.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>Whether a build can use the package's libraries without this. A type provider is a library: the F# compiler runs whatever it is given to reference.</summary>
    public bool CanBeExcluded => Script.Kind != "analyzers" || !Package.Traits.Value.Any(t => t.Kind == BuildTraitKind.TypeProvider);

    /// <summary>Whether people approved the kind for this package, and its content is what they approved.</summary>
    public bool IsApproved => IsNamed && IsReadable && ApprovedHash == Script.Hash;
}

/// <summary>Kinds of one package that must not get into a build.</summary>
/// <param name="Package">The package.</param>
/// <param name="Kinds">The kinds, in the order of <see cref="BuildScripts.Kinds"/>.</param>
public sealed record DeniedBuildScripts(PackageFacts Package, ImmutableArray<string> Kinds);

/// <summary>Holds what packages run in a build against the approvals. The rules and the gate both ask here, so that they cannot differ.</summary>
public static class BuildScriptDecisions
{
    /// <summary>
    /// Build files import and load each other and whatever lies beside them. Of these kinds a build takes all or none: approved targets
    /// would load the tasks that nobody approved.
    /// </summary>
    private static readonly ImmutableArray<string> Imported = ["props", "targets", "tasks", "tools"];

    /// <summary>Whether a kind comes into a build by the import of build files, and so only together with the others that do.</summary>
    public static bool IsImported(string kind) => Imported.Contains(kind);

    /// <summary>Every kind that every package runs in a build, with what is decided about it. A package whose files are not known has none (BG0008).</summary>
    /// <param name="input">What is judged, with a policy that could be read.</param>
    public static ImmutableArray<BuildScriptDecision> Of(CheckInput input) => [.. input.Graph.Packages.SelectMany(p => Of(input, p))];

    /// <summary>The kinds of one package.</summary>
    public static IEnumerable<BuildScriptDecision> Of(CheckInput input, PackageFacts package)
    {
        var locked = input.Lock.Lock?.Find(package.Id, package.Version);
        var approvals = input.Policy.BuildScripts.Where(b => b.Id.Matches(package.Id)).ToList();
        var readable = !HasUnreadable(package);
        return from script in BuildScripts.Of(package)
               orderby BuildScripts.Kinds.IndexOf(script.Kind)
               select new BuildScriptDecision(package, script)
               {
                   IsNamed = approvals.Any(a => a.Kinds.Contains(script.Kind)),
                   IsLocked = locked is not null && package.ContentHash.IsKnown && locked.ContentHash == "sha512-" + package.ContentHash.Value,
                   ApprovedHash = locked?.BuildScripts.GetValueOrDefault(script.Kind),
                   IsReadable = readable || !IsImported(script.Kind),
               };
    }

    /// <summary>
    /// What the gate leaves out where the policy says "exclude": kinds without an approval, with other content than was approved, or that cannot be read.
    /// Empty where the policy lets everything run.
    /// </summary>
    public static ImmutableArray<DeniedBuildScripts> Denied(CheckInput input)
    {
        if (!input.Policy.BuildScriptsNeedApproval)
            return [];
        return [.. from package in input.Graph.Packages
                   let decisions = Of(input, package).ToList()
                   let anyImported = decisions.Any(d => IsImported(d.Script.Kind) && !d.IsApproved)
                   let kinds = decisions.Where(d => !d.IsApproved || (anyImported && IsImported(d.Script.Kind))).Select(d => d.Script.Kind).ToImmutableArray()
                   where kinds.Length > 0
                   select new DeniedBuildScripts(package, kinds)];
    }

    /// <summary>Whether a package gives a build files that cannot be read.</summary>
    public static bool HasUnreadable(PackageFacts package) =>
        package.Traits.IsKnown && BuildScripts.TakesBuildFiles(package) && package.Traits.Value.Any(t => t.Kind == BuildTraitKind.Unreadable);
}
