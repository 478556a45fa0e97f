using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class EveryProjectMustBeGuardedTests : RuleTests<EveryProjectMustBeGuarded>
{
    protected override CheckInput Violation => Facts.Repo().Guarded(new() { Unguarded = [new("/repo/tools/Gen/Gen.csproj", "ImportDirectoryBuildProps is false")] });

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void NamesTheProjectAndTheReason() =>
        Says(Violation, "/repo/tools/Gen/Gen.csproj(1,1): error BG0011: Gen.csproj does not inherit BuildGuard: ImportDirectoryBuildProps is false.", "buildguard init", "Directory.Build.props");
}
