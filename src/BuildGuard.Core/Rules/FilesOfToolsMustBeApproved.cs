using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>BG4010: Files that tools leave in obj are imported only where the policy names their hash.</summary>
public sealed class FilesOfToolsMustBeApproved : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG4010";

    /// <inheritdoc/>
    public override string Sentence => "Files that tools leave in obj are imported only where the policy names their hash.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from project in input.Graph.Projects
        from file in project.ToolFiles
        where !input.Policy.ToolFiles.Any(a => a.Name == file.Name && file.Sha256 is { } hash && a.Hashes.Contains(hash))
        select Judge(input, project, file);

    private Finding Judge(CheckInput input, ProjectFacts project, ToolFile file)
    {
        var name = Printable.Of(file.Name, 100);
        var what = file.Sha256 is null
            ? $"{System.IO.Path.GetFileName(project.Path)} has a file {name} in obj that cannot be read as UTF-8."
            : $"{System.IO.Path.GetFileName(project.Path)} has a file {name} in obj that neither restore wrote nor the policy names.";
        var why = input.Guard.HasGate
            ? "MSBuild would import it because of its name; the gate leaves it out."
            : "MSBuild imports it because of its name, whoever wrote it.";
        var entry = file.Sha256 is null
            ? ""
            : $" If a tool of yours needs it, look at it and write into \"buildScripts\": \"toolFiles\": [ {{ \"name\": \"{name}\", \"sha256\": [ \"{file.Sha256}\" ], \"reason\": \"…\" }} ].";
        return At(new(file.Path), what, why, $"Delete it.{entry}") with { Variant = input.Guard.HasGate ? Severities.LeftOut : null };
    }
}
