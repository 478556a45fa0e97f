using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Findings;

[TestClass]
public sealed class SeveritiesTests
{
    private static readonly GuardPolicy Plain = new();

    public static IEnumerable<object[]> Codes() => AllRules.List.Select(r => new object[] { r.Code });

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void OnlyUnusedExceptionsAreWarningsByDefault(string code) =>
        Assert.AreEqual(code == "BG0004" ? Severity.Warning : Severity.Error, Of(code, Plain, GuardMode.Enforce));

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void AuditLowersEverythingThatMayBeLowered(string code)
    {
        var stays = Severities.IsFixed(code);
        var plain = Of(code, Plain, GuardMode.Enforce);
        Assert.AreEqual(stays ? plain : Severity.Warning, Of(code, Plain, GuardMode.Audit));
    }

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void StrictLeavesNoWarning(string code) => Assert.AreEqual(Severity.Error, Of(code, Plain, GuardMode.Enforce, strict: true));

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void ThePolicyOverridesWhatMayBeLowered(string code)
    {
        var fixedCode = Severities.IsFixed(code);
        foreach (var set in (Severity[])[Severity.Off, Severity.Warning, Severity.Error])
        {
            var policy = Plain with { Rules = Plain.Rules.Add(code, new(set, new("/repo/buildguard.json"))) };
            var plain = Of(code, Plain, GuardMode.Enforce);
            Assert.AreEqual(fixedCode && set < plain ? plain : set, Of(code, policy, GuardMode.Enforce));
        }
    }

    [TestMethod]
    [DataRow("BG2002")]
    [DataRow("BG2003")]
    [DataRow("BG3002")]
    [DataRow("BG4006")]
    [DataRow("BG4008")]
    [DataRow("BG0001")]
    [DataRow("BG0099")]
    public void TheDesignsFixedCodesAreFixed(string code) => Assert.IsTrue(Severities.IsFixed(code));

    [TestMethod]
    public void StrictDoesNotReviveWhatIsOff()
    {
        var policy = Plain with { Rules = Plain.Rules.Add("BG1001", new(Severity.Off, new("/repo/buildguard.json"))) };
        Assert.AreEqual(Severity.Off, Of("BG1001", policy, GuardMode.Enforce, strict: true));
    }

    [TestMethod]
    public void StrictDoesNotOverruleAudit() => Assert.AreEqual(Severity.Warning, Of("BG1001", Plain, GuardMode.Audit, strict: true));

    [TestMethod]
    public void WithoutAPolicyTheDefaultsCount() => Assert.AreEqual(Severity.Error, Of("BG0001", null, GuardMode.Enforce));

    private static Severity Of(string code, GuardPolicy? policy, GuardMode mode, bool strict = false) =>
        Severities.Of(new(code, "What.", "Why.", "Fix.", new("/repo/x")), policy, mode, strict);
}
