using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG3008: In allow-list mode, every package is on the list.</summary>
public sealed class PackagesMustBeAllowed : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG3008";

    /// <inheritdoc/>
    public override string Sentence => "In allow-list mode, every package is on the list.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Policy.Allow is not { } list)
            return [];
        return from package in input.Graph.Packages
               where !list.Any(a => a.Id.Matches(package.Id) && (a.Versions is null || a.Versions.Satisfies(package.Version)))
               select About(package,
                   $"{package.Id} {package.Version} is not on the policy's allow list.",
                   "The policy accepts only the packages that it names.",
                   $"Have it reviewed, then add to \"allow\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"versions\": \"[{package.Version}]\" }}");
    }
}
