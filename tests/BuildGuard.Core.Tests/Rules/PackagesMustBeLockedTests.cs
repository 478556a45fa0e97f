using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustBeLockedTests : RuleTests<PackagesMustBeLocked>
{
    protected override CheckInput Violation => Facts.Repo().Lock(l => l with { Packages = [Facts.Locked("Serilog", "4.2.0")] });

    protected override CheckInput Compliance => Facts.Repo().Lock(l => l with { Packages = [l.Packages[0] with { Id = "SERILOG" }] });

    [TestMethod]
    public void NamesTheVersionThatTheLockHas() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG2001: Serilog 4.3.0 is not in the lock, which has 4.2.0.", "Run: buildguard lock");

    [TestMethod]
    public void APackageThatTheLockDoesNotKnowAtAll() =>
        Says(Facts.Repo().Lock(l => l with { Packages = [] }), "/repo/Directory.Packages.props(12,5): error BG2001: Serilog 4.3.0 is not in the lock.", "Run: buildguard lock");

    [TestMethod]
    public void WithoutALockThereIsOneFinding()
    {
        CheckInput input = Facts.Repo().NoLock();
        Says(input, "/repo/buildguard.json(1,1): error BG2001: There is no lock file buildguard.lock.json.", "buildguard lock", "-t:BuildGuardLock");
        Assert.AreEqual("BG2001", Evaluation.Run(input).Codes());
    }

    [TestMethod]
    public void ALockThatCannotBeReadIsNotAnEmptyOne() => Silent(Facts.Repo().LockText("[]"));
}
