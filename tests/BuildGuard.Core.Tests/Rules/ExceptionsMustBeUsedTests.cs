using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ExceptionsMustBeUsedTests : RuleTests<ExceptionsMustBeUsed>
{
    private const string Tolerates = """
        {
          "version": 1,
          "signatures": {
            "packages": [
              { "id": "Contoso.*", "unsigned": true, "reason": "internal feed" }
            ]
          }
        }
        """;

    private const string Scripts = """{ "version": 1, "buildScripts": { "allow": [ { "id": "Old.*", "kinds": [ "scripts" ], "reason": "r" } ] } }""";

    protected override CheckInput Violation => Facts.Repo().Policy(Tolerates);

    protected override CheckInput Compliance => Facts.Repo().Policy(Tolerates).With(Facts.Unsigned("Contoso.Util", "1.2.0"));

    private protected override Severity DefaultSeverity => Severity.Warning;

    [TestMethod]
    public void PointsAtTheEntry() =>
        Says(Violation, "/repo/buildguard.json(5,7): warning BG0004: The exception for \"Contoso.*\" in \"signatures.packages\" matches nothing that needs it.", "Remove the entry", "internal feed");

    [TestMethod]
    public void APackageThatIsSignedByNowNeedsNoException() =>
        Says(Facts.Repo().Policy(Tolerates).With(Facts.Package("Contoso.Util", "1.2.0")),
            "/repo/buildguard.json(5,7): warning BG0004: The exception for \"Contoso.*\" in \"signatures.packages\" matches nothing that needs it.");

    [TestMethod]
    public void APackageThatCannotBeReadMayNeedIt()
    {
        var unread = Facts.Package("Contoso.Util", "1.2.0") with { Signature = Evidence<SignatureFacts>.Missing("the file is missing") };
        Assert.AreEqual("BG0008", Evaluation.Run(Facts.Repo().Policy(Tolerates).With(unread)).Codes());
    }

    [TestMethod]
    public void AnEntryInTheShadowOfALongerOneIsUnused() =>
        Says(Facts.Repo().With(Facts.Unsigned("Contoso.Util", "1.2.0")).Policy("""
            { "version": 1, "signatures": { "packages": [
              { "id": "Contoso.*", "unsigned": true, "reason": "a" },
              { "id": "Contoso.Util", "unsigned": true, "reason": "b" } ] } }
            """),
            "/repo/buildguard.json(2,3): warning BG0004: The exception for \"Contoso.*\" in \"signatures.packages\" matches nothing that needs it.");

    [TestMethod]
    public void AnApprovalOfScriptsThatNobodyShipsIsUnused()
    {
        Says(Facts.Repo().Policy(Scripts).With(Facts.Package("Old.Lib", "1.0.0")),
            "/repo/buildguard.json(1,46): warning BG0004: The exception for \"Old.*\" in \"buildScripts.allow\" matches nothing that needs it.");
        Silent(Facts.Repo().Policy(Scripts).With(Facts.Package("Old.Lib", "1.0.0") with { Entries = Evidence<System.Collections.Immutable.ImmutableArray<string>>.Of(["tools/init.ps1"]) }));
    }

    [TestMethod]
    public void AnApprovalIsUsedWhereSomeKindOfItRuns()
    {
        const string policy = """{ "version": 1, "buildScripts": { "default": "allow", "allow": [ { "id": "Old.*", "kinds": [ "targets", "tools" ], "reason": "r" } ] } }""";
        var package = Facts.Running("Old.Lib", "1.0.0", "build/Old.Lib.targets");
        Silent(Facts.Repo().Policy(policy).With(package));
        Only(Facts.Repo().Policy(policy).With(package with { TakenIntoBuild = [] }));
        Only(Facts.Repo().Policy(policy).With(Facts.Running("Old.Lib", "1.0.0", "analyzers/a.dll")));
        Only(Facts.Repo().Policy(policy).With(Facts.Package("Old.Lib", "1.0.0") with { Entries = Evidence<System.Collections.Immutable.ImmutableArray<string>>.Of(["tools/init.ps1"]) }));
        Silent(Facts.Repo().Policy(policy).With(package with { Files = default }));
        Silent(Facts.Repo().Policy(policy).With(package with { Traits = default }));
    }

    [TestMethod]
    public void SilentWhereOnlyAPartOfTheRepoWasLookedAt()
    {
        var part = Facts.Repo().Policy(Tolerates).Lock(l => l with { Projects = ["src/App/App.csproj", "src/Other/Other.csproj"] });
        Silent(part);
        Silent(Facts.Repo().Policy(Tolerates).NoLock());
    }

    [TestMethod]
    public void SilentWhereAProjectCouldNotBeRead() =>
        Silent(Facts.Repo().Policy(Tolerates).WithProjects(new ProjectFacts(Facts.Project, "src/App/App.csproj") { IsComplete = false }));

    [TestMethod]
    public void ExceptionsOfASharedPolicyMayBeUnused()
    {
        CheckInput input = Facts.Repo().Policy(Tolerates);
        var shared = Facts.ReadPolicy(Tolerates, "/repo/policies/org.json");
        Silent(input with { Document = shared with { Path = Facts.PolicyPath } });
    }

    [TestMethod]
    public void ABlockEntryThatMatchesNothingDoesItsJob() =>
        Silent(Facts.Repo().Policy("""{ "version": 1, "block": [ { "id": "Evil.*", "reason": "r" } ] }"""));
}
