using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>MSBuild SDKs that packages bring (threats 13 and 32b). MSBuild evaluates them before any file of the repo, so what comes first is the command line.</summary>
[TestClass]
public sealed class Sdks
{
    private const string Honest = "<Project><Target Name=\"_Honest\" BeforeTargets=\"PrepareForBuild\"><Message Importance=\"high\" Text=\"honest targets ran\" /></Target></Project>";

    [TestMethod]
    public void BG2006_a_hostile_sdk_is_refused_without_running_it()
    {
        using var repo = Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Sdk(effect.AtEvaluation));
        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("\"Microsoft.NET.Sdk\"", "\"Microsoft.NET.Sdk;Evil.Sdk/1.0.0\"", StringComparison.Ordinal));

        var absent = repo.Tool("check");
        Assert.AreEqual(2, absent.ExitCode, absent.Output);
        var download = $"dotnet package download Evil.Sdk@1.0.0 --output {repo.PackagesFolder}";
        Assert.Contains(download, absent.Output);
        Assert.AreEqual(2, repo.Tool("lock", "--yes").ExitCode);
        repo.Run(download.Split(' ')[1..]).EnsureSuccess();
        var check = repo.Tool("check");
        Assert.AreEqual(1, check.ExitCode, check.Output);
        Assert.Contains("App.csproj(1,1): error BG2006: The MSBuild SDK Evil.Sdk 1.0.0 is not in the lock.", check.Output);
        Assert.IsFalse(effect.Happened, "Something evaluated it, or the proof below proves nothing.");

        // A build evaluates it first, and is refused then.
        repo.Run("build", "App").Red("BG2006", "App/App.csproj", 1);
        Assert.IsTrue(effect.Happened);
        var locked = repo.Tool("lock", "--yes").EnsureSuccess();
        Assert.Contains("Evil.Sdk/1.0.0: MSBuild SDK, evaluated before any check", locked.Output);
        Assert.Contains("1 MSBuild SDK", repo.Run("build", "App").Green().Output);
        repo.Tool("check").EnsureSuccess();
    }

    /// <summary>The bytes are those of the lock, the extracted file is not.</summary>
    [TestMethod]
    public void What_an_sdk_extracted_changes_later()
    {
        using var repo = Repo();
        repo.Feed.Add(Sdk("<Project />"));
        repo.GlobalJson(("Evil.Sdk", "1.0.0"));
        repo.Write("Directory.Build.targets", repo.Read("Directory.Build.targets").Replace("</Project>", "<Import Sdk=\"Evil.Sdk\" Project=\"Sdk.targets\" /></Project>", StringComparison.Ordinal));
        repo.Run("build", "App").Red("BG2006", "Directory.Build.targets", -1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
        Assert.Contains("honest targets ran", repo.Run("build", "App", "--no-restore").EnsureSuccess().Output);

        foreach (var file in (string[])["Sdk/Sdk.targets", "tools/Task.dll"])
        {
            var path = repo.PackagePath("Evil.Sdk", "1.0.0", file);
            var honest = File.ReadAllBytes(path);
            File.AppendAllText(path, " ");
            foreach (var command in (string[][])[["build", "App", "--no-restore"], ["msbuild", "App", "-t:Compile"], ["build", "App"]])
            {
                var built = repo.Run(command);
                built.Red("BG2003");
                Assert.DoesNotContain("honest targets ran", built.Output);
            }
            Assert.AreEqual(1, repo.Tool("check").ExitCode);
            File.WriteAllBytes(path, honest);
            Assert.Contains("honest targets ran", repo.Run("build", "App").Green().Output);
        }
    }

    /// <summary>An approved package imports an SDK by name: what the approval saw was only the name.</summary>
    [TestMethod]
    public void An_sdk_that_a_package_imports()
    {
        using var repo = Repo();
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Sdk("<Project />", effect.AtEvaluation));
        repo.Feed.Add(Guarded.Package("Clean.Lib").Targets("<Project><Import Sdk=\"Evil.Sdk\" Version=\"1.0.0\" Project=\"Sdk.targets\" /></Project>"));
        repo.Write("App/App.csproj", repo.Read("App/App.csproj").Replace("<ItemGroup>", "<ItemGroup><PackageReference Include=\"Clean.Lib\" Version=\"1.0.0\" />", StringComparison.Ordinal));
        repo.Run("restore", "App").Red("BG2001", "App/App.csproj", -1);
        repo.Tool("lock", "--yes").EnsureSuccess();
        var approved = repo.Tool("approve", "Clean.Lib", "--reason", "it is only a test", "--yes").EnsureSuccess();
        Assert.Contains("imports MSBuild SDKs", approved.Output);
        Assert.Contains("Evil.Sdk/1.0.0", approved.Output);
        var built = repo.Run("build", "App").Red("BG2006", "App/App.csproj", -1);
        Assert.Contains("which Clean.Lib 1.0.0 imports in build/Clean.Lib.targets", built.Message);
        repo.Run("build", "App", "--no-restore").Red("BG2006", "App/App.csproj", -1);
        Assert.IsFalse(effect.Happened);
        repo.Run("build", "App", "-p:BuildGuardMode=off").EnsureSuccess();
        Assert.IsTrue(effect.Happened);
    }

    private static TestPackage Sdk(string props, string targets = "<Project />") => new TestPackage("Evil.Sdk", "1.0.0").PackageType("MSBuildSdk")
        .File("Sdk/Sdk.props", props).File("Sdk/Sdk.targets", targets).File("tools/Task.dll", TestAssembly.Library("Task", "Task", "Class1"));

    /// <summary>A guarded repo with an app and a package whose targets are approved.</summary>
    private static TestRepo Repo()
    {
        var repo = Guarded.Hooked(Guarded.Package("Honest.Targets").Targets(Honest));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"buildScripts\": { \"allow\": [ { \"id\": \"Honest.Targets\", \"kinds\": [ \"targets\" ], \"reason\": \"test\" } ] }"));
        repo.Run("build", "App").Green();
        return repo;
    }
}
