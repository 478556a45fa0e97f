using BuildGuard.Core.Findings;
using NuGet.Versioning;

namespace BuildGuard.Core.Rules;

/// <summary>BG2007: The package inside is the package that was asked for.</summary>
public sealed class PackageIdentityMustMatch : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2007";

    /// <inheritdoc/>
    public override string Sentence => "The package inside is the package that was asked for.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Downloaded
        where package.Nuspec.IsKnown
        let inside = package.Nuspec.Value
        where !inside.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase)
            || !NuGetVersion.TryParse(inside.Version, out var version) || version != package.Version
        select About(package,
            $"{package.Id} {package.Version} calls itself {Printable.Of(inside.Id, 100)} {Printable.Of(inside.Version, 60)} inside.",
            "One package in the place of another is how a feed or a cache is poisoned.",
            $"Do not build with it. Delete {package.Folder ?? "its folder under the packages folder"}, and ask who runs the feed it came from ({Printable.Of(package.Source ?? "not recorded", 200)}).");
}
