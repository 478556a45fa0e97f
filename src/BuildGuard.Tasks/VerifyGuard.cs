using System.Security.Cryptography;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace BuildGuard.Tasks;

/// <summary>
/// Compares the guard's files with the hashes that the repo pins, once the file that this task is in was compared by MSBuild's own. It uses nothing of the files that it compares. MSBuild's own task would take
/// more time to start for each of them than to hash it.
/// </summary>
public sealed class VerifyGuard : Task
{
    /// <summary>The files, each with its SHA-256 in lower-case hex as the metadata <c>Sha256</c>.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>The file that pins them.</summary>
    [Required]
    public string PinnedIn { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (var file in Files)
        {
            // The text as it is where MSBuild's own task compares: the rule, its page and its fix are the same.
            if (Problem(file.ItemSpec, file.GetMetadata("Sha256")) is { } problem)
                Log.LogError(null, "BG0007", null, "https://buildguard.example/rules/BG0007", PinnedIn, 0, 0, 0, 0, "{0}", $"{file.ItemSpec} {problem} A replaced guard is no guard. Fix: delete its package folder and run dotnet restore; if BuildGuard was updated on purpose, run buildguard init and have the change reviewed.");
        }
        return !Log.HasLoggedErrors;
    }

    private static string? Problem(string file, string pinned)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream)) == pinned ? null : "is not the file that this repo pins in .buildguard/guard.props.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read ({e.Message.TrimEnd('.')}), so nobody knows whether it is the file that this repo pins in .buildguard/guard.props.";
        }
    }
}
