using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Advisories;

/// <summary>Says how vulnerable versions are left: the smallest fixed version that the graph accepts, and the line of XML that asks for it.</summary>
/// <param name="input">Advisories and graph.</param>
internal sealed class FixAdvice(CheckInput input)
{
    private readonly ILookup<string, AffectedPackage> _entries = input.Advisories.Standing(input.Today).SelectMany(a => a.Affected).ToLookup(a => a.Id, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AffectedVersions> _affected = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<PackageFacts, (string Text, bool IsFixed)> _said = new(ReferenceEqualityComparer.Instance);

    /// <summary>Sentences with the exact line. What versions a feed has is not known offline; the versions that advisories call fixed are.</summary>
    public string For(AdvisoryMatch match)
    {
        if (!_said.TryGetValue(match.Package, out var said))
            _said[match.Package] = said = Say(match.Package);
        return said.IsFixed ? said.Text : said.Text + IgnoreEntry(match);
    }

    private (string Text, bool IsFixed) Say(PackageFacts package)
    {
        if (!_affected.TryGetValue(package.Id, out var affected))
            _affected[package.Id] = affected = new([.. _entries[package.Id]]);
        var fixes = affected.Fixes.Where(v => v > package.Version).OrderBy(v => v.IsPrerelease && !package.Version.IsPrerelease).ToList();
        var through = package.IsDirect || package.DependencyPath.Length < 2 ? "" : $"It comes in through {package.DependencyPath[1]}. ";
        if (fixes.Count == 0)
        {
            var last = _entries[package.Id].Where(a => a.Includes(package.Version)).SelectMany(a => a.Spans).Where(s => s.IncludesTo && s.Includes(package.Version)).Max(s => s.To);
            return (through + (last is null ? "No fixed version is known" : $"No fixed version is known, only that versions up to {last.ToNormalizedString()} are affected") + ": replace the package, or decide to live with it: ", false);
        }
        var accepted = fixes.Find(v => package.RequiredBy.All(r => r.Range.Satisfies(v)));
        var version = (accepted ?? fixes[0]).ToNormalizedString();
        var blocking = accepted is null ? package.RequiredBy.First(r => !r.Range.Satisfies(fixes[0])) : null;
        var which = blocking is null ? $"The smallest fixed version that the graph accepts is {version}" : $"The smallest fixed version is {version}, but {blocking.By} accepts only {blocking.Range.PrettyPrint()}: update that first, then use it";
        return ($"{through}{which}. {Pin(package, version)}", true);
    }

    /// <summary>The line of XML that asks for a version, and where it belongs, as a sentence.</summary>
    public static string Pin(PackageFacts package, string version)
    {
        var project = package.DependencyPath.Length > 0 ? package.DependencyPath[0] : "the project";
        var central = $"<PackageVersion Include=\"{package.Id}\" Version=\"{version}\" />";
        return (package.VersionPlace, package.IsDirect) switch
        {
            (VersionPlace.Project, true) => $"In {Path.GetFileName(package.Reference.File)}: <PackageReference Include=\"{package.Id}\" Version=\"{version}\" />",
            (VersionPlace.Project, false) => $"Add to {project}: <PackageReference Include=\"{package.Id}\" Version=\"{version}\" />",
            (VersionPlace.Central, false) => $"Add to Directory.Packages.props: {central} and to {project}: <PackageReference Include=\"{package.Id}\" />",
            (_, true) => $"In Directory.Packages.props: {central}",
            _ => $"Add to Directory.Packages.props: {central}",
        } + ", then dotnet restore and buildguard lock.";
    }

    private static string IgnoreEntry(AdvisoryMatch match) =>
        $"add to \"advisories\".\"ignore\": {{ \"id\": \"{match.Id}\", \"package\": \"{match.Package.Id}\", \"reason\": \"…\", \"expires\": \"YYYY-MM-DD\" }}";
}
