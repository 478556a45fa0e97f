using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;
using NuGet.Versioning;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class PackagesMustNotBeBlockedTests : RuleTests<PackagesMustNotBeBlocked>
{
    private const string Where = "/repo/Directory.Packages.props(12,5): error BG3001: ";

    protected override CheckInput Violation => Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,2.0)", "reason": "leaks handles.", "use": "Contoso.Core" }""");

    protected override CheckInput Compliance => Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,1.2.0)", "reason": "leaks handles" }""");

    [TestMethod]
    public void NamesTheEntryAndTheReplacement() =>
        Says(Violation, Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): leaks handles.", "Replace the reference by Contoso.Core; then dotnet restore and buildguard lock");

    [TestMethod]
    public void SuggestsAVersionOutsideTheRange() =>
        Says(Blocking("""{ "id": "*.util", "versions": "[1.0,2.0)", "reason": "r" }"""), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "Choose a version outside (>= 1.0.0 && < 2.0.0), or remove the reference; then");

    [TestMethod]
    public void AWholeIdIsRemoved() => Says(Blocking("""{ "id": "Contoso.*", "reason": "r" }"""), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "Remove the reference; then");

    [TestMethod]
    [DataRow("", "update or replace that; then")]
    [DataRow(", \"use\": \"Good\"", "update or replace that (the policy suggests Good); then")]
    public void NamesThePackageThatBringsItIn(string use, string fix) =>
        Says(Blocking($$"""{ "id": "Contoso.Util", "reason": "r"{{use}} }""", "Serilog 4.3.0"), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.", "It comes in through Serilog 4.3.0: " + fix);

    private const string Lifting = """{ "id": "Contoso.Util", "versions": "(,1.3.0)", "reason": "r", "use": "contoso.util 1.3.0 or newer" }""";

    /// <summary>Nothing replaces the package that brings it in: a reference of one's own lifts the version.</summary>
    [TestMethod]
    [DataRow(VersionPlace.Project, "Add to App: <PackageReference Include=\"Contoso.Util\" Version=\"1.3.0\" />, then dotnet restore and buildguard lock.")]
    [DataRow(VersionPlace.Central, "Add to Directory.Packages.props: <PackageVersion Include=\"Contoso.Util\" Version=\"1.3.0\" /> and to App: <PackageReference Include=\"Contoso.Util\" />, then")]
    public void AnotherVersionIsAskedForByALine(VersionPlace place, string line)
    {
        Says(Blocking(Lifting).With(Facts.Package("Contoso.Util", "1.2.0", "Serilog 4.3.0") with { VersionPlace = place }), Where + "Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): r.",
            "It comes in through Serilog 4.3.0, and a reference of your own lifts it to 1.3.0, which the policy suggests. " + line);
        Assert.DoesNotContain("replace", Only(Blocking(Lifting, "Serilog 4.3.0")).Finding.Fix);
    }

    [TestMethod]
    public void AReferenceOfOnesOwnIsChanged() =>
        Assert.StartsWith("In Directory.Packages.props: <PackageReference Include=\"Contoso.Util\" Version=\"1.3.0\" />, then", Only(Blocking(Lifting)).Finding.Fix);

    [TestMethod]
    public void WhoDoesNotAcceptThatVersionIsNamed()
    {
        var package = Facts.Package("Contoso.Util", "1.2.0", "Serilog 4.3.0") with { RequiredBy = [new("Serilog 4.3.0", VersionRange.Parse("[1.2.0]"))] };
        Assert.Contains("lifts it to 1.3.0, which the policy suggests, once you have updated Serilog 4.3.0, which accepts only (= 1.2.0). Add", Only(Blocking(Lifting).With(package)).Finding.Fix);
    }

    // A version that is blocked itself, no version, another id.
    [TestMethod]
    [DataRow("Contoso.Util 1.2.9")]
    [DataRow("Contoso.Util of this year")]
    [DataRow("Contoso.Util")]
    [DataRow("Contoso.Core 1.3.0")]
    public void WhatIsNoOtherVersionIsToldAsItStands(string use) =>
        Assert.Contains($"update or replace that (the policy suggests {use}); then", Only(Blocking($$"""{ "id": "Contoso.Util", "versions": "(,1.3.0)", "reason": "r", "use": "{{use}}" }""", "Serilog 4.3.0")).Finding.Fix);

    /// <summary>No reference brings a tool in.</summary>
    [TestMethod]
    public void AToolIsLiftedByNoReference() =>
        Assert.DoesNotContain("PackageReference", Only(Blocking(Lifting).With().WithTools([new("Contoso.Util", new("/repo/dotnet-tools.json", 1, 1)) { Version = new(1, 2, 0), PackagesFolder = "/packages" }], Facts.Package("Contoso.Util", "1.2.0", "Contoso.Util 1.2.0"))).Finding.Fix);

    [TestMethod]
    public void AReasonCannotWriteToTheTerminal() =>
        Says(Blocking("""{ "id": "Contoso.*", "reason": "a\u001b[2Jb" }"""), Where + @"Contoso.Util 1.2.0 is blocked by buildguard.json(2,3): a\u001b[2Jb.");

    [TestMethod]
    [DataRow("[1.2.0]", true)]
    [DataRow("[1.2.0-alpha,1.2.0)", false)]
    [DataRow("1.2.0", true)]
    [DataRow("1.2.1", false)]
    [DataRow("(,1.2.0]", true)]
    [DataRow("(1.2.0,)", false)]
    public void RangesAreNuGets(string range, bool blocked) =>
        Assert.HasCount(blocked ? 1 : 0, Evaluation.Run(Blocking($$"""{ "id": "Contoso.Util", "versions": "{{range}}", "reason": "r" }""")).Of(Code));

    [TestMethod]
    public void APrereleaseInTheRangeIsBlockedAsWell() =>
        Only(Blocking("""{ "id": "Contoso.Util", "versions": "[1.0,2.0)", "reason": "r" }""").With(Facts.Package("Contoso.Util", "1.5.0-beta.1")));

    private static Facts Blocking(string entry, params string[] through) =>
        Facts.Repo().With(Facts.Package("Contoso.Util", "1.2.0", through)).Policy("{ \"version\": 1, \"block\": [\n  " + entry + " ] }");
}
