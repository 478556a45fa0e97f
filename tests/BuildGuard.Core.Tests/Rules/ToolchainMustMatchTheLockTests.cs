using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ToolchainMustMatchTheLockTests : RuleTests<ToolchainMustMatchTheLock>
{
    private static Facts Pinned => Facts.Repo().Policy("""{ "version": 1, "toolchain": "pinned" }""");

    private static ToolchainFacts Changed => Facts.Sdk with { Parts = Facts.Sdk.Parts.SetItem("sdk", PackageFile.RootOf([Facts.File("csc.dll", "2")])) };

    protected override CheckInput Violation => Pinned.WithToolchain(Changed);

    protected override CheckInput Compliance => Pinned;

    [TestMethod]
    public void NamesThePartThatDiffers() =>
        Says(Violation, "/repo/buildguard.lock.json(19,5): error BG2008: The .NET SDK 10.0.401 on this machine (/dotnet) is not the one that was locked: sdk differs.", "buildguard lock");

    [TestMethod]
    public void APartThatIsGoneOrNewDiffersAsWell()
    {
        Assert.Contains("packs differs", Only(Pinned.WithToolchain(Facts.Sdk with { Parts = Facts.Sdk.Parts.Remove("packs") })).Finding.What);
        Assert.Contains("manifests and sdk differ", Only(Pinned.WithToolchain(Changed with { Parts = Changed.Parts.Add("manifests", PackageFile.RootOf([])) })).Finding.What);
    }

    [TestMethod]
    public void AnotherVersionIsNamed() =>
        Assert.Contains("builds with the .NET SDK 10.0.402, and the lock has 10.0.401 for linux-x64", Only(Pinned.WithToolchain(Facts.Sdk with { Sdk = "10.0.402" })).Finding.What);

    [TestMethod]
    public void AMachineThatTheLockDoesNotKnowIsNamed() =>
        Assert.Contains("no .NET SDK for win-x64, only for linux-x64", Only(Pinned.WithToolchain(Facts.Sdk with { Runtime = "win-x64" })).Finding.What);

    [TestMethod]
    public void SilentWhereThePolicyDoesNotPinIt() => Silent(Facts.Repo().WithToolchain(Changed));
}
