using BuildGuard.Core.Findings;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Policies;

/// <summary>Reads and replaces the lock file of a repo.</summary>
public static class LockFiles
{
    /// <summary>Where the lock of a policy is.</summary>
    public static string PathFor(PolicyDocument policy) =>
        Path.GetFullPath(policy.Policy?.LockFile ?? new GuardPolicy().LockFile, Path.GetDirectoryName(policy.Path)!);

    /// <summary>Reads the lock of a policy.</summary>
    public static LockDocument Load(PolicyDocument policy) => Load(policy, path => Disk.Exists(path) ? BoundedFile.Read(path, LockReader.MaxBytes) : null);

    /// <summary>Reads the lock of a policy, which need not be on the disk.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="read">Gives the bytes of a full path, or says why they cannot be read; null where there is no such file.</param>
    public static LockDocument Load(PolicyDocument policy, Func<string, (byte[]? Bytes, string? Problem)?> read)
    {
        var path = PathFor(policy);
        if (read(path) is not var (bytes, problem))
            return new(path, null, null);
        return bytes is null
            ? new(path, null, new($"The lock file cannot be read: {problem}.", new SourceLocation(path)))
            : LockReader.Read(bytes, path);
    }

    /// <summary>Replaces the lock, atomically.</summary>
    /// <returns>Whether its bytes changed.</returns>
    /// <exception cref="IOException">The folder cannot be written; the old lock is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static bool Save(string path, LockFile file) => AtomicFile.Write(path, LockWriter.Write(file));
}
