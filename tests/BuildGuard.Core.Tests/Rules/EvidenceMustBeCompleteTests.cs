using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class EvidenceMustBeCompleteTests : RuleTests<EvidenceMustBeComplete>
{
    private static readonly PackageFacts Fine = Facts.Package("Contoso.Util", "1.2.0", "Serilog 4.3.0");

    protected override CheckInput Violation => Facts.Repo().With(Fine with { Signature = Evidence<SignatureFacts>.Missing("the signature file cannot be parsed") });

    protected override CheckInput Compliance => Facts.Repo().With(Fine);

    public static IEnumerable<object[]> Blind() =>
    [
        [Fine with { Entries = default }],
        [Fine with { ContentHash = default }],
        [Fine with { Nuspec = default }],
        [Fine with { Signature = default }],
        [Fine with { RestoredHash = default }],
        [Fine with { Files = default }],
        [Fine with { Traits = default }],
        [Fine with { Extracted = default }],
    ];

    [TestMethod]
    public void NamesThePackage()
    {
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG0008: Contoso.Util 1.2.0 cannot be judged: the signature file cannot be parsed.", "dotnet restore --force");
        Assert.AreEqual(2, Evaluation.Run(Violation).ExitCode);
    }

    [TestMethod]
    [DynamicData(nameof(Blind))]
    public void AFactThatWasNotLookedAtIsMissing(object package) =>
        Says(Facts.Repo().With((PackageFacts)package), "/repo/Directory.Packages.props(12,5): error BG0008: Contoso.Util 1.2.0 cannot be judged: it was not looked at.");

    [TestMethod]
    public void AGapOfTheGraphIsToldAsItIs() =>
        Says(Facts.Repo().WithGap(new("obj/project.assets.json is missing", "Run: dotnet restore", new(Facts.Project, 1, 1))),
            "/repo/src/App/App.csproj(1,1): error BG0008: obj/project.assets.json is missing.", "Run: dotnet restore");

    /// <summary>"advisories update" writes files.</summary>
    [TestMethod]
    [DataRow(false, 1, "Run: buildguard advisories update, or take the last good file from version control.")]
    [DataRow(true, 1, "Mend what it names or remove it from the folder")]
    [DataRow(true, 0, "Let the folder hold readable OSV records")]
    public void ADatabaseIsMendedByWhatCanMendIt(bool isFolder, int unread, string fix)
    {
        CheckInput input = Facts.Repo().WithAdvisories();
        input = input with { Advisories = new([.. input.Advisories.Databases.Select(d => d with { IsFolder = isFolder, Data = d.Data! with { Records = 0, UnreadCount = unread, Unread = [.. Enumerable.Repeat("bad.json: it is not JSON", unread)] } })]) };
        Assert.StartsWith(fix, Only(input).Finding.Fix);
    }

    [TestMethod]
    public void ALockThatCannotBeReadIsMissingEvidence()
    {
        CheckInput input = Facts.Repo().LockText("{");
        Assert.StartsWith("The lock file cannot be read: it is not JSON", Only(input).Finding.What);
        Assert.Contains("git checkout -- buildguard.lock.json", Only(input).Finding.Fix);
        Assert.AreEqual("BG0008", Evaluation.Run(input).Codes());
    }
}
