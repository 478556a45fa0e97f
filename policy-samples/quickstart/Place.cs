using System.Runtime.CompilerServices;

namespace BuildGuard.Quickstart;

/// <summary>The folders of one run: a repo with an app, a feed with the packed product and a packages folder, all of them temporary.</summary>
internal sealed class Place
{
    public string Root { get; } = Directory.CreateTempSubdirectory("buildguard-quickstart-").FullName;

    public string App => Path.Combine(Root, "Shop");

    public string Feed => Path.Combine(Root, "feed");

    public string Packages => Path.Combine(Root, "packages");

    public string Policy => Path.Combine(App, "buildguard.json");

    public string Lock => Path.Combine(App, "buildguard.lock.json");

    public string Project => Path.Combine(App, "Shop.csproj");

    /// <summary>The file that a restore put into the packages folder.</summary>
    public string Nupkg(string id, string version) => Path.Combine(Packages, Folder(id), version, $"{Folder(id)}.{version}.nupkg");

    /// <summary>A file of the guard's own dlls.</summary>
    public string GuardFile(string version, string name) => Path.Combine(Packages, "buildguard", version, "tools", "net10.0", "any", name);

    /// <summary>The folder of BuildGuard.sln.</summary>
    public static string Repo([CallerFilePath] string thisFile = "")
    {
        foreach (var start in (string[])[Path.GetDirectoryName(thisFile) ?? "", Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "BuildGuard.sln")))
                    return folder;
            }
        }
        throw new StepFailedException("BuildGuard.sln was not found. Run this from inside the repo.");
    }

    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Delete()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The folder {Root} could not be deleted ({e.Message.TrimEnd('.')}). It is safe to delete it by hand.");
        }
    }

    private static string Folder(string id) => id.ToLowerInvariant();
}
