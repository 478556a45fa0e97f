using System.Collections.Immutable;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class AnalyzersMustBeApprovedTests : RuleTests<AnalyzersMustBeApproved>
{
    private static readonly PackageFacts Analyzer = Facts.Running("Contoso.Analyzers", "1.2.0", "analyzers/dotnet/cs/Contoso.Analyzers.dll");

    private const string Excluding = """{ "version": 1, "buildScripts": { "whenDenied": "exclude" } }""";

    protected override CheckInput Violation => Facts.Repo().With(Analyzer);

    protected override CheckInput Compliance => Facts.Repo().With(Analyzer).Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.Analyzers", "kinds": [ "analyzers" ], "reason": "…" } ] } }""");

    [TestMethod]
    public void GivesCommandAndEntry() =>
        Says(Violation, "/repo/Directory.Packages.props(12,5): error BG4004: Contoso.Analyzers 1.2.0 brings analyzers that nobody approved: analyzers/dotnet/cs/Contoso.Analyzers.dll.",
            "buildguard approve Contoso.Analyzers --reason \"…\"", """{ "id": "Contoso.Analyzers", "kinds": [ "analyzers" ], "reason": "…" }""");

    [TestMethod]
    public void AnApprovalOfAnotherKindApprovesNothing() =>
        Only(Facts.Repo().With(Analyzer, Facts.Running("Contoso.Gen", "1.0.0", "build/Contoso.Gen.targets"))
            .Policy("""{ "version": 1, "buildScripts": { "allow": [ { "id": "Contoso.*", "kinds": [ "targets" ], "reason": "…" } ] } }"""));

    [TestMethod]
    public void WhatTheGateLeavesOutIsNoViolation()
    {
        Silent(Facts.Repo().With(Analyzer).Policy(Excluding).Guarded(new() { HasGate = true }));
        Assert.Contains("there is no gate", Only(Facts.Repo().With(Analyzer).Policy(Excluding)).Finding.What);
    }

    [TestMethod]
    public void ATypeProviderCannotBeLeftOut()
    {
        var provider = Facts.Running("Contoso.Provider", "1.0.0", "lib/net10.0/Contoso.Provider.dll");
        provider = provider with { Traits = Evidence<ImmutableArray<BuildTrait>>.Of([new(BuildTraitKind.TypeProvider, "lib/net10.0/Contoso.Provider.dll", 0, "")]) };
        Assert.Contains("the compiler runs it as soon as", Only(Facts.Repo().With(provider).Policy(Excluding).Guarded(new() { HasGate = true })).Finding.What);
        Silent(Facts.Repo().With(provider).Policy("""{ "version": 1, "buildScripts": { "whenDenied": "exclude", "allow": [ { "id": "Contoso.Provider", "kinds": [ "analyzers" ], "reason": "…" } ] } }""").Guarded(new() { HasGate = true }));
    }

    [TestMethod]
    public void SilentWhereThePolicyLetsEverythingRun() => Silent(Facts.Repo().With(Analyzer).Policy("""{ "version": 1, "buildScripts": { "default": "allow" } }"""));
}
