using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

/// <summary>What holds for every rule. A rule's own class gives one repo that breaks it and adds what is special.</summary>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract class RuleTests<TRule>
    where TRule : Rule, new()
{
    protected static string Code { get; } = new TRule().Code;

    /// <summary>A repo that breaks this rule, exactly once: the one that the rule's page shows.</summary>
    protected abstract CheckInput Violation { get; }

    /// <summary>The nearest repo that does not.</summary>
    protected abstract CheckInput Compliance { get; }

    private protected virtual Severity DefaultSeverity => Severity.Error;

    [TestMethod]
    public void Fires() => Assert.HasCount(1, Evaluation.Run(Violation).Of(Code), Evaluation.Run(Violation).Codes());

    [TestMethod]
    public void StaysSilent() => Assert.AreEqual("", Evaluation.Run(Compliance).Codes());

    [TestMethod]
    public void NothingElseReportsItWhenTheRuleIsTakenOut()
    {
        Assert.HasCount(1, Evaluation.Run(Violation, AllRules.List).Of(Code));
        Assert.IsEmpty(Evaluation.Run(Violation, AllRules.List.RemoveAll(r => r.Code == Code)).Of(Code));
    }

    [TestMethod]
    public void HasItsDefaultSeverity() => Assert.AreEqual(DefaultSeverity, Only(Violation).Severity);

    [TestMethod]
    public void AuditModeLowersItOnlyWhereItMay()
    {
        var stays = Severities.IsFixed(Code);
        var policy = Violation.Document.Policy;
        var audit = policy is null ? Violation : Violation with { Document = Violation.Document with { Policy = policy with { Mode = GuardMode.Audit } } };
        if (Code != "BG0007")
            Assert.AreEqual(stays ? DefaultSeverity : Severity.Warning, Only(audit).Severity);
    }

    [TestMethod]
    public void StrictMakesItAnError() =>
        Assert.AreEqual(Severity.Error, Only(Violation with { Guard = Violation.Guard with { Strict = true } }).Severity);

    [TestMethod]
    public void SpeaksInWholePrintableSentences()
    {
        var finding = Only(Violation).Finding;
        Assert.EndsWith(".", finding.What);
        Assert.EndsWith(".", finding.Why);
        Assert.IsFalse(string.IsNullOrWhiteSpace(finding.Fix));
        Assert.IsFalse(string.IsNullOrWhiteSpace(finding.Location.File));
        Assert.DoesNotContain("\n", finding.What + finding.Why + finding.Fix);
    }

    [TestMethod]
    public void ItsPageShowsTheRealMessage()
    {
        var page = RepoFiles.Text("docs", "rules", Code + ".md");
        Assert.Contains(Block(Violation), page, "The page must show what the report prints today.");
    }

    private protected static JudgedFinding Only(CheckInput input)
    {
        var found = Evaluation.Run(input).Of(Code);
        Assert.HasCount(1, found, string.Join('\n', found.Select(FindingText.Canonical)));
        return found[0];
    }

    /// <summary>The input has one finding of this rule, with this first line and these words in its fix.</summary>
    private protected static void Says(CheckInput input, string canonical, params string[] fix)
    {
        var judged = Only(input);
        Assert.AreEqual(canonical, FindingText.Canonical(judged));
        foreach (var words in fix)
            Assert.Contains(words, judged.Finding.Fix);
    }

    private protected static void Silent(CheckInput input) => Assert.IsEmpty(Evaluation.Run(input).Of(Code));

    /// <summary>The lines that the text report prints of the finding, without path and help.</summary>
    private static string Block(CheckInput input)
    {
        var result = Evaluation.Run(input);
        var text = TextReport.Write(result with { Findings = result.Of(Code) });
        return text[..text.IndexOf("\n    help: ", StringComparison.Ordinal)];
    }
}
