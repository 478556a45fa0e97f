using BuildGuard.Core.Advisories;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using NuGet.Versioning;

namespace BuildGuard.Core.Rules;

/// <summary>BG3001: No package is on the policy's block list.</summary>
public sealed class PackagesMustNotBeBlocked : Rule
{
    private const string Relock = $"then dotnet restore and {ApprovalText.Lock}.";

    /// <inheritdoc/>
    public override string Code => "BG3001";

    /// <inheritdoc/>
    public override string Sentence => "No package is on the policy's block list.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        let entry = input.Policy.Block.FirstOrDefault(b => b.Id.Matches(package.Id) && (b.Versions is null || b.Versions.Satisfies(package.Version)))
        where entry is not null
        select About(package,
            $"{package.Id} {package.Version} is blocked by {entry.Location with { File = Path.GetFileName(entry.Location.File) }}: {Printable.Of(entry.Reason, 300).TrimEnd('.')}.",
            "The people who own the policy decided that this repo does not use it.",
            Fix(package, entry, isDependency: input.Graph.Packages.Contains(package)));

    private static string Fix(PackageFacts package, BlockEntry entry, bool isDependency)
    {
        if (isDependency && entry.Use is { } other && OtherVersion(other, package, entry) is { } version)
            return package.IsDirect ? FixAdvice.Pin(package, version.ToNormalizedString()) : Lift(package, version);
        return (entry.Use, package.IsDirect) switch
        {
            ({ } use, true) => $"Replace the reference by {Printable.Of(use, 100)}; {Relock}",
            ({ } use, false) => $"It comes in through {Through(package.DependencyPath)}: update or replace that (the policy suggests {Printable.Of(use, 100)}); {Relock}",
            (null, true) when entry.Versions is not null => $"Choose a version outside {entry.Versions.PrettyPrint()}, or remove the reference; {Relock}",
            (null, true) => $"Remove the reference; {Relock}",
            (null, false) => $"It comes in through {Through(package.DependencyPath)}: update or replace that; {Relock}",
        };
    }

    private static string Lift(PackageFacts package, NuGetVersion version)
    {
        var blocking = package.RequiredBy.FirstOrDefault(r => !r.Range.Satisfies(version));
        return $"It comes in through {Through(package.DependencyPath)}, and a reference of your own lifts it to {version.ToNormalizedString()}, which the policy suggests"
            + $"{(blocking is null ? "" : $", once you have updated {blocking.By}, which accepts only {blocking.Range.PrettyPrint()}")}. {FixAdvice.Pin(package, version.ToNormalizedString())}";
    }

    /// <summary>The version, where what to use instead is the same package in a version that the entry does not block: "Contoso.Util 2.0.0", whatever follows.</summary>
    private static NuGetVersion? OtherVersion(string use, PackageFacts package, BlockEntry entry) =>
        use.Split([' ', '/', '@'], StringSplitOptions.RemoveEmptyEntries) is [var id, var text, ..] && id.Equals(package.Id, StringComparison.OrdinalIgnoreCase)
        && NuGetVersion.TryParse(text, out var version) && entry.Versions?.Satisfies(version) == false ? version : null;

    private static string Through(IReadOnlyList<string> path) => path.Count > 1 ? path[1] : "another package";
}
