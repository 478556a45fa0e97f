using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Signatures;

/// <summary>What .NET keeps of revocation lists and answers that other programs of this user fetched. A check fetches none.</summary>
internal static class RevocationCache
{
    private static readonly string[] Folders = [.. new[] { "crls", "ocsp" }.Select(n =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "corefx", "cryptography", n))];

    /// <summary>Whether anything is known of revocations.</summary>
    public static bool HoldsAny() => Folders.Any(f => Disk.IsFolder(f) && Disk.Files(f).Any());

    /// <summary>Changes with every file that comes or goes.</summary>
    public static string State => string.Join('|', Folders.Select(f => StrongStat.Of(f)));
}
