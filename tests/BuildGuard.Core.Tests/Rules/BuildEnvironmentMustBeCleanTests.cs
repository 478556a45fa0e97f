using BuildGuard.Core.Findings;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class BuildEnvironmentMustBeCleanTests : RuleTests<BuildEnvironmentMustBeClean>
{
    protected override CheckInput Violation => Troubled(new("/repo/App.sln"));

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void PointsWhereTheTroubleIs() =>
        Says(Troubled(new("/repo/Directory.Build.rsp", 3, 1)), "/repo/Directory.Build.rsp(3,1): error BG4009: The environment sets DOTNET_STARTUP_HOOKS.", "unset DOTNET_STARTUP_HOOKS");

    [TestMethod]
    [DataRow("warning", Severity.Warning)]
    [DataRow("error", Severity.Error)]
    public void ThePolicyDecidesHowMuchItWeighs(string set, Severity expected) =>
        Assert.AreEqual(expected, Only(Troubled(new("/repo/App.sln")).Policy($$"""{ "version": 1, "rules": { "BG4009": "{{set}}" } }""")).Severity);

    private static Facts Troubled(SourceLocation at) => Facts.Repo().Guarded(new()
    {
        Environment =
        [
            new("The environment sets DOTNET_STARTUP_HOOKS.",
                "The .NET runtime loads the code that it names into every dotnet process: MSBuild, the compiler and BuildGuard itself.",
                "Take it out of the environment: unset DOTNET_STARTUP_HOOKS. If this machine cannot do without it, write \"rules\": { \"BG4009\": \"warning\" } in the policy.",
                at),
        ],
    });
}
