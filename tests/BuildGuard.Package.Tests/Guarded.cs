using System.Globalization;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>Repos that the packed package guards, and what their builds are asserted by. Packages made in code are unsigned, so most policies here switch signatures off.</summary>
internal static class Guarded
{
    /// <summary>Name of the policy file.</summary>
    public const string PolicyFile = "buildguard.json";

    /// <summary>Name of the lock file.</summary>
    public const string LockFile = "buildguard.lock.json";

    /// <summary>Where the guard lies in a package folder.</summary>
    public const string Tools = "tools/net10.0/any";

    /// <summary>XML that adds the guard as a PackageReference.</summary>
    public static string Reference => $"""<ItemGroup><PackageReference Include="BuildGuard" Version="{PackedGuard.Version}" PrivateAssets="all" /></ItemGroup>""";

    /// <summary>A package with one assembly.</summary>
    public static TestPackage Package(string id, string version = "1.0.0") => new TestPackage(id, version).Lib();

    /// <summary>A policy that asks for no signatures; with more keys, each written with a comma before it.</summary>
    public static string Policy(string more = "") => $$"""{ "version": 1, "signatures": { "default": "off" }{{more}} }""" + "\n";

    /// <summary>A policy that blocks packages by a pattern. The entry is on line 5.</summary>
    public static string Blocking(string id) => $$"""
        {
          "version": 1,
          "signatures": { "default": "off" },
          "block": [
            { "id": "{{id}}", "reason": "it is only a test" }
          ]
        }

        """;

    /// <summary>A repo whose feed has the guard and some packages, with an evidence cache of its own.</summary>
    public static TestRepo Repo(params TestPackage[] packages)
    {
        var repo = new TestRepo();
        PackedGuard.AddTo(repo.Feed);
        repo.Feed.Add(packages);
        repo.Dotnet.Environment["XDG_CACHE_HOME"] = repo.Temp.Folder("cache");
        repo.Dotnet.Environment["XDG_DATA_HOME"] = repo.Temp.Folder("data");
        return repo;
    }

    /// <summary>A repo with one app on some packages, restored and with the hook; the policy asks for no signatures.</summary>
    public static TestRepo Hooked(params TestPackage[] packages)
    {
        var repo = Repo(packages);
        repo.App(packages: [.. packages.Select(p => (p.Id, p.Version))]);
        repo.Write("Directory.Build.props", "<Project />\n");
        return repo.Hook("App");
    }

    /// <summary>A repo with one app on some packages and the guard as a PackageReference, restored, with policy and lock but no hook.</summary>
    public static TestRepo Referenced(params TestPackage[] packages)
    {
        var repo = Repo(packages);
        repo.App(packages: [.. packages.Select(p => (p.Id, p.Version))], extra: Reference);
        repo.Run("restore", "App").EnsureSuccess();
        repo.Write(PolicyFile, Policy(", \"gate\": \"optional\""));
        repo.Tool("lock", "--yes").EnsureSuccess();
        return repo;
    }

    /// <summary>Restores a subject, installs the hook, and replaces init's policy by one that asks for no signatures.</summary>
    public static TestRepo Hook(this TestRepo repo, string subject, params string[] options)
    {
        repo.Run(["restore", subject, .. options]).EnsureSuccess();
        repo.Tool("init", subject == "App" ? "." : subject).EnsureSuccess();
        // "init PATH" looks for the policy from the path's folder; all of these repos have it at the root.
        repo.Write(PolicyFile, Policy());
        return repo;
    }

    /// <summary>
    /// Runs the command line tool: the native one where there is one, which says and writes the same, as tests of its own see to, in an eighth of the time; with the environment variable
    /// <c>BUILDGUARD_TEST_MANAGED</c> the one that the package carries, so that every test here can be run with it.
    /// </summary>
    public static DotnetResult Tool(this TestRepo repo, params string[] arguments) =>
        PackedGuard.NativeToolPath is { } tool && Environment.GetEnvironmentVariable("BUILDGUARD_TEST_MANAGED") is not { Length: > 0 } ? repo.RunProgram(tool, arguments) : repo.ManagedTool(arguments);

