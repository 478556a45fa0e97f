using BuildGuard.Core.Advisories;
using CsCheck;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Advisories;

[TestClass]
public sealed class AffectedVersionsTests
{
    private static readonly Gen<NuGetVersion> Version = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool, (major, minor, pre) => NuGetVersion.Parse($"{major}.{minor}.0{(pre ? "-a" : "")}"));

    private static readonly Gen<NuGetVersion?> Bound = Gen.Select(Version, Gen.Int[0, 4], (version, n) => n == 0 ? null : version);

    private static readonly Gen<AffectedPackage> Entry = Gen.Select(
        Gen.Select(Bound, Bound, Gen.Bool, (from, to, includes) => new VersionSpan(from, to, includes)).Array[0, 4], Version.Array[0, 2], (spans, versions) => new AffectedPackage("A", [.. spans], [.. versions]));

    // Joined, they say what each of them says.
    [TestMethod]
    public void AnyEntriesAreAsOne() => Gen.Select(Entry.Array[0, 5], Version).Sample((entries, version) =>
    {
        var affected = new AffectedVersions(entries);
        return affected.Include(version) == entries.Any(e => e.Includes(version))
            && affected.Fixes.SequenceEqual(entries.SelectMany(e => e.Spans).Where(s => s is { IncludesTo: false, To: not null }).Select(s => s.To!).Distinct().Where(v => !entries.Any(e => e.Includes(v))).Order());
    });

    // A database may hold as many records of one package as of all: what costs the square of them would not end.
    [TestMethod]
    public void ThirtyThousandRecordsOfOnePackageAreJudged()
    {
        const int records = 30_000;
        var all = Enumerable.Range(0, records).Select(i => new Advisory($"X-{i}") { Aliases = [$"Y-{i / 2}"], Severity = AdvisorySeverity.High, Affected = [new("Serilog", [new(null, new(5, i, 0), false)], [])] }).ToArray();
        var found = Evaluation.Run(Facts.Repo().With(Facts.Package("Serilog", "4.3.0")).WithAdvisories(all)).Of("BG3003");
        Assert.HasCount(records / 2, found);
        Assert.Contains($"The smallest fixed version that the graph accepts is 5.{records - 1}.0", found[0].Finding.Fix);
    }
}
