using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG0007: Nothing weakens the policy unseen.</summary>
/// <remarks>
/// BuildGuardMode weakens only as a global property on the command line, with a warning that a policy turns into an error by
/// <c>"rules": { "BG0007": "error" }</c>. From a file or the environment it can only strengthen; an attempt to weaken is an error and has no effect.
/// </remarks>
public sealed class GuardMustStayOn : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0007";

    /// <inheritdoc/>
    public override string Sentence => "Nothing weakens the policy unseen.";

    /// <inheritdoc/>
    public override bool NeedsPolicy => false;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (string.IsNullOrWhiteSpace(input.Guard.RequestedMode))
            yield break;
        var subject = new SourceLocation(input.Guard.Subject);
        var shown = Printable.Of(input.Guard.RequestedMode, 40);
        if (!Evaluation.TryParseMode(input.Guard.RequestedMode, out var requested))
        {
            yield return At(subject, $"BuildGuardMode is \"{shown}\", which is no mode.", "A mode that is not understood is not obeyed.", "Write enforce, audit or off.");
            yield break;
        }
        if (requested <= (input.Document.Policy?.Mode ?? GuardMode.Enforce))
            yield break;
        if (input.Guard.ModeIsFromCommandLine)
        {
            yield return At(subject,
                $"BuildGuardMode={shown} on the command line weakens the policy for this build.",
                requested == GuardMode.Audit ? "Most of what the policy refuses is only a warning in this build." : "This build says nothing about the packages that the policy would have refused.",
                "Leave -p:BuildGuardMode out. To forbid it, write \"rules\": { \"BG0007\": \"error\" } in the policy.") with
            { Variant = Severities.CommandLine };
        }
        else
        {
            yield return At(subject,
                $"BuildGuardMode={shown} is set by a project file, a package or the environment; it has no effect.",
                "A file can make the policy stricter, never weaker: a package could carry that file.",
                "Remove the property. To weaken the policy for everyone, change \"mode\" in the policy; for one build, use -p:BuildGuardMode on the command line.");
        }
    }
}
