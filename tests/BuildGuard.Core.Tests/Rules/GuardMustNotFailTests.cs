using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class GuardMustNotFailTests : RuleTests<GuardMustNotFail>
{
    protected override CheckInput Violation => Facts.Repo().Guarded(new() { Failures = ["NuGet.Packaging 8.0.0 could not be loaded."] });

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void CannotDecide()
    {
        Says(Violation, "/repo/App.sln: error BG0009: BuildGuard failed: NuGet.Packaging 8.0.0 could not be loaded.", "buildguard check --format json");
        Assert.AreEqual(2, Evaluation.Run(Violation).ExitCode);
    }

    [TestMethod]
    public void JudgesWithoutAPolicy() => Assert.Contains("BG0009", Evaluation.Run(((Facts)Facts.Repo().Guarded(new() { Failures = ["x."] })).Policy("{")).Codes());

    [TestMethod]
    public void AnExceptionCannotWriteToTheTerminal() =>
        Says(Facts.Repo().Guarded(new() { Failures = ["a\u001b[2J\r\nb"] }), @"/repo/App.sln: error BG0009: BuildGuard failed: a\u001b[2J\u000d\u000ab");
}
