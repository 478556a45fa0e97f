using System.Security.Cryptography;
using System.Text;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Gate;

/// <summary>
/// The key of this user on this machine that makes the gate's stamps. A stamp that was checked in, or copied from another machine, does not hold here.
/// Code that runs as this user can read the key; the threat model says so.
/// </summary>
internal static class GateKey
{
    /// <summary>Folder of the key and of the lists that builds compare; the same that Gate.props works out.</summary>
    /// <exception cref="IOException">The user has no such folder.</exception>
    public static string Folder => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local
        ? Path.Combine(local, "buildguard")
        : throw new IOException("this user has no folder for application data (is HOME set?)");

    /// <summary>The key, made where there is none yet.</summary>
    /// <exception cref="IOException">It cannot be made or read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static string Get() => Get(Folder);

    /// <summary>The key in a folder.</summary>
    internal static string Get(string folder)
    {
        var path = Path.Combine(folder, "gate.key");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!File.Exists(path))
            Make(path);
        // Whoever else could write the key could make stamps, and whoever else could read it too.
        if (StrongStat.Of(path) is { } stat && (!stat.IsRegularFile || stat.Owner != Native.geteuid() || (stat.Mode & 0x3F) != 0))
            throw new IOException($"{path} does not belong to this user alone");
        var (bytes, problem) = BoundedFile.Read(path, 1024);
        return bytes is { Length: 64 } && bytes.All(b => char.IsAsciiHexDigit((char)b))
            ? Encoding.ASCII.GetString(bytes)
            : throw new IOException($"{path} is no key ({problem ?? "it does not hold 64 hexadecimal digits"}); delete it");
    }

    private static void Make(string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, options))
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Two builds made one at the same time: the first stays, and both use it.
                return;
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
