using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class SomethingMustBeCheckedTests : RuleTests<SomethingMustBeChecked>
{
    protected override CheckInput Violation => Facts.Repo().WithProjects().With();

    protected override CheckInput Compliance => Facts.Repo().With();

    [TestMethod]
    public void NothingIsNotGreen()
    {
        Says(Violation, "/repo/App.sln: error BG0006: No project was checked.", "buildguard check", "dotnet restore");
        Assert.AreEqual(2, Evaluation.Run(Violation).ExitCode);
    }

    [TestMethod]
    public void AToolchainOfNothingIsNotGreen() =>
        Says(Facts.Repo().Policy("""{ "version": 1, "toolchain": "pinned" }""").WithToolchain(Facts.Sdk with { Files = 0 }), "/repo/buildguard.json: error BG0006: The policy pins the toolchain, and nothing of it was found in /dotnet.", "\"toolchain\": \"off\"");

    [TestMethod]
    public void EveryProjectOfTheSolutionIsNamed() =>
        Says(Facts.Repo().Guarded(new() { Uncovered = ["/repo/src/Other/Other.csproj"] }),
            "/repo/src/Other/Other.csproj: error BG0006: Other.csproj belongs to the solution, but nothing of it was checked.", "dotnet restore");
}
