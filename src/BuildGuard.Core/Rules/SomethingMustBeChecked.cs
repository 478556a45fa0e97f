using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG0006: A check has looked at something, and at every project of the solution.</summary>
public sealed class SomethingMustBeChecked : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0006";

    /// <inheritdoc/>
    public override string Sentence => "A check has looked at something, and at every project of the solution.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        if (input.Graph.Projects.IsEmpty)
        {
            yield return At(new(input.Guard.Subject),
                "No project was checked.",
                "A green result over nothing would be worth nothing.",
                "Name the solution or project: buildguard check path/to/App.sln, and run dotnet restore before it.");
        }
        if (input.Policy.PinToolchain && input.Graph.Toolchain is { Files: 0 } toolchain)
        {
            yield return At(new(input.Document.Path),
                $"The policy pins the toolchain, and nothing of it was found in {toolchain.Folder}.",
                "A green result over nothing would be worth nothing.",
                "Run BuildGuard with the .NET SDK that builds this repo, or write \"toolchain\": \"off\" into the policy.");
        }
        foreach (var project in input.Guard.Uncovered)
        {
            yield return At(new(project),
                $"{Path.GetFileName(project)} belongs to the solution, but nothing of it was checked.",
                "What is not looked at cannot pass.",
                "Restore the whole solution (dotnet restore), or take the project out of the solution.");
        }
    }
}
