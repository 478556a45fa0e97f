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
    private const int BufferSize = 1 << 17;

    /// <summary>The files, each with its SHA-256 in lower-case hex as the metadata <c>Sha256</c>.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>The file that pins them.</summary>
    [Required]
    public string PinnedIn { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        // Nothing else happens in a build until this is done, so a second processor is free. Threads, because loops that share work would be compiled anew in every process.
        var paths = Array.ConvertAll(Files, f => f.ItemSpec);
        var pinned = Array.ConvertAll(Files, f => f.GetMetadata("Sha256"));
        var problems = new string?[paths.Length];
        Array.Fill(problems, "was not compared.");
        var next = -1;
        var helper = new Thread(Compare);
        helper.Start();
        Compare();
        helper.Join();
        for (var i = 0; i < problems.Length; i++)
        {
            // The text as it is where MSBuild's own task compares: the rule, its page and its fix are the same.
            if (problems[i] is { } problem)
                Log.LogError(null, "BG0007", null, "https://buildguard.example/rules/BG0007", PinnedIn, 0, 0, 0, 0, "{0}", $"{paths[i]} {problem} A replaced guard is no guard. Fix: delete its package folder and run dotnet restore; if BuildGuard was updated on purpose, run buildguard init and have the change reviewed.");
        }
        return !Log.HasLoggedErrors;

        void Compare()
        {
            var buffer = new byte[BufferSize];
            for (var i = Interlocked.Increment(ref next); i < problems.Length; i = Interlocked.Increment(ref next))
                problems[i] = Problem(paths[i], pinned[i], buffer);
        }
    }

    private static string? Problem(string file, string pinned, byte[] buffer)
    {
        try
        {
            using var handle = File.OpenHandle(file, options: FileOptions.SequentialScan);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long at = 0; RandomAccess.Read(handle, buffer, at) is > 0 and var count; at += count)
                hash.AppendData(buffer, 0, count);
            return Convert.ToHexStringLower(hash.GetHashAndReset()) == pinned ? null : "is not the file that this repo pins in .buildguard/guard.props.";
        }
        catch (Exception e)
        {
            // Whatever it is: on a thread of its own it would end the process.
            return $"cannot be read ({e.Message.TrimEnd('.')}), so nobody knows whether it is the file that this repo pins in .buildguard/guard.props.";
        }
    }
}
