using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Packs, which restore downloads beside the packages and which NuGet pins nowhere (threat 12).</summary>
[TestClass]
public sealed class Packs
{
    private const string Id = "Contoso.Host.linux-x64";

    private const string Project = $"""
        <PropertyGroup>
          <RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>
        </PropertyGroup>
        <ItemGroup>
          <PackageDownload Include="{Id}" Version="[1.0.0]" />
        </ItemGroup>
        <Target Name="CopyHost" AfterTargets="Build">
          <Copy SourceFiles="$(NuGetPackageRoot)/contoso.host.linux-x64/1.0.0/runtimes/host.txt" DestinationFolder="$(OutDir)" />
        </Target>
        """;

    /// <summary>NuGet's locked mode takes other bytes under the same version without a word; the guarded restore does not.</summary>
    [TestMethod]
    public void Other_bytes_in_locked_mode()
    {
        using var repo = Repo();
        repo.Run("restore", "App", "--locked-mode").EnsureSuccess();
        Swap(repo);
        repo.Run("build", "App", "-p:RestoreLockedMode=true").EnsureSuccess();
        Assert.AreEqual("evil", repo.Read("App/bin/Debug/net10.0/host.txt"), "It is no attack unless NuGet accepts it.");

        using var guarded = Repo();
        guarded.Hook("App");
        Assert.Contains("1 pack,", guarded.Run("build", "App").Green().Output);
        Assert.Contains("\"linux-x64\": {", guarded.Read(Guarded.LockFile));
        File.Delete(guarded.Path("App/bin/Debug/net10.0/host.txt"));
        Swap(guarded);
        guarded.Run("build", "App", "-p:RestoreLockedMode=true").Red("BG2005", "App/App.csproj", -1);
        Assert.IsFalse(File.Exists(guarded.Path("App/bin/Debug/net10.0/host.txt")));
        guarded.Run("build", "App", "--no-restore").Red("BG2005", "App/App.csproj", -1);
        Assert.IsFalse(File.Exists(guarded.Path("App/bin/Debug/net10.0/host.txt")));
    }

    /// <summary>A file of a pack that changes after the check is seen by the build that would copy it.</summary>
    [TestMethod]
    public void A_file_that_changes_after_the_check()
    {
        using var repo = Repo();
        repo.Hook("App");
        repo.Run("build", "App").Green();
        File.Delete(repo.Path("App/bin/Debug/net10.0/host.txt"));
        File.WriteAllText(repo.PackagePath(Id, "1.0.0", "runtimes/host.txt"), "evil");
        repo.Run("build", "App", "--no-restore").Red("BG2003", "contoso.host.linux-x64/1.0.0");
        Assert.IsFalse(File.Exists(repo.Path("App/bin/Debug/net10.0/host.txt")));
    }

    private static TestRepo Repo()
    {
        var repo = Guarded.Repo(Guarded.Package("Good.Lib"), Pack("honest"));
        repo.App(packages: [("Good.Lib", "1.0.0")], extra: Project);
        repo.Run("restore", "App").EnsureSuccess();
        return repo;
    }

    private static TestPackage Pack(string text) => new TestPackage(Id, "1.0.0").File("runtimes/host.txt", text);

    private static void Swap(TestRepo repo)
    {
        Directory.Delete(repo.PackagePath(Id, "1.0.0"), recursive: true);
        repo.Feed.Add(Pack("evil"));
        repo.Run("restore", "App", "--force", "--no-http-cache", "--locked-mode");
    }
}
