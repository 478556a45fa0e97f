using System.Text.RegularExpressions;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>
/// Approved build code has no network (threats 34 to 38, 40): what it tries never arrives at a listener, it is told so, and the build says who it was. Every attempt gets through in the same repo before the guard
/// is there.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class Seal
{
    [TestMethod]
    public void Commands_of_approved_targets()
    {
        using var repo = Guarded.Repo();
        var attacks = new List<(string Id, Loopback There, string Outcome, string Shown)>();
        void Attack(string name, string command, string shown)
        {
            var (there, outcome) = (new Loopback(), repo.Temp.Path(name));
            var filled = command.Replace("{tcp}", $"{there.Port}", StringComparison.Ordinal).Replace("{udp}", $"{there.UdpPort}", StringComparison.Ordinal);
            attacks.Add(("Evil." + name, there, outcome, shown.Replace("{tcp}", $"{there.Port}", StringComparison.Ordinal).Replace("{udp}", $"{there.UdpPort}", StringComparison.Ordinal)));
            repo.Feed.Add(SealedRepo.Script("Evil." + name, $"{filled} 2>/dev/null; echo $? > '{outcome}'"));
        }

        // Nobody answers at the other end, so curl gives up after a while (28); refused, it cannot connect (7).
        Attack("Curl", "curl -s -m 1 http://127.0.0.1:{tcp}/", "curl -s -m 1 http://127.0.0.1:{tcp}/");
        Attack("Bash", "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{tcp}'", "bash -c exec 3<>/dev/tcp/127.0.0.1/{tcp}");
        Attack("Udp", "bash -c 'echo x > /dev/udp/127.0.0.1/{udp}'", "bash -c echo x > /dev/udp/127.0.0.1/{udp}");
        Attack("Swallowed", "bash -c 'for i in 1 2 3; do (exec 3<>/dev/tcp/127.0.0.1/{tcp}) || true; done; exec 3<>/dev/tcp/127.0.0.1/{tcp}'", "asked for TCP, 4 times");
        Attack("Detached", "(setsid bash -c 'sleep 0.5; exec 3<>/dev/tcp/127.0.0.1/{tcp}' &) ; sleep 1; false", "sleep 0.5; exec 3<>/dev/tcp/127.0.0.1/{tcp}");
        repo.App(packages: [.. attacks.Select(a => (a.Id, "1.0.0"))]);
        repo.Run("build", "App").EnsureSuccess();
        foreach (var (id, there, _, _) in attacks)
            Assert.IsGreaterThan(0, there.Reached, $"{id} reaches nothing without the guard, so it proves nothing.");

        repo.Guard();
        foreach (var command in (string[][])[["build", "App"], ["build", "App", "--no-restore"], ["msbuild", "App", "-t:Compile"], ["publish", "App"], ["pack", "App"]])
        {
            foreach (var (_, there, outcome, _) in attacks)
            {
                there.Reset();
                File.Delete(outcome);
            }
            var built = repo.Run([.. command, "-m:1"]);
            foreach (var (id, there, outcome, shown) in attacks)
            {
                Assert.AreEqual(0, there.Reached, $"{id} in {string.Join(' ', command)}\n{built.Output}");
                Assert.AreEqual(id == "Evil.Curl" ? "7" : "1", File.ReadAllText(outcome).Trim(), id);
                Assert.Contains(e => e.Message.Contains(shown, StringComparison.Ordinal), built.Errors("BG4007"), $"{id}\n{built.Output}");
            }
            built.Red("BG4007", "App/App.csproj");
        }
    }

    /// <summary>A target that hangs on the guard's, by a name that only the build knows, would run before the seal.</summary>
    [TestMethod]
    [DataRow("BeforeTargets=\"$(_Part)Seal\"", "MSB4006")]
    [DataRow("BeforeTargets=\"$(_Part)ReadMark\"", "MSB4006")]
    [DataRow("BeforeTargets=\"$(_Part)CompareFiles\"", "MSB4006")]
    [DataRow("AfterTargets=\"$(_Part)VerifyFiles\"", "MSB4006")]
    [DataRow("AfterTargets=\"$(_Part)Seal\"", "BG4007")]
    public void A_target_that_wants_to_be_first(string hook, string code)
    {
        using var there = new Loopback();
        using var repo = WithTarget(there, hook);
        IsStopped(repo, there, code);
        // The same target, where the policy leaves the network alone.
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved + ", \"network\": { \"build\": \"allow\" }"));
        repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
    }

    /// <summary>As above, before a target that a build only needs which did not check its packages itself.</summary>
    [TestMethod]
    public void A_target_that_wants_to_be_first_in_a_build_without_restore()
    {
        using var there = new Loopback();
        using var repo = WithTarget(there, "BeforeTargets=\"$(_Part)FindPackages\"");
        repo.Hook("App");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved));
        repo.Run("build", "App").EnsureSuccess();
        Assert.Contains("error MSB4006", repo.Run("build", "App", "--no-restore").Output);
        Assert.AreEqual(0, there.Reached);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved + ", \"network\": { \"build\": \"allow\" }"));
        repo.Run("restore", "App").EnsureSuccess();
        repo.Run("build", "App", "--no-restore").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
    }

    /// <summary>An app whose package has a target that connects.</summary>
    private static TestRepo WithTarget(Loopback there, string hook)
    {
        var repo = Guarded.Repo();
        var command = System.Security.SecurityElement.Escape($"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{there.Port}'");
        repo.Feed.Add(Guarded.Package("Evil.First").Props("<Project><PropertyGroup><_Part>_Build</_Part><_Part>$(_Part)Guard</_Part></PropertyGroup></Project>")
            .Targets($"<Project><Target Name=\"_Evil\" {hook}><Exec Command=\"{command}\" IgnoreExitCode=\"true\" /></Target></Project>"));
        repo.App(packages: [("Evil.First", "1.0.0")]);
        return repo;
    }

    private static void IsStopped(TestRepo repo, Loopback there, string code)
    {
        repo.Run("restore", "App").EnsureSuccess();
        repo.Tool("init", ".");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved));
        var built = repo.Run("build", "App");
        Assert.AreNotEqual(0, built.ExitCode, built.Output);
        Assert.Contains($"error {code}", built.Output);
        Assert.AreEqual(0, there.Reached, built.Output);
    }

    /// <summary>
    /// What once took the seal away, or came before it, in a build that ended green: the guard's targets defined anew, by an escaped name or in a text that nobody looked into; a target whose name the gate wrote
    /// otherwise than MSBuild knows it.
    /// </summary>
    [TestMethod]
    [DataRow("build/Evil.Way.targets", "<Project>{again:%5fBuildGuard}{evil:T:AfterTargets=CoreCompile}</Project>", "BG4008")]
    [DataRow("build/Evil.Way.targets", "<Project>{flood}{again:_BuildGuard}{evil:T:AfterTargets=CoreCompile}</Project>", "BG4008")]
    [DataRow("build/x.inc", "<Project>{again:_BuildGuard}{evil:T:AfterTargets=CoreCompile}</Project>", "BG4008")]
    [DataRow("tools/x.targets", "<!DOCTYPE Project><Project>{again:_BuildGuard}{evil:T:AfterTargets=CoreCompile}</Project>", "BG4001")]
    [DataRow("tools/x.targets", "<?xml version=\"1.0\" encoding=\"iso-8859-15\"?><Project>{again:_BuildGuard}{evil:T:AfterTargets=CoreCompile}</Project>", "BG4001")]
    [DataRow("build/Evil.Way.targets", "<Project>{evil:%45vil:BeforeTargets=$(_Part)VerifyFiles}</Project>", "MSB4006")]
    [DataRow("build/Evil.Way.targets", "<Project>{evil: Evil:BeforeTargets=$(_Part)VerifyFiles}</Project>", "BG4008")]
    public void A_text_that_is_not_what_it_seems(string path, string text, string code)
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        text = Regex.Replace(text, @"\{(\w+)(?::([^:}]*))?(?::(\w+)=([^}]*))?\}", m => m.Groups[1].Value switch
        {
            "again" => string.Concat(((string[])["Seal", "SealEarly"]).Select(t => $"<Target Name=\"{m.Groups[2].Value}{t}\" />")),
            "flood" => string.Concat(Enumerable.Range(0, 2003).Select(i => $"<Target Name=\"T{i}\" />")),
            _ => $"<Target Name=\"{m.Groups[2].Value}\" {m.Groups[3].Value}=\"{m.Groups[4].Value}\"><Exec Command=\"{System.Security.SecurityElement.Escape($"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{there.Port}'")}\" IgnoreExitCode=\"true\" /></Target>",
        });
        var package = Guarded.Package("Evil.Way").Props("<Project><PropertyGroup><_Part>_Build</_Part><_Part>$(_Part)Guard</_Part></PropertyGroup></Project>").File(path, text);
        repo.Feed.Add(path == "build/Evil.Way.targets" ? package : package.Targets($"<Project><Import Project=\"$(MSBuildThisFileDirectory)../{path}\" /></Project>"));
        repo.App(packages: [("Evil.Way", "1.0.0")]);
        IsStopped(repo, there, code);
        // The same package where nothing is guarded.
        repo.Write("Directory.Build.props", "<Project><Target Name=\"_BuildGuardVerifyFiles\" /></Project>");
        repo.Write("Directory.Build.targets", "<Project InitialTargets=\"_BuildGuardVerifyFiles\" />");
        repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
    }

    /// <summary>MSBuild makes a build check while it evaluates, which is before any target.</summary>
    [TestMethod]
    public void A_build_check_of_a_package()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        repo.Feed.Add(Guarded.Package("Evil.Check").Props("<Project><PropertyGroup><_Check>$([MSBuild]::RegisterBuildCheck('$(MSBuildThisFileDirectory)EvilCheck.dll'))</_Check></PropertyGroup></Project>")
            .File("build/EvilCheck.dll", TestAssembly.BuildCheck("EvilCheck", $"http://127.0.0.1:{there.Port}/")));
        repo.App(packages: [("Evil.Check", "1.0.0")]);
        repo.Run("build", "App", "-check");
        Assert.IsGreaterThan(0, there.Reached);
        there.Reset();
        repo.Tool("init", ".");
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved));
        foreach (var command in (string[][])[["build", "App", "-check"], ["build", "App", "-check", "--no-restore"]])
            repo.Run(command).Red("BG4008", "App/App.csproj", -1);
        Assert.AreEqual(0, there.Reached);
    }

    /// <summary>A policy that only wants to know; one that lets builds be; and audit mode, which refuses nothing.</summary>
    [TestMethod]
    [DataRow(", \"network\": { \"build\": \"report\" }", "warning")]
    [DataRow(", \"network\": { \"build\": \"allow\" }", "")]
    [DataRow(", \"mode\": \"audit\"", "warning")]
    public void Let_through(string policy, string severity)
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        var outcome = repo.Temp.Path("outcome");
        repo.Feed.Add(SealedRepo.Script("Net.User", SealedRepo.Connect(there.Port, outcome)));
        repo.App(packages: [("Net.User", "1.0.0")]);
        repo.Guard(network: policy);
        var built = repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached, built.Output);
        Assert.AreEqual("0", File.ReadAllText(outcome).Trim());
        Assert.HasCount(severity.Length == 0 ? 0 : 1, built.Warnings("BG4007"), built.Output);
        Assert.IsEmpty(built.Errors("BG4007"));
    }

    /// <summary>Code inside MSBuild: known by its assembly, and so by its package.</summary>
    [TestMethod]
    public void A_task_of_an_approved_package()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        var address = $"http://127.0.0.1:{there.Port}/";
        var effect = new SideEffect(repo.Temp);
        repo.Feed.Add(Guarded.Package("Evil.Task").Targets(effect.ByTaskDll("EvilTasks")).File("build/EvilTasks.dll", TestAssembly.BuildTask("EvilTasks", address)));
        repo.App(packages: [("Evil.Task", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
        there.Reset();
        repo.Guard();
        var error = repo.Run("build", "App").Red("BG4007", "App/App.csproj");
        Assert.AreEqual(0, there.Reached);
        Assert.Contains("EvilTasks.dll of evil.task 1.0.0, inside MSBuild (process ", error.Message);
        Assert.Contains($"127.0.0.1:{there.Port}", error.Message);
    }

    /// <summary>A task of the SDK's that a package uses.</summary>
    [TestMethod]
    public void DownloadFile_of_an_approved_target()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        repo.Feed.Add(Guarded.Package("Evil.Download").Targets($"<Project><Target Name=\"_Evil\" BeforeTargets=\"PrepareForBuild\"><DownloadFile SourceUrl=\"http://127.0.0.1:{there.Port}/\" DestinationFolder=\"obj\" Retries=\"0\" Timeout=\"2000\" ContinueOnError=\"true\" /></Target></Project>"));
        repo.App(packages: [("Evil.Download", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
        there.Reset();
        repo.Guard();
        var error = repo.Run("build", "App").Red("BG4007", "App/App.csproj");
        Assert.AreEqual(0, there.Reached);
        Assert.Contains($"Microsoft.Build.Tasks.Core.dll, inside MSBuild (process ", error.Message);
        Assert.Contains($"127.0.0.1:{there.Port}", error.Message);
    }

    /// <summary>A build that fails before its end still says who tried.</summary>
    [TestMethod]
    [DataRow("-m:1")]
    [DataRow("-m:2")]
    public void A_build_that_fails(string nodes)
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        repo.Feed.Add(Guarded.Package("Net.User").Targets(SealedRepo.Exec("Net.User", $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{there.Port}'").Replace("IgnoreExitCode=\"true\"", "", StringComparison.Ordinal)));
        var solution = repo.Solution("slnx", repo.App("One", [("Net.User", "1.0.0")]), repo.App("Two", [("Net.User", "1.0.0")]), repo.App("Three", [("Net.User", "1.0.0")]));
        repo.Run("build", solution).EnsureSuccess();
        Assert.AreEqual(3, there.Reached);
        there.Reset();
        repo.Guard(solution);
        var built = repo.Run("build", solution, nodes);
        Assert.AreEqual(0, there.Reached);
        Assert.AreNotEqual(0, built.ExitCode);
        Assert.Contains("asked for TCP", built.Red("BG4007").Message, built.Output);
    }

    /// <summary>A generator in the compiler, with the compiler server that everybody shares running outside of the seal (threat 38).</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_generator(bool servers)
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        var shared = $"buildguard-test-{Guid.NewGuid():N}";
        if (servers)
        {
            repo.WithServers(shared);
            repo.Dotnet.Environment["SharedCompilationId"] = shared;
        }
        repo.Feed.Add(Guarded.Package("Evil.Generator").File("analyzers/dotnet/cs/EvilGenerator.dll", TestAssembly.Generator("EvilGenerator", $"http://127.0.0.1:{there.Port}/")));
        repo.App(packages: [("Evil.Generator", "1.0.0")]);
        try
        {
            repo.Run("build", "App").EnsureSuccess();
            Assert.IsGreaterThan(0, there.Reached);
            Assert.HasCount(servers ? 1 : 0, SealedRepo.Processes("-pipename:" + shared));
            repo.Guard();
            there.Reset();
            var built = repo.Run("build", "App", "--no-incremental");
            Assert.AreEqual(0, there.Reached, built.Output);
            Assert.Contains("Roslyn/bincore", built.Red("BG4007", "App/App.csproj").Message);
            // Its own server ended with it.
            SealedRepo.NoProcess("-pipename:buildguard-seal-");
        }
        finally
        {
            foreach (var process in SealedRepo.Processes("-pipename:" + shared))
                System.Diagnostics.Process.GetProcessById(process).Kill();
        }
    }

    /// <summary>Connections that the restore left open in the very process that then builds (threat 37).</summary>
    [TestMethod]
    public void Sockets_from_before_the_seal()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        const string use = """
            foreach (var entry in System.IO.Directory.GetFileSystemEntries("/proc/self/fd"))
            {
                var file = int.Parse(System.IO.Path.GetFileName(entry));
                int family = 0, size = 4;
                if (getsockopt(file, 1, 39, ref family, ref size) == 0 && (family == 2 || family == 10))
                    Log.LogMessage(MessageImportance.High, "sent " + send(file, new byte[100], (System.IntPtr)100, 0x4000));
            }
            return true;
            """;
        var keep = $"""
            var socket = new System.Net.Sockets.TcpClient();
            socket.Connect("127.0.0.1", {there.Port});
            System.AppDomain.CurrentDomain.SetData("kept", socket);
            return true;
            """;
        repo.Feed.Add(Guarded.Package("Evil.Sockets").Targets($"<Project>{Inline("_Use", use)}<Target Name=\"_Evil\" BeforeTargets=\"PrepareForBuild\"><_Use /></Target></Project>"));
        repo.App(packages: [("Evil.Sockets", "1.0.0")]);
        // The repo's own code, in the restore: it stays in this process, as the connections to a feed do.
        repo.Write("Directory.Build.targets", $"<Project>{Inline("_Keep", keep)}<Target Name=\"_KeepOpen\" AfterTargets=\"Restore\"><_Keep /></Target></Project>");
        Assert.Contains("sent 100", repo.Run("build", "App", "-m:1").EnsureSuccess().Output);
        Assert.IsTrue(SpinWait.SpinUntil(() => there.Bytes == 100, TimeSpan.FromSeconds(10)));
        repo.Guard();
        there.Reset();
        var built = repo.Run("build", "App", "-m:1", "-v:n");
        Assert.AreEqual(1, there.Reached, built.Output);
        Assert.DoesNotContain("sent ", built.Output);
        Assert.AreEqual(0, there.Bytes);
    }

    /// <summary>Where the kernel forbids it, the policy decides whether that fails (threat 40).</summary>
    [TestMethod]
    public void Where_it_is_not_available()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        var outcome = repo.Temp.Path("outcome");
        repo.Feed.Add(SealedRepo.Script("Net.User", SealedRepo.Connect(there.Port, outcome)));
        repo.App(packages: [("Net.User", "1.0.0")]);
        repo.Guard();
        string[] forbidden = ["exec", Path.Combine(AppContext.BaseDirectory, "BuildGuard.Sandbox.Probe.dll"), "forbidden"];
        var failed = repo.Run([.. forbidden, "dotnet", "build", "App"]);
        Assert.Contains("seccomp gave error", failed.Red("BG4006", "App/App.csproj").Message);
        Assert.IsFalse(File.Exists(outcome), "Package code ran in a build that was not sealed.");
        // The server would go on to build other repos.
        repo.Dotnet.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1";
        repo.WithServers(Guid.NewGuid().ToString("N"));
        Assert.Contains("unset DOTNET_CLI_USE_MSBUILD_SERVER", repo.Run("build", "App").Red("BG4006", "App/App.csproj").Message, StringComparison.OrdinalIgnoreCase);
        Assert.IsFalse(File.Exists(outcome));
        repo.Run("build-server", "shutdown", "--msbuild");
        repo.Dotnet.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";

        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved + ", \"network\": { \"whenUnavailable\": \"warn\" }"));
        repo.Run([.. forbidden, "dotnet", "build", "App"]).Warned("BG4006", "App/App.csproj");
        Assert.AreEqual("0", File.ReadAllText(outcome).Trim());
        Assert.AreEqual(1, there.Reached);

        // Raised by its code, it fails again: the words that come with the gate say so as well.
        File.Delete(outcome);
        repo.Write(Guarded.PolicyFile, Guarded.Policy(SealedRepo.Approved + ", \"network\": { \"whenUnavailable\": \"warn\" }, \"rules\": { \"BG4006\": \"error\" }"));
        repo.Run([.. forbidden, "dotnet", "build", "App"]).Red("BG4006", "App/App.csproj");
        Assert.IsFalse(File.Exists(outcome));
    }

    /// <summary>Build code that ends the broker, or keeps it from running, gets nothing by it, and the build fails and leaves nothing behind.</summary>
    [TestMethod]
    [DataRow("KILL")]
    [DataRow("STOP")]
    public void A_broker_that_build_code_ends(string signal)
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        var (broker, outcome) = (repo.Temp.Path("broker"), repo.Temp.Path("outcome"));
        // The shell's parent is MSBuild, and so is the broker's.
        repo.Feed.Add(SealedRepo.Script("Evil.End", $"for p in /proc/[0-9]*; do if grep -qz -e BuildGuard.Sandbox.dll -e buildguard-broker $p/cmdline && grep -q \"^PPid:.$PPID$\" $p/status; then echo $p > {broker}; kill -{signal} ${{p#/proc/}}; fi; done; {SealedRepo.Connect(there.Port, outcome)}"));
        repo.App(packages: [("Evil.End", "1.0.0")]);
        repo.Run("build", "App").EnsureSuccess();
        Assert.AreEqual(1, there.Reached);
        there.Reset();
        repo.Guard();
        var built = repo.Run("build", "App", "-m:1");
        Assert.AreEqual(0, there.Reached, built.Output);
        Assert.AreEqual("1", File.ReadAllText(outcome).Trim());
        Assert.Contains("somebody ended or stopped its broker", built.Red("BG4006", "App/App.csproj").Message);
        // One that ended has no command line, whoever has yet to take notice of it.
        Assert.AreEqual("", SealedRepo.CommandLine(int.Parse(Path.GetFileName(File.ReadAllText(broker).Trim()), System.Globalization.CultureInfo.InvariantCulture)), "The broker is still there.");
    }

    /// <summary>More attempts than anybody would read.</summary>
    [TestMethod]
    public void A_flood()
    {
        using var there = new Loopback();
        using var repo = Guarded.Repo();
        repo.Feed.Add(SealedRepo.Script("Evil.Flood", $"bash -c 'for i in {{1..300}}; do (exec 3<>/dev/tcp/127.0.0.1/{there.Port}) 2>/dev/null; done; for i in {{1..100}}; do bash -c \"exec 3<>/dev/tcp/127.0.0.1/{there.Port}; # $i\" 2>/dev/null; done; true'"));
        repo.App(packages: [("Evil.Flood", "1.0.0")]);
        repo.Guard();
        var built = repo.Run("build", "App");
        Assert.AreEqual(0, there.Reached, built.Output);
        Assert.Contains(e => e.Message.Contains("300 times", StringComparison.Ordinal), built.Errors("BG4007"), built.Output);
        Assert.Contains(e => e.Message.Contains("Others in this build asked for the network, 51 times", StringComparison.Ordinal), built.Errors("BG4007"), built.Output);
        Assert.HasCount(51, built.Errors("BG4007"));
    }

    /// <summary>An inline task with some of the C library at hand.</summary>
    private static string Inline(string name, string body) => $"""
        <UsingTask TaskName="{name}" TaskFactory="RoslynCodeTaskFactory" AssemblyFile="$(MSBuildToolsPath)/Microsoft.Build.Tasks.Core.dll"><Task><Code Type="Class" Language="cs"><![CDATA[
        using Microsoft.Build.Framework;
        using System.Runtime.InteropServices;
        public class {name} : Microsoft.Build.Utilities.Task
        {"{"}
            [DllImport("libc")] static extern int getsockopt(int socket, int level, int option, ref int value, ref int size);
            [DllImport("libc")] static extern int send(int socket, byte[] data, System.IntPtr size, int flags);
            public override bool Execute()
            {"{"}
                {body}
            {"}"}
        {"}"}
        ]]></Code></Task></UsingTask>
        """;
}
