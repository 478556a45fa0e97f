using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG2004: The lock speaks of this repo as it is now.</summary>
public sealed class LockMustBeCurrent : Rule
{
    private const string Relock = $"Run: {ApprovalText.Lock}, and check the file in.";

    /// <inheritdoc/>
    public override string Code => "BG2004";

    /// <inheritdoc/>
    public override string Sentence => "The lock speaks of this repo as it is now.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Lock.Lock is not { } locked)
            yield break;
        // A traversal project without packages has nothing that a lock could hold, and no solution names it.
        foreach (var project in input.Graph.Projects.Where(p => !locked.Projects.Contains(p.RelativePath, StringComparer.Ordinal) && (p.NamesPackages || !LeadsToOthers(p))))
        {
            yield return At(new(project.Path, 1, 1),
                $"{project.RelativePath} is not in the lock.",
                "The lock must name every project, or a check could not tell a part of the repo from the whole.",
                LeadsToOthers(project) ? $"Run: {ApprovalText.LockOf(project.RelativePath)}, and check the file in." : Relock);
        }
        foreach (var finding in input.Graph.Apps.Where(a => !input.Graph.Projects.Any(p => p.RelativePath == a.RelativePath)).SelectMany(a => OfApp(a, locked)))
            yield return finding;
        foreach (var project in input.Graph.VanishedProjects)
        {
            yield return At(new(input.Lock.Path),
                $"The lock names the project {Printable.Of(project)}, which does not exist.",
                "A lock that waits for a project that never comes could not tell which of its entries nothing uses.",
                Relock);
        }
        var names = SignerNames.Of(input);
        foreach (var package in input.Graph.Downloaded)
        {
            if (TrustMustNotDowngrade.ChangeOf(input, package, names) is { IsDowngrade: false } change && Differences(change, package.Signature.Value) is { Count: > 0 } differences)
            {
                yield return About(package,
                    $"The lock's entry of {package.Id} {package.Version} does not say what the package's signature says: {string.Join(", ", differences)}.",
                    "Whoever reviews the lock must be able to believe what it says of signers, owners and age.",
                    $"If somebody edited the lock, take it from version control. If the package was signed anew, or an older BuildGuard wrote the entry, run: {ApprovalText.Lock}, which shows what changes in trust, and check the file in.")
                with
                { Location = change.Before.Location ?? new(input.Lock.Path) };
            }
        }
        if (!input.IsWholeRepo)
            yield break;
        // Only a check from the command line looks for every file that can name an SDK.
        foreach (var entry in locked.Sdks.Where(e => input.Guard.Level == GuardLevel.CommandLine && !input.Graph.SdkReferences.Any(r => r.Version == e.Version && r.Name.Equals(e.Id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"The lock holds the MSBuild SDK {entry.Key}, which nothing names.",
                "An SDK that is locked but unused would be accepted without review when it comes back.",
                Relock);
        }
        foreach (var entry in locked.Tools.Where(e => input.Guard.Level == GuardLevel.CommandLine && !input.Graph.ToolReferences.Any(r => r.Version == e.Version && r.Name.Equals(e.Id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"The lock holds the tool {entry.Key}, which no manifest names.",
                "A tool that is locked but unused would be accepted without review when it comes back.",
                Relock);
        }
        foreach (var entry in locked.Packages.Where(e => !input.Graph.Packages.Any(p => p.Version == e.Version && p.Id.Equals(e.Id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"The lock holds {entry.Key}, which nothing uses.",
                "A package that is locked but unused would be accepted without review when it comes back.",
                Relock);
        }
    }

    private static bool LeadsToOthers(ProjectFacts project) => project.Path.EndsWith(".proj", StringComparison.OrdinalIgnoreCase);

    /// <summary>An app is restored by whoever runs it; where nobody did, its text is all there is to judge.</summary>
    private IEnumerable<Finding> OfApp(AppFacts app, LockFile locked)
    {
        var fix = $"Run: dotnet restore {app.RelativePath}, then {ApprovalText.Lock}, and check the file in.";
        if (!locked.Projects.Contains(app.RelativePath, StringComparer.Ordinal))
        {
            yield return At(app.Packages[0].Location,
                $"The app {Printable.Of(app.RelativePath, 200)} names packages ({ApprovalText.Files(app.Packages.Select(p => p.Id))}) and is not in the lock.",
                "Whoever runs it gets packages that nobody has seen in a review.",
                fix);
            yield break;
        }
        // What a property names only a restore knows.
        foreach (var package in app.Packages.Where(p => IdPattern.IsValid(p.Id) && !locked.Packages.Any(l => l.Id.Equals(p.Id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return At(package.Location,
                $"The app {Printable.Of(app.RelativePath, 200)} names {package.Id}, which the lock does not hold.",
                "Whoever runs it gets a package that nobody has seen in a review.",
                fix);
        }
    }

    /// <summary>What is newer in the package than in the lock, or was edited there. A change for the worse is BG1006.</summary>
    private static List<string> Differences(SignatureChange change, SignatureFacts signature)
    {
        var entry = change.Before;
        var differences = new List<string>();
        if (entry.Signer != change.Signer)
            differences.Add($"signer (lock: {Short(entry.Signer)}, package: {Short(change.Signer)})");
        if (change.OwnersDiffer)
            differences.Add($"owners (lock: {Names(entry.Owners)}, package: {Names(change.Owners)})");
        var published = LockWriter.PublishedOf(signature);
        if (entry.Published != published)
            differences.Add($"published (lock: {Day(entry.Published)}, package: {Day(published)})");
        return differences;
    }

    private static string Short(string? signer) => signer is null ? "none" : ApprovalText.Short(signer);

    private static string Names(ImmutableArray<string> owners) => owners.IsEmpty ? "none" : Printable.Of(string.Join(" + ", owners), 120);

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "none";
}
