using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class FilesOfToolsMustBeApprovedTests : RuleTests<FilesOfToolsMustBeApproved>
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    protected override CheckInput Violation => Left(Hash);

    protected override CheckInput Compliance => Left(Hash).Policy(Naming("EntityFrameworkCore.targets", Hash.ToUpperInvariant()));

    [TestMethod]
    public void GivesTheEntryToPaste() =>
        Says(Violation, "/repo/src/App/obj/App.csproj.EntityFrameworkCore.targets: error BG4010: App.csproj has a file EntityFrameworkCore.targets in obj that neither restore wrote nor the policy names.", $"\"toolFiles\": [ {{ \"name\": \"EntityFrameworkCore.targets\", \"sha256\": [ \"{Hash}\" ]");

    [TestMethod]
    public void AnotherHashOrAnotherNameIsNotApproved()
    {
        Only(Left(Hash).Policy(Naming("EntityFrameworkCore.targets", new string('0', 64))));
        Only(Left(Hash).Policy(Naming("Other.targets", Hash)));
    }

    [TestMethod]
    public void AFileThatCannotBeReadHasNoHashToPaste() => Assert.DoesNotContain("sha256", Only(Left(null)).Finding.Fix);

    [TestMethod]
    public void WhereTheGateLeavesItOutItIsAWarning()
    {
        Assert.AreEqual(Severity.Warning, Only(Left(Hash).Guarded(new() { HasGate = true })).Severity);
        Assert.AreEqual(Severity.Error, Only(Left(Hash).Guarded(new() { HasGate = true }).Policy("""{ "version": 1, "rules": { "BG4010": "error" } }""")).Severity);
    }

    private static Facts Left(string? hash) => Facts.Repo().WithProjects(new ProjectFacts(Facts.Project, "src/App/App.csproj")
    {
        ToolFiles = [new("/repo/src/App/obj/App.csproj.EntityFrameworkCore.targets", "EntityFrameworkCore.targets", hash)],
    });

    private static string Naming(string name, string hash) =>
        $$"""{ "version": 1, "buildScripts": { "toolFiles": [ { "name": "{{name}}", "sha256": [ "{{hash}}" ], "reason": "dotnet-ef" } ] } }""";
}
