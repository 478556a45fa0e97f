namespace BuildGuard.Core.Tests;

/// <summary>The files of this repo that tests hold against the code.</summary>
internal static class RepoFiles
{
    public static string Root { get; } = FindRoot();

    public static string Text(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path])).ReplaceLineEndings("\n");

    public static bool Exists(params string[] path) => File.Exists(Path.Combine([Root, .. path]));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BuildGuard.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No BuildGuard.sln above {AppContext.BaseDirectory}.");
    }
}
