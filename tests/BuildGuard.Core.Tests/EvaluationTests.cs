using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests;

[TestClass]
public sealed class EvaluationTests
{
    private static readonly PackageFacts Unsigned = Facts.Unsigned("Contoso.Util", "1.2.0");

    [TestMethod]
    public void APassCountsWhatItLookedAt()
    {
        var result = Evaluation.Run(Facts.Repo());
        Assert.AreEqual((0, 1, 1, 10, AllRules.List.Length, GuardMode.Enforce), (result.ExitCode, result.Projects, result.Packages, result.Files, result.Rules, result.Mode));
    }

    [TestMethod]
    public void AViolationIsOne() => Assert.AreEqual(1, Evaluation.Run(Facts.Repo().With(Unsigned)).ExitCode);

    [TestMethod]
    public void AWarningIsZero()
    {
        var result = Evaluation.Run(Facts.Repo().With(Unsigned).Policy("""{ "version": 1, "mode": "audit" }"""));
        Assert.AreEqual((0, 0, 1), (result.ExitCode, result.Errors, result.Warnings));
    }

    [TestMethod]
    [DataRow("{", "BG0001")]
    [DataRow("""{ "version": 1, "x": 1 }""", "BG0002")]
    [DataRow("""{ "version": 2 }""", "BG0003")]
    public void ABadPolicyCannotDecide(string policy, string code)
    {
        var result = Evaluation.Run(Facts.Repo().Policy(policy));
        Assert.AreEqual((2, code), (result.ExitCode, result.Codes()));
    }

    [TestMethod]
    public void MissingEvidenceOutweighsAViolation() =>
        Assert.AreEqual(2, Evaluation.Run(Facts.Repo().With(Unsigned).WithGap(new("x is missing", "Run: dotnet restore", new(Facts.Project)))).ExitCode);

    [TestMethod]
    public void TheGuardsOwnErrorsComeFirst()
    {
        CheckInput input = Facts.Repo().With(Unsigned, Facts.Unsigned("Alpha", "2.0.0")).NoLock()
            .Policy("""{ "version": 1, "gate": "required", "rules": { "BG1001": "warning" } }""")
            .Guarded(new() { Level = GuardLevel.PackageReference });
        var found = Evaluation.Run(input).Findings.Select(f => $"{f.Severity} {f.Finding.Code} {f.Finding.PackageId}".TrimEnd());
        Assert.AreEqual("Error BG0010, Error BG2001, Warning BG1001 Alpha, Warning BG1001 Contoso.Util", string.Join(", ", found));
    }

    [TestMethod]
    public void TheOrderOfTheGraphDoesNotShow()
    {
        PackageFacts[] packages = [Unsigned, Facts.Unsigned("Alpha", "2.0.0"), Facts.Unsigned("Alpha", "1.0.0")];
        Assert.AreSequenceEqual(Evaluation.Run(Facts.Repo().With(packages)).Findings.Select(f => f.Finding.What), Evaluation.Run(Facts.Repo().With([.. packages.Reverse()])).Findings.Select(f => f.Finding.What));
    }

    [TestMethod]
    // What BuildGuardMode asks for, whether on the command line, the policy's mode, and the mode in force.
    [DataRow(null, false, "enforce", GuardMode.Enforce)]
    [DataRow(null, false, "audit", GuardMode.Audit)]
    [DataRow("", false, "audit", GuardMode.Audit)]
    [DataRow("audit", false, "enforce", GuardMode.Enforce)]
    [DataRow("off", false, "enforce", GuardMode.Enforce)]
    [DataRow("off", false, "audit", GuardMode.Audit)]
    [DataRow("enforce", false, "audit", GuardMode.Enforce)]
    [DataRow(" Enforce ", false, "audit", GuardMode.Enforce)]
    [DataRow("audit", true, "enforce", GuardMode.Audit)]
    [DataRow("OFF", true, "enforce", GuardMode.Off)]
    [DataRow("enforce", true, "audit", GuardMode.Enforce)]
    [DataRow("0", true, "audit", GuardMode.Audit)]
    [DataRow("2", true, "enforce", GuardMode.Enforce)]
    public void AFileOnlyStrengthensAndTheCommandLineDecides(string? requested, bool commandLine, string policy, GuardMode expected) =>
        Assert.AreEqual(expected, Evaluation.ModeInForce(Facts.Repo().Policy($$"""{ "version": 1, "mode": "{{policy}}" }""").Mode(requested!, commandLine)));

    [TestMethod]
    public void WithoutAPolicyTheModeIsEnforce() => Assert.AreEqual(GuardMode.Enforce, Evaluation.ModeInForce(Facts.Repo().Policy("{").Mode("audit", fromCommandLine: false)));

    [TestMethod]
    public void OffChecksNothingAndSaysSo()
    {
        var result = Evaluation.Run(Facts.Repo().With(Unsigned).WithProjects().NoLock().Mode("off", fromCommandLine: true));
        Assert.AreEqual(("BG0007", 0, GuardMode.Off, 5), (result.Codes(), result.ExitCode, result.Mode, result.Rules));
    }

    [TestMethod]
    public void OffDoesNotExcuseAPolicyThatMightForbidIt()
    {
        var result = Evaluation.Run(Facts.Repo().Policy("{").Mode("off", fromCommandLine: true));
        Assert.AreEqual(2, result.ExitCode);
    }

    [TestMethod]
    public void OnlyTheWholeRepoIsWhole()
    {
        var repo = Facts.Repo();
        Assert.IsTrue(repo.Build().IsWholeRepo);
        Assert.IsFalse(repo.NoLock().Build().IsWholeRepo);
        Assert.IsFalse(repo.LockText("{").Build().IsWholeRepo);
        Assert.IsFalse(repo.Lock(l => l with { Projects = ["src/App/App.csproj", "src/Other/Other.csproj"] }).Build().IsWholeRepo);
        Assert.IsFalse(repo.WithProjects(new ProjectFacts(Facts.Project, "src/App/App.csproj") { IsComplete = false }).Build().IsWholeRepo);
        Assert.IsTrue(repo.Lock(l => l with { Projects = [] }).Build().IsWholeRepo);
    }

    [TestMethod]
    public void KnowsItsRules()
    {
        Assert.IsTrue(Evaluation.Knows("BG1001"));
        Assert.IsFalse(Evaluation.Knows("BG9999"));
        Assert.IsFalse(Evaluation.Knows("bg1001"));
    }

    [TestMethod]
    public void EvidenceThatIsNotThereCannotBeRead()
    {
        Assert.IsFalse(default(Evidence<string>).IsKnown);
        Assert.AreEqual("it was not looked at", default(Evidence<string>).Gap);
        Assert.ThrowsExactly<InvalidOperationException>(() => Evidence<string>.Missing("the file is missing").Value);
        Assert.AreEqual("", Evidence<string>.Of("x").Gap);
        Assert.AreEqual("missing: it was not looked at", default(Evidence<string>).ToString());
        Assert.Contains("Signature = missing: ", (Facts.Package("A", "1.0.0") with { Signature = default }).ToString());
    }
}
