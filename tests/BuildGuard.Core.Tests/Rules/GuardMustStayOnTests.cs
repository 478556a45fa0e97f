using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class GuardMustStayOnTests : RuleTests<GuardMustStayOn>
{
    protected override CheckInput Violation => Facts.Repo().Mode("off", fromCommandLine: false);

    protected override CheckInput Compliance => Facts.Repo().Mode("enforce", fromCommandLine: false);

    [TestMethod]
    public void AFileCannotWeaken()
    {
        Says(Violation, "/repo/App.sln: error BG0007: BuildGuardMode=off is set by a project file, a package or the environment; it has no effect.", "-p:BuildGuardMode");
        Assert.AreEqual(GuardMode.Enforce, Evaluation.Run(Violation).Mode);
    }

    [TestMethod]
    public void TheCommandLineWeakensLoudly()
    {
        CheckInput input = Facts.Repo().Mode("audit", fromCommandLine: true);
        Says(input, "/repo/App.sln: warning BG0007: BuildGuardMode=audit on the command line weakens the policy for this build.", "\"rules\": { \"BG0007\": \"error\" }");
        Assert.Contains("only a warning", Only(input).Finding.Why);
        Assert.Contains("says nothing", Only(Facts.Repo().Mode("off", fromCommandLine: true)).Finding.Why);
        Assert.AreEqual(0, Evaluation.Run(input).ExitCode);
    }

    [TestMethod]
    public void ThePolicyCanForbidEvenThat()
    {
        CheckInput input = Facts.Repo().Policy("""{ "version": 1, "rules": { "BG0007": "error" } }""").Mode("off", fromCommandLine: true);
        Says(input, "/repo/App.sln: error BG0007: BuildGuardMode=off on the command line weakens the policy for this build.");
        Assert.AreEqual(1, Evaluation.Run(input).ExitCode);
    }

    [TestMethod]
    [DataRow("of")]
    [DataRow("\u001b[2J")]
    public void AModeThatIsNoneIsNotObeyed(string mode)
    {
        CheckInput input = Facts.Repo().Mode(mode, fromCommandLine: true);
        Says(input, $"/repo/App.sln: error BG0007: BuildGuardMode is \"{Printable.Of(mode)}\", which is no mode.", "enforce, audit or off");
        Assert.AreEqual(GuardMode.Enforce, Evaluation.Run(input).Mode);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("  ")]
    [DataRow("ENFORCE")]
    public void SilentWhereNothingIsWeakened(string? mode) => Silent(Facts.Repo().Mode(mode!, fromCommandLine: false));
}
