using System.Collections.Immutable;

namespace BuildGuard.Core.Rules;

/// <summary>The rules, all of them, in the order of their codes.</summary>
public static class AllRules
{
    /// <summary>Every rule of this version.</summary>
    public static ImmutableArray<Rule> List { get; } =
    [
        new PolicyMustBeReadable(),
        new PolicyKeysMustBeKnown(),
        new PolicyValuesMustBeValid(),
        new ExceptionsMustBeUsed(),
        new ExceptionsMustNotExpire(),
        new SomethingMustBeChecked(),
        new GuardMustStayOn(),
        new EvidenceMustBeComplete(),
        new GuardMustNotFail(),
        new GateMustBeInstalled(),
        new EveryProjectMustBeGuarded(),
        new PackagesMustBeSigned(),
        new SignersMustBeTrusted(),
        new SignedContentMustBeIntact(),
        new SignaturesMustBeValid(),
        new OwnersMustBeTrusted(),
        new TrustMustNotDowngrade(),
        new PackagesMustBeLocked(),
        new ContentMustMatchTheLock(),
        new ExtractedFilesMustMatchThePackage(),
        new LockMustBeCurrent(),
        new FrameworkPacksMustMatchTheLock(),
        new SdksAndToolsMustMatchTheLock(),
        new PackageIdentityMustMatch(),
        new ToolchainMustMatchTheLock(),
        new PackagesMustNotBeBlocked(),
        new PackagesMustNotBeMalicious(),
        new PackagesMustNotBeVulnerable(),
        new AdvisoriesMustBeFresh(),
        new PackagesMustBeOldEnough(),
        new PackageIdsMustNotImitate(),
        new SourcesMustBeAllowed(),
        new PackagesMustBeAllowed(),
        new BuildScriptsMustBeApproved(),
        new ApprovedBuildScriptsMustNotChange(),
        new AnalyzersMustBeApproved(),
        new PackageScriptsMustNotShip(),
        new BuildMustBeSealed(),
        new BuildMustNotUseTheNetwork(),
        new GuardMustNotBeOverridden(),
        new BuildEnvironmentMustBeClean(),
        new FilesOfToolsMustBeApproved(),
    ];
}
