using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG2004: The lock speaks of this repo as it is now.</summary>
public sealed class LockMustBeCurrent : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2004";

    /// <inheritdoc/>
    public override string Sentence => "The lock speaks of this repo as it is now.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Lock.Lock is not { } locked)
            yield break;
        foreach (var project in input.Graph.Projects.Where(p => !locked.Projects.Contains(p.RelativePath, StringComparer.Ordinal)))
        {
            yield return At(new(project.Path, 1, 1),
                $"{project.RelativePath} is not in the lock.",
                "The lock must name every project, or a check could not tell a part of the repo from the whole.",
                "Run: buildguard lock, and check the file in.");
        }
        foreach (var project in input.Graph.VanishedProjects)
        {
            yield return At(new(input.Lock.Path),
                $"The lock names the project {Printable.Of(project)}, which does not exist.",
                "A lock that waits for a project that never comes could not tell which of its entries nothing uses.",
                "Run: buildguard lock, and check the file in.");
        }
        if (!input.IsWholeRepo)
            yield break;
        foreach (var entry in locked.Packages.Where(e => !input.Graph.Packages.Any(p => p.Version == e.Version && p.Id.Equals(e.Id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"The lock holds {entry.Key}, which nothing uses.",
                "A package that is locked but unused would be accepted without review when it comes back.",
                "Run: buildguard lock, and check the file in.");
        }
    }
}
