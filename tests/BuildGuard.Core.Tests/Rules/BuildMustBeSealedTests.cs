using BuildGuard.Core.Findings;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class BuildMustBeSealedTests : RuleTests<BuildMustBeSealed>
{
    private static readonly GuardFacts Unsealed = new()
    {
        Subject = "/repo/src/App/App.csproj",
        HasGate = true,
        SealTroubles = [new("only Linux has a way to take the network from a process and its children", "Build on Linux 5.9 or newer, on x64 or arm64, where nothing forbids seccomp.")],
    };

    protected override CheckInput Violation => Facts.Repo().Guarded(Unsealed);

    protected override CheckInput Compliance => Facts.Repo().Policy("""{ "version": 1, "network": { "build": "deny", "whenUnavailable": "fail" } }""").Guarded(Unsealed with { SealTroubles = [] });

    [TestMethod]
    public void SaysWhyAndWhatToDo() =>
        Says(Violation, "/repo/src/App/App.csproj: error BG4006: This build is not sealed: only Linux has a way to take the network from a process and its children.",
            "Build on Linux", "\"whenUnavailable\": \"warn\"");

    [TestMethod]
    public void ASealThatLeaksIsNoMatterOfThePolicy()
    {
        CheckInput input = Facts.Repo().Policy("""{ "version": 1, "network": { "whenUnavailable": "warn" } }""").Guarded(Unsealed with { SealTroubles = [new("its broker is gone", "Build again.") { Leaks = true }] });
        Assert.AreEqual(Severity.Error, Only(input).Severity);
        Assert.AreEqual("Build again.", Only(input).Finding.Fix);
    }

    [TestMethod]
    public void AWarningWhereThePolicyLetsItBe() =>
        Assert.AreEqual(Severity.Warning, Only(Facts.Repo().Policy("""{ "version": 1, "network": { "whenUnavailable": "warn" } }""").Guarded(Unsealed)).Severity);

    /// <summary>What the gate's words and the nodes of a build go by is what the rule says.</summary>
    [TestMethod]
    [DataRow("fail", "", false)]
    [DataRow("warn", "", true)]
    [DataRow("warn", ", \"rules\": { \"BG4006\": \"error\" }", false)]
    [DataRow("warn", ", \"rules\": { \"BG4007\": \"error\" }", true)]
    public void AnErrorAgainWhereThePolicyRaisesIt(string whenUnavailable, string rules, bool goesOn)
    {
        CheckInput input = Facts.Repo().Policy($$"""{ "version": 1, "network": { "whenUnavailable": "{{whenUnavailable}}" }{{rules}} }""").Guarded(Unsealed);
        Assert.AreEqual(goesOn, input.Policy.BuildsUnsealed);
        Assert.AreEqual(goesOn ? Severity.Warning : Severity.Error, Only(input).Severity);
    }

    [TestMethod]
    [DataRow("deny", true)]
    [DataRow("report", true)]
    [DataRow("allow", false)]
    [DataRow(null, false)]
    public void WithoutTheGateAPolicyThatAsksForTheSealAsksInVain(string? build, bool found)
    {
        foreach (var level in Enum.GetValues<GuardLevel>())
        {
            var input = Facts.Repo().Policy($$"""{ "version": 1, "network": { {{(build is null ? "" : $"\"build\": \"{build}\"")}} } }""").Guarded(new() { Level = level });
            Assert.HasCount(found ? 1 : 0, Evaluation.Run(input).Of(Code));
            if (found)
                Says(input, "/repo/buildguard.json(1,39): error BG4006: The policy wants builds without network, but only the gate can seal a build, and it is not installed: there is no .buildguard/Gate.props.", "buildguard init");
        }
    }
}
