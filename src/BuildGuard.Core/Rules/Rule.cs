using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>
/// A sentence that a build must satisfy. A rule is a pure function from facts to findings; it neither reads anything nor decides how much a finding weighs.
/// The class is named as the sentence.
/// </summary>
public abstract class Rule
{
    /// <summary>The code, such as BG1001. It never changes its meaning.</summary>
    public abstract string Code { get; }

    /// <summary>The rule as a sentence, for reports.</summary>
    public abstract string Sentence { get; }

    /// <summary>The rule's name.</summary>
    public string Name => GetType().Name;

    /// <summary>Whether the rule needs a readable policy. The rules of the guard itself judge without one.</summary>
    public virtual bool NeedsPolicy => true;

    /// <summary>The findings.</summary>
    public abstract IEnumerable<Finding> Check(CheckInput input);

    /// <summary>A finding about the guard, the policy or the lock.</summary>
    protected Finding At(SourceLocation location, string what, string why, string fix) => new(Code, what, why, fix, location);

    /// <summary>A finding about a package.</summary>
    protected Finding About(PackageFacts package, string what, string why, string fix) => new(Code, what, why, fix, package.Reference)
    {
        PackageId = package.Id,
        PackageVersion = package.Version.ToNormalizedString(),
        DependencyPath = package.DependencyPath,
        PackageFolder = package.Folder,
    };
}
