using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class EveryProjectMustBeGuardedTests : RuleTests<EveryProjectMustBeGuarded>
{
    private const string Gen = "/repo/tools/Gen/Gen.csproj";

    protected override CheckInput Violation => Unguarded(new(Gen, "/repo/tools/Directory.Build.props hides the repo's own Directory.Build.props and does not import it")
    {
        Fix = "Run: buildguard init, which adds the import to nested files, or import the parent's file at the top of this one.",
    });

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void NamesTheProjectAndTheReason() =>
        Says(Unguarded(new(Gen, "ImportDirectoryBuildProps is false")), $"{Gen}(1,1): error BG0011: Gen.csproj does not inherit BuildGuard: ImportDirectoryBuildProps is false.", "buildguard init", "Directory.Build.props");

    [TestMethod]
    public void PointsAtTheLineThatCausesIt() =>
        Says(Unguarded(new(Gen, "ImportDirectoryBuildProps is false") { Fix = "Remove ImportDirectoryBuildProps.", Location = new(Gen, 4, 5) }),
            $"{Gen}(4,5): error BG0011: Gen.csproj does not inherit BuildGuard: ImportDirectoryBuildProps is false.", "Remove ImportDirectoryBuildProps.");

    private static CheckInput Unguarded(UnguardedProject project) => Facts.Repo().Guarded(new() { Unguarded = [project] });
}
