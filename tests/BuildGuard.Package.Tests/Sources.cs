using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Where packages come from (threats 14 and 15): an internal id from a public source does not run, and a source or signer that a configuration adds is found.</summary>
[TestClass]
public sealed class Sources
{
    [TestMethod]
    public void An_internal_id_with_a_higher_version_on_the_public_source_does_not_run()
    {
        using var temp = new TempFolder();
        var outside = new LocalFeed(temp.Folder("public"));
        using var repo = new TestRepo([("public", outside.Folder)]);
        PackedGuard.AddTo(repo.Feed);
        repo.Dotnet.Environment["XDG_CACHE_HOME"] = repo.Temp.Folder("cache");
        repo.Dotnet.Environment["XDG_DATA_HOME"] = repo.Temp.Folder("data");
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Contoso.Util"));
        repo.App(packages: [("Contoso.Util", "*")]);
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy($$"""
            , "buildScripts": { "default": "allow" },
            "sources": { "inside": { "url": "{{repo.Feed.Folder}}", "packages": [ "Contoso.*", "BuildGuard" ], "exclusive": true }, "outside": { "url": "{{outside.Folder}}" } }
            """));
        repo.Tool("lock", "--yes").EnsureSuccess();
        Assert.Contains("\"source\": \"inside\"", repo.Read(Guarded.LockFile));
        repo.Run("build", "App").Green();

        outside.Add(Guarded.Package("Contoso.Util", "9.0.0").Targets(effect.InInitialTarget));
        // Without the guard it is taken, and it runs.
        repo.Run("build", "App", "--force", "-p:BuildGuardMode=off").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
        effect.Reset();

        Assert.Contains("came from \"outside\"; \"Contoso.*\" comes only from \"inside\"", repo.Run("restore", "App", "--force").Red("BG3007", "App/App.csproj", -1).Message);
        repo.Run("build", "App").Red("BG3007", "App/App.csproj", -1);
        Assert.AreNotEqual(0, repo.Run("build", "App", "--no-restore").ExitCode);
        Assert.IsFalse(effect.Happened);
        var refused = repo.Tool("lock", "--yes");
        Assert.AreEqual(1, refused.ExitCode, refused.Output);
        Assert.DoesNotContain("9.0.0", repo.Read(Guarded.LockFile));
    }

    [TestMethod]
    public void A_source_and_a_signer_that_a_configuration_adds_are_found()
    {
        using var repo = Guarded.Hooked(Guarded.Package("A"));
        repo.Write(Guarded.PolicyFile, Guarded.Policy($$""", "sources": { "here": { "url": "{{repo.Feed.Folder}}" } }"""));
        repo.Run("build", "App").Green();

        // In a folder of the repo, with a password that nobody may read in a log.
        repo.Write("App/nuget.config", """
            <configuration>
              <packageSources>
                <add key="fast-mirror" value="http://me:hush@localhost:9/index.json" />
              </packageSources>
              <disabledPackageSources><add key="local" value="false" /></disabledPackageSources>
              <trustedSigners>
                <author name="friend"><certificate fingerprint="3F9001EA83C560D712C24CF213C3D312CB3BFF51EE89435D3430BD06B5D0EECE" hashAlgorithm="SHA256" allowUntrustedRoot="true" /></author>
              </trustedSigners>
            </configuration>
            """);
        var result = repo.Tool("check");
        Assert.DoesNotContain("BG3007", result.Output, "nothing was restored with it yet");
        Directory.CreateDirectory(repo.Temp.Path("mirror"));
        repo.Write("App/nuget.config", repo.Read("App/nuget.config").Replace("http://me:hush@localhost:9/index.json", "../../mirror", StringComparison.Ordinal));
        result = repo.Run("restore", "App");
        result.Red("BG3007", "App/nuget.config", 3);
        Assert.Contains($"the source \"fast-mirror\" ({repo.Temp.Path("mirror")})", result.Output);
        Assert.Contains("trusts the signer \"friend\"", result.Output);

        File.Delete(repo.Path("App/nuget.config"));
        repo.Run("build", "App").Green();
        // From the command line.
        repo.Run("restore", "App", "--source", repo.Feed.Folder, "--source", repo.Temp.Path("mirror")).Red("BG3007", "App/App.csproj");
    }

    [TestMethod]
    public void A_source_of_the_user_is_a_warning_until_something_comes_from_it()
    {
        using var repo = Guarded.Repo(Guarded.Package("A"));
        var own = new LocalFeed(repo.Temp.Folder("own"));
        var config = Path.Combine(repo.Temp.Folder("home", ".nuget", "NuGet"), "NuGet.Config");
        File.WriteAllText(config, $"""<configuration><packageSources><add key="own" value="{own.Folder}" /></packageSources></configuration>""");
        repo.Dotnet.Environment["HOME"] = repo.Temp.Path("home");
        repo.Dotnet.Environment["DOTNET_CLI_HOME"] = repo.Temp.Path("home");
        repo.Write("NuGet.config", repo.Read("NuGet.config").Replace("<packageSources>\n    <clear />", "<packageSources>", StringComparison.Ordinal));
        repo.App(packages: [("A", "*")]);
        repo.Write("Directory.Build.props", "<Project />\n");
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy($$""", "sources": { "here": { "url": "{{repo.Feed.Folder}}" } }"""));
        Assert.Contains("<clear />", repo.Run("build", "App").Warned("BG3007", "NuGet.Config", 1).Message);

        own.Add(Guarded.Package("A", "2.0.0"));
        Assert.Contains("A 2.0.0 came from", repo.Run("build", "App", "--force").Red("BG3007", "App/App.csproj", -1).Message);
    }

    [TestMethod]
    public void Init_names_the_sources_and_is_green()
    {
        using var repo = Guarded.Repo(Guarded.Package("A"));
        Directory.Move(repo.Feed.Folder, repo.Path("feed"));
        repo.Write("NuGet.config", repo.Read("NuGet.config").Replace(repo.Feed.Folder, "feed", StringComparison.Ordinal));
        repo.App(packages: [("A", "1.0.0")]);
        repo.Write("Directory.Build.props", "<Project />\n");
        repo.Run("restore", "App").EnsureSuccess();
        repo.Tool("init").EnsureSuccess();
        Assert.Contains("\"local\": { \"url\": \"feed\" }", repo.Read(Guarded.PolicyFile));
        Assert.Contains("\"source\": \"local\"", repo.Read(Guarded.LockFile));
        repo.Run("build", "App").Green();
    }
}
