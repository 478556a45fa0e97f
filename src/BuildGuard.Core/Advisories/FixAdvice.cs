using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Advisories;

/// <summary>Says how a vulnerable version is left: the smallest fixed version that the graph accepts, and the line of XML that asks for it.</summary>
internal static class FixAdvice
{
    /// <summary>Sentences with the exact line. What versions a feed has is not known offline; the versions that advisories call fixed are.</summary>
    /// <param name="match">The matter.</param>
    /// <param name="input">Advisories and graph.</param>
    public static string For(AdvisoryMatch match, CheckInput input)
    {
        var package = match.Package;
        var affected = input.Advisories.Standing(input.Today).SelectMany(a => a.Affected).Where(a => a.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase)).ToList();
        var fixes = affected.SelectMany(a => a.Spans).Where(s => s is { IncludesTo: false, To: not null }).Select(s => s.To!)
            .Where(v => v > package.Version && !affected.Exists(a => a.Includes(v))).Distinct().OrderBy(v => v.IsPrerelease && !package.Version.IsPrerelease).ThenBy(v => v).ToList();
        var through = package.IsDirect || package.DependencyPath.Length < 2 ? "" : $"It comes in through {package.DependencyPath[1]}. ";
        if (fixes.Count == 0)
        {
            var last = affected.Where(a => a.Includes(package.Version)).SelectMany(a => a.Spans).Where(s => s.IncludesTo && s.Includes(package.Version)).Max(s => s.To);
            return through + (last is null ? "No fixed version is known" : $"No fixed version is known, only that versions up to {last.ToNormalizedString()} are affected") + $": replace the package, or decide to live with it: {IgnoreEntry(match)}";
        }
        var accepted = fixes.Find(v => package.RequiredBy.All(r => r.Range.Satisfies(v)));
        var version = (accepted ?? fixes[0]).ToNormalizedString();
        var blocking = accepted is null ? package.RequiredBy.First(r => !r.Range.Satisfies(fixes[0])) : null;
        var which = blocking is null ? $"The smallest fixed version that the graph accepts is {version}" : $"The smallest fixed version is {version}, but {blocking.By} accepts only {blocking.Range.PrettyPrint()}: update that first, then use it";
        return $"{through}{which}. {Pin(package, version)}";
    }

    private static string Pin(PackageFacts package, string version)
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
