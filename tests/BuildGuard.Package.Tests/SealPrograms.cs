using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>What the user's own commands start after a build has its network, as before. Build code that waits for the end of the build in a process of its own has none.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class SealPrograms
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Detached, it waits for a file that the user's program writes, connects, and says how that went. A shell that stays its parent, and one that does not.
    /// </summary>
    private static TestPackage Waiting(string id, TestRepo repo, int port)
    {
        var (go, outcome) = (repo.Temp.Path("go"), repo.Temp.Path("outcome"));
        string Wait(string name) => $"setsid bash -c 'for i in {{1..600}}; do sleep 0.2; if [ -e {go} ]; then (exec 3<>/dev/tcp/127.0.0.1/{port}); echo $? > {outcome}.{name}; exit; fi; done' < /dev/null > /dev/null 2>&1 &";
        return SealedRepo.Script(id, $"{Wait("child")} ({Wait("orphan")} ) ; true");
    }

    private static void Waited(TestRepo repo, string expected)
    {
        foreach (var name in (string[])["child", "orphan"])
        {
            var path = $"{repo.Temp.Path("outcome")}.{name}";
            Assert.IsTrue(SpinWait.SpinUntil(() => File.Exists(path) && File.ReadAllText(path).Length > 0, TimeSpan.FromSeconds(30)), $"{name} did not get to its end.");
            Assert.AreEqual(expected, File.ReadAllText(path).Trim(), name);
        }
        // A second build, or watch as it loads the projects, has left others, who would be there the next time or not.
        Assert.IsTrue(SpinWait.SpinUntil(() => SealedRepo.Processes(repo.Temp.Path("go")).Count == 0, TimeSpan.FromSeconds(30)), "Somebody still waits.");
        foreach (var path in Directory.GetFiles(repo.Temp.Path(""), "outcome.*"))
        {
            Assert.AreEqual(expected, File.ReadAllText(path).Trim(), path);
            File.Delete(path);
        }
        File.Delete(repo.Temp.Path("go"));
    }

    /// <summary>A web app that connects to a port when it is asked, and answers with what came of that.</summary>
    private static TestRepo Web(int port)
    {
        var repo = Guarded.Repo();
        repo.Feed.Add(Waiting("Evil.Wait", repo, port));
        repo.App("Web", [("Evil.Wait", "1.0.0")], sdk: "Microsoft.NET.Sdk.Web", extra: "<PropertyGroup><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>");
        repo.Write("Web/Program.cs", Program(repo, port, "one"));
        return repo;
    }

    private static string Program(TestRepo repo, int port, string word) => $$"""
        var app = WebApplication.Create(args);
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/", () => { new System.Net.Sockets.TcpClient("127.0.0.1", {{port}}).Close(); return "{{word}}"; });
        app.Start();
        System.IO.File.WriteAllText("{{repo.Temp.Path("address.tmp")}}", app.Urls.First());
        System.IO.File.Move("{{repo.Temp.Path("address.tmp")}}", "{{repo.Temp.Path("address")}}", true);
        app.WaitForShutdown();
        """;

    private static void Answers(TestRepo repo, RunningDotnet running, string expected)
    {
        using var client = new HttpClient();
        string? answer = null;
        Assert.IsTrue(running.Until(() => (answer = Get(client, repo)) == expected, Patience), $"It answers \"{answer}\" and not \"{expected}\".\n{running.Output}");
    }

    private static string? Get(HttpClient client, TestRepo repo)
    {
        try
        {
            return File.Exists(repo.Temp.Path("address")) ? client.GetStringAsync(File.ReadAllText(repo.Temp.Path("address"))).GetAwaiter().GetResult() : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    [TestMethod]
    public void A_web_app_by_run()
    {
        using var there = new Loopback();
        using var own = new Loopback();
        using var repo = Web(there.Port);
        repo.Write("Web/Program.cs", Program(repo, own.Port, "one"));
        // Without the guard the one that waits gets through.
        using (var running = repo.Dotnet.Start(repo.Root, "run", "--project", "Web"))
        {
            Answers(repo, running, "one");
            File.WriteAllText(repo.Temp.Path("go"), "");
            Waited(repo, "0");
            Assert.IsTrue(SpinWait.SpinUntil(() => there.Reached == 2, TimeSpan.FromSeconds(10)));
        }
        repo.Guard("Web");
        there.Reset();
        own.Reset();
        File.Delete(repo.Temp.Path("address"));
        foreach (string[] servers in (string[][])[["on"], []])
        {
            if (servers.Length > 0)
                repo.WithServers(Guid.NewGuid().ToString("N"));
            repo.Write("Web/Program.cs", Program(repo, own.Port, $"with {servers.Length}"));
            using var running = repo.Dotnet.Start(repo.Root, "run", "--project", "Web");
            Answers(repo, running, $"with {servers.Length}");
            File.WriteAllText(repo.Temp.Path("go"), "");
            Waited(repo, "1");
            File.Delete(repo.Temp.Path("address"));
        }
        Assert.IsGreaterThan(0, own.Reached);
        Assert.AreEqual(0, there.Reached);
    }

    /// <summary>With hot reload, where watch changes the program as it runs, and without, where it builds and starts it anew by dotnet run.</summary>
    [TestMethod]
    [DataRow("watch --project Web")]
    [DataRow("watch run --project Web --no-hot-reload")]
    public void A_web_app_by_watch(string command)
    {
        using var there = new Loopback();
        using var own = new Loopback();
        using var repo = Web(there.Port);
        repo.Guard("Web");
        repo.Write("Web/Program.cs", Program(repo, own.Port, "one"));
        using var running = repo.Dotnet.Start(repo.Root, [.. command.Split(' '), "--non-interactive"]);
        Answers(repo, running, "one");
        File.WriteAllText(repo.Temp.Path("go"), "");
        Waited(repo, "1");
        repo.Write("Web/Program.cs", Program(repo, own.Port, "two"));
        Answers(repo, running, "two");
        // Nothing is built where the program is changed as it runs.
        if (command.EndsWith("--no-hot-reload", StringComparison.Ordinal))
        {
            File.WriteAllText(repo.Temp.Path("go"), "");
            Waited(repo, "1");
        }
        Assert.AreEqual(0, there.Reached, running.Output);
        Assert.IsGreaterThan(0, own.Reached);
    }

    /// <summary>Two test projects, so that one is tested while the other is built, with the platform that the repo chose.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Tests(bool testingPlatform)
    {
        using var there = new Loopback();
        using var own = new Loopback();
        using var repo = SealedRepo.WithInstalled();
        repo.WithServers(Guid.NewGuid().ToString("N"));
        repo.Feed.Add(Waiting("Evil.Wait", repo, there.Port));
        if (testingPlatform)
            repo.Write("global.json", "{ \"test\": { \"runner\": \"Microsoft.Testing.Platform\" } }\n");
        string Project(string name)
        {
            var project = repo.App(name, [("MSTest", SealedRepo.VersionOf("mstest")), ("Evil.Wait", "1.0.0")], extra: $"<PropertyGroup><IsTestProject>true</IsTestProject>{(testingPlatform ? "<EnableMSTestRunner>true</EnableMSTestRunner>" : "")}<GenerateProgramFile>{(testingPlatform ? "false" : "true")}</GenerateProgramFile></PropertyGroup>");
            repo.Write($"{name}/Program.cs", $$"""
                using Microsoft.VisualStudio.TestTools.UnitTesting;
                [TestClass]
                public class Own
                {
                    [TestMethod]
                    public void Connects()
                    {
                        if (!System.IO.File.Exists("{{repo.Temp.Path("quiet")}}"))
                            System.IO.File.WriteAllText("{{repo.Temp.Path("go")}}", "");
                        using var client = new System.Net.Sockets.TcpClient("127.0.0.1", {{own.Port}});
                        Assert.IsTrue(client.Connected);
                    }
                }
                """);
            return project;
        }
        var solution = repo.Solution("slnx", Project("One"), Project("Two"));
        repo.Guard(solution);
        string[] what = testingPlatform ? ["test", "--solution", solution] : ["test", solution];
        File.WriteAllText(repo.Temp.Path("quiet"), "");
        var tested = repo.Run(what).EnsureSuccess();
        Assert.AreEqual(2, own.Reached, tested.Output);
        Assert.DoesNotContain("BG4007", tested.Output);
        // With VSTest the tests are a part of the build, so who waits for them is told.
        File.Delete(repo.Temp.Path("quiet"));
        own.Reset();
        tested = repo.Run(what);
        Assert.AreEqual(2, own.Reached, tested.Output);
        Assert.AreEqual(testingPlatform ? 0 : 1, tested.ExitCode, tested.Output);
        Waited(repo, "1");
        Assert.AreEqual(0, there.Reached, tested.Output);
        SealedRepo.NoProcess(repo.Root);
    }

    /// <summary>Real packages that run programs, tasks, analyzers and generators in a build need no network for it.</summary>
    [TestMethod]
    public void Real_packages()
    {
        using var repo = SealedRepo.WithInstalled();
        repo.WithServers(Guid.NewGuid().ToString("N"));
        repo.App(packages: [("Grpc.Tools", SealedRepo.VersionOf("grpc.tools")), ("Google.Protobuf", SealedRepo.VersionOf("google.protobuf"))], extra: "<ItemGroup><Protobuf Include=\"word.proto\" /></ItemGroup>", generators: true);
        repo.Write("App/word.proto", "syntax = \"proto3\"; package app; message Word { string text = 1; }\n");
        repo.Write("App/Program.cs", """
            System.Console.WriteLine(new App.Word { Text = "generated" }.Text + System.Text.Json.JsonSerializer.Serialize(1, Own.Default.Int32) + Patterns.Digits().Count("12"));
            [System.Text.Json.Serialization.JsonSerializable(typeof(int))] partial class Own : System.Text.Json.Serialization.JsonSerializerContext;
            static partial class Patterns { [System.Text.RegularExpressions.GeneratedRegex("[0-9]")] public static partial System.Text.RegularExpressions.Regex Digits(); }
            """);
        (string, string) Reference(string id) => (id, SealedRepo.VersionOf(id));
        var tests = repo.App("Tests", [Reference("xunit"), Reference("xunit.runner.visualstudio"), Reference("microsoft.net.test.sdk")], extra: "<PropertyGroup><IsTestProject>true</IsTestProject></PropertyGroup>");
        repo.Write("Tests/Program.cs", "public class Own { [Xunit.Fact] public void Holds() => Xunit.Assert.True(true); }\n");
        var solution = repo.Solution("slnx", "App/App.csproj", tests);
        repo.Guard(solution);
        foreach (var verb in (string[])["build", "test"])
        {
            var built = repo.Run(verb, solution).EnsureSuccess();
            Assert.Contains(verb == "test" ? "Passed:     1" : "Build succeeded", built.Output);
            Assert.DoesNotContain("BG400", built.Output);
        }
        Assert.Contains("generated12", repo.Run("run", "--project", "App", "--no-build").EnsureSuccess().Output);
    }

    /// <summary>What asks a project for its graph, by a build, and then looks for a package itself, has its network for that. The feed is one that hangs up.</summary>
    [TestMethod]
    public void A_package_that_is_added()
    {
        using var feed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        feed.Start();
        var asked = 0;
        _ = HangUp();
        using var repo = Guarded.Repo();
        repo.Feed.Add(SealedRepo.Script("Honest.Script", "true"));
        repo.App(packages: [("Honest.Script", "1.0.0")]);
        repo.Guard();
        repo.Run("build", "App").Green();
        var sources = repo.Read("NuGet.config");
        repo.Write("NuGet.config", sources.Replace("</packageSources>", $"<add key=\"far\" value=\"http://127.0.0.1:{((System.Net.IPEndPoint)feed.LocalEndpoint).Port}/v3/index.json\" allowInsecureConnections=\"true\" /></packageSources>", StringComparison.Ordinal));
        var added = repo.Run("add", "App", "package", "Far.Away", "--version", "1.0.0");
        Assert.IsGreaterThan(0, Volatile.Read(ref asked), added.Output);

        async Task HangUp()
        {
            try
            {
                while (true)
                {
                    using var client = await feed.AcceptTcpClientAsync().ConfigureAwait(false);
                    Interlocked.Increment(ref asked);
                }
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