    /// <summary>Runs the command line tool that the package carries.</summary>
    public static DotnetResult ManagedTool(this TestRepo repo, params string[] arguments) => repo.Run([PackedGuard.ToolPath, .. arguments]);

    /// <summary>Runs the native command line tool; the test is inconclusive on a machine that cannot compile it.</summary>
    public static DotnetResult NativeTool(this TestRepo repo, params string[] arguments)
    {
        if (PackedGuard.NativeToolPath is not { } tool)
            Assert.Inconclusive("BuildGuard.Tool was packed without its native form: this machine is no x64 Linux with clang or gcc.");
        else
            return repo.RunProgram(tool, arguments);
        throw new InvalidOperationException("An inconclusive test goes on.");
    }

    /// <summary>The lines of a log that say what a check was worth.</summary>
    public static string[] Summaries(this DotnetResult result) =>
        [.. result.Output.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("BuildGuard passed", StringComparison.Ordinal) || l.StartsWith("BuildGuard FAILED", StringComparison.Ordinal))];

    /// <summary>Asserts that a command succeeded after exactly one check that passed.</summary>
    public static DotnetResult Green(this DotnetResult result)
    {
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var summaries = result.Summaries();
        Assert.HasCount(1, summaries, result.Output);
        Assert.StartsWith("BuildGuard passed", summaries[0], result.Output);
        return result;
    }

    /// <summary>Asserts that a command failed by a code, and that the diagnostic says where and what to do. Returns the first one.</summary>
    /// <param name="result">What the command did.</param>
    /// <param name="code">The rule's code.</param>
    /// <param name="file">End of the path of the file that is named, with <c>/</c>; null to accept any that exists.</param>
    /// <param name="line">The line; -1 for any above 0, 0 where the finding is about a file as a whole.</param>
    public static Diagnostic Red(this DotnetResult result, string code, string? file = null, int line = 0)
    {
        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        var errors = result.Errors(code);
        Assert.IsNotEmpty(errors, $"No error {code}.\n{result.Output}");
        return Described(errors[0], file, line, result);
    }

    /// <summary>Asserts that there is a warning of a code and the command succeeded. Returns the warning.</summary>
    public static Diagnostic Warned(this DotnetResult result, string code, string? file = null, int line = 0)
    {
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var warnings = result.Warnings(code);
        Assert.IsNotEmpty(warnings, $"No warning {code}.\n{result.Output}");
        return Described(warnings[0], file, line, result);
    }

    /// <summary>1-based line of the first line that holds a text.</summary>
    public static int LineOf(this TestRepo repo, string path, string text)
    {
        var index = Array.FindIndex(repo.Read(path).Split('\n'), l => l.Contains(text, StringComparison.Ordinal));
        return index >= 0 ? index + 1 : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{path} does not hold {text}"));
    }

    private static Diagnostic Described(Diagnostic diagnostic, string? file, int line, DotnetResult result)
    {
        Assert.IsNotNull(diagnostic.File, result.Output);
        if (file is null) Assert.IsTrue(Path.Exists(diagnostic.File), diagnostic.File);
        else Assert.EndsWith(file, diagnostic.File.Replace('\\', '/'), result.Output);
        if (line > 0) Assert.AreEqual(line, diagnostic.Line, result.Output);
        if (line < 0) Assert.IsGreaterThan(0, diagnostic.Line, result.Output);
        Assert.Contains("Fix: ", diagnostic.Message, result.Output);
        Assert.Contains($"/rules/{diagnostic.Code}", diagnostic.Message.Contains("/rules/", StringComparison.Ordinal) ? diagnostic.Message : $"/rules/{diagnostic.Code}", result.Output);
        Assert.DoesNotContain("   at ", result.Output);
        return diagnostic;
    }
}
