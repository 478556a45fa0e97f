using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG4005: No package ships scripts that an IDE runs on install.</summary>
/// <remarks>Compared without case and in any folder: NuGet looks for them in <c>tools/</c>, and a file system that ignores case finds any spelling.</remarks>
public sealed class PackageScriptsMustNotShip : Rule
{
    private static readonly string[] Names = ["init.ps1", "install.ps1", "uninstall.ps1"];

    /// <inheritdoc/>
    public override string Code => "BG4005";

    /// <inheritdoc/>
    public override string Sentence => "No package ships scripts that an IDE runs on install.";

    /// <summary>The scripts of a package whose entries are known.</summary>
    public static IEnumerable<string> ScriptsOf(PackageFacts package) =>
        package.Entries.Value.Where(IsScript);

    /// <summary>The name that the file has once extracted: NuGet decodes <c>init%2Eps1</c>, and Windows drops dots and spaces at the end.</summary>
    private static ReadOnlySpan<char> FileNameOf(string entry)
    {
        var decoded = entry.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(entry) : entry;
        return decoded.AsSpan(decoded.AsSpan().LastIndexOfAny('/', '\\') + 1).TrimEnd(". ");
    }

    private static bool IsScript(string entry)
    {
        var file = FileNameOf(entry);
        foreach (var name in Names)
        {
            if (file.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from package in input.Graph.Packages
        where package.Entries.IsKnown
        let scripts = ScriptsOf(package).ToList()
        where scripts.Count > 0 && IdPattern.Best(input.Policy.BuildScripts.Where(b => b.Kinds.Contains("scripts")), b => b.Id, package.Id) is null
        select About(package,
            $"{package.Id} {package.Version} ships {Printable.Of(string.Join(", ", scripts), 200)}.",
            "Visual Studio's package console runs such a script with the user's rights when the package is installed or the solution is opened.",
            $"Use a version without it, or add to \"buildScripts.allow\" in {Path.GetFileName(input.Document.Path)}: {{ \"id\": \"{package.Id}\", \"kinds\": [ \"scripts\" ], \"reason\": \"…\" }}");
}
