using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG0010: The check runs from the repo's own files, before any package is evaluated.</summary>
public sealed class GateMustBeInstalled : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0010";

    /// <inheritdoc/>
    public override string Sentence => "The check runs from the repo's own files, before any package is evaluated.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Guard.Level == GuardLevel.PackageReference)
        {
            yield return At(new(input.Guard.Subject),
                "BuildGuard is only a PackageReference here: it cannot act in a restore, and hostile packages are imported beside it.",
                "A package's build files may have run before BuildGuard refuses the package.",
                "Run: buildguard init (or dotnet msbuild -t:BuildGuardInit), which adds the check to the repo's own build files.") with
            { Variant = input.Policy.GateRequired ? null : Severities.Optional };
        }
        else if (input.Policy.GateRequired && !input.Guard.HasGate)
        {
            yield return At(new(input.Document.Path, 1, 1),
                "The policy asks for the gate, which is not installed: there is no .buildguard/Gate.props.",
                "Without it MSBuild imports the files of packages as always, and those of a refused package are evaluated by --no-restore.",
                "Run: buildguard init, or write \"gate\": \"optional\" in the policy.");
        }
    }
}
