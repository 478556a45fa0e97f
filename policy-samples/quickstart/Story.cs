using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BuildGuard.Quickstart;

/// <summary>The steps, in the order in which they are shown. Each one compares what happened with what it says.</summary>
internal sealed class Story(Place place, Terminal terminal)
{
    private const string Unsigned = "Contoso.Greeting";
    private const string Signed = "Serilog";
    private const string SignedVersion = "4.4.0";

    private string _version = "";
    private int _red;

    /// <returns>True; a step that fails throws.</returns>
    public bool Tell()
    {
        var clock = Stopwatch.StartNew();
        Console.WriteLine("BuildGuard quickstart: a small app, a green build, then each way to make it red.");
        Console.WriteLine("The output is real; only the temporary folder's name is left out, and long lines are wrapped.");
        Pack();
        MakeApp();
        Init();
        Policy();
        Packages();
        TheGuardItself();
        Console.WriteLine();
        terminal.Good($"All as promised: {_red} violations were stopped before anything was compiled, and every repair was green again ({clock.Elapsed.TotalSeconds:0} s).");
        terminal.Say("To use it in your own repo, go on with README.md.");
        return true;
    }

    private void Pack()
    {
        terminal.Heading("Pack BuildGuard from this repo");
        Expect(terminal.Run(Place.Repo(), "dotnet pack BuildGuard.sln -c Release -o feed", "pack", "BuildGuard.sln", "-c", "Release", "-o", place.Feed, "-nodeReuse:false"), 0);
        var package = Directory.GetFiles(place.Feed, "BuildGuard.*.nupkg").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        _version = Regex.Match(package.FirstOrDefault() ?? "", @"^BuildGuard\.(\d.*)\.nupkg$").Groups[1].Value;
        if (_version.Length == 0)
            throw new StepFailedException("dotnet pack made no BuildGuard package.");
        terminal.Say($"A folder serves as feed: {string.Join(", ", package)}.");
    }

    private void MakeApp()
    {
        terminal.Heading("Make a small app with packages from the public gallery, and one from an in-house feed that signs nothing");
        AppFiles.Write(place, _version, Unsigned, Signed, SignedVersion);
        Expect(terminal.Run(Path.Combine(place.Root, Unsigned), $"dotnet pack {Unsigned} -o feed", "pack", "-o", place.Feed), 0);
        Expect(terminal.Run(place.App, "dotnet restore", "restore"), 0);
        terminal.Say("Shop.csproj references Serilog, Newtonsoft.Json, Polly, Spectre.Console, Contoso.Greeting and BuildGuard.");
    }

    private void Init()
    {
        terminal.Heading("Introduce BuildGuard: a policy that is green on what is there, a lock, a check in the repo's own build files");
        var init = terminal.Run(place.App, "buildguard init", place.GuardFile(_version, "buildguard.dll"), "init");
        Expect(init, 0);
        terminal.Lines(init.Lines.Where(l => l.Length > 0));
        terminal.Heading("A green build");
        Green("Every package was held against policy and lock before anything was compiled.");
        terminal.Heading("A build in which nothing changed is checked as well");
        Green("Facts about a package come from a cache as long as the file is unchanged; the rules run anew each time.");
    }

    private void Policy()
    {
        terminal.Heading("A key of the policy is misspelt");
        Edit(place.Policy, "\"block\": []", "\"blok\": []");
        Red("A policy is never half obeyed.", "BG0002");

        terminal.Heading("There is no policy");
        Replace(place.Policy, null);
        Red("Without a policy nothing is decided, so nothing passes.", "BG0001");

        terminal.Heading("A package is blocked, and the restore fails as well");
        Edit(place.Policy, "\"block\": []", "\"block\": [ { \"id\": \"Newtonsoft.Json\", \"reason\": \"this team uses System.Text.Json\", \"use\": \"System.Text.Json\" } ]");
        var restore = terminal.Run(place.App, "dotnet restore", "restore");
        Expect(restore, 1, "BG3001");
        Red("The message says who brought the package in, and what to use instead.", "BG3001");

        terminal.Heading("An unsigned package without an exception");
        Edit(place.Policy, $"\"id\": \"{Unsigned}\"", "\"id\": \"Contoso.Other\"", quiet: $"buildguard.json: the exception for {Unsigned} names another package");
        Red("An exception is by name. The one that now excuses nothing is reported as well.", "BG1001");

        terminal.Heading("The exception for an unsigned package has expired");
        Edit(place.Policy, $"\"id\": \"{Unsigned}\", \"unsigned\": true,", $"\"id\": \"{Unsigned}\", \"unsigned\": true, \"expires\": \"2026-01-31\",", quiet: "buildguard.json: the exception got \"expires\": \"2026-01-31\"");
        Red("An exception is a decision with a date, not a hole.", "BG0005");
    }

    private void Packages()
    {
        terminal.Heading("Somebody adds a package");
        Edit(place.Project, "<PackageReference Include=\"Polly\"", "<PackageReference Include=\"Humanizer.Core\" Version=\"2.14.1\" /><PackageReference Include=\"Polly\"", quiet: "Shop.csproj: + Humanizer.Core 2.14.1");
        Red("Nothing gets in unseen. This is how it gets in:", undo: false, "BG2001");
        var before = File.ReadAllBytes(place.Lock);
        var locked = terminal.Run(place.App, "buildguard lock --yes", place.GuardFile(_version, "buildguard.dll"), "lock", "--yes");
        Expect(locked, 0);
        terminal.Lines(locked.Lines);
        Green("The lock's diff is what a reviewer reads.");
        File.WriteAllBytes(place.Lock, before);
        Undo();

        terminal.Heading("A feed serves other bytes under a version that is locked");
        Change(place.Nupkg(Unsigned.ToLowerInvariant(), "1.0.0"), Tamper.Republished, $"{Unsigned} 1.0.0 in the packages folder: one file more");
        Red("Same id, same version, other content: the lock notices.", "BG2002");

        terminal.Heading("One byte of a signed package is changed");
        Change(place.Nupkg(Signed, SignedVersion), Tamper.WithOneByteChanged, $"{Signed} {SignedVersion} in the packages folder: one byte");
        Red("Two rules see it independently: the signature and the lock.", "BG1003", "BG2002");

        terminal.Heading("The signature is cut out of a package");
        Change(place.Nupkg(Signed, SignedVersion), Tamper.WithoutSignature, $"{Signed} {SignedVersion} in the packages folder: without its .signature.p7s, nothing else changed");
        Red("NuGet's content hash leaves the signature out, so it is the same as before: the policy sees it, and the lock, which knows who signed.", "BG1001", "BG1006");

        terminal.Heading("A hash in the lock is edited by hand");
        Change(place.Lock, bytes => LockWithOtherHash(bytes), $"buildguard.lock.json: first letters of {Signed}'s contentHash");
        Red("The lock says what is true; a lock that says otherwise does not pass.", "BG2002");
    }

    private void TheGuardItself()
    {
        terminal.Heading("A project file tries to switch the guard off");
        Edit(place.Project, "<OutputType>", "<BuildGuardMode>off</BuildGuardMode><OutputType>", quiet: "Shop.csproj: + <BuildGuardMode>off</BuildGuardMode>");
        Red("Files can make the policy stricter, never weaker: a package could carry such a file.", "BG0007");

        terminal.Heading("The command line may weaken one build, never silently");
        var audit = terminal.Run(place.App, "dotnet build -p:BuildGuardMode=audit", "build", "-p:BuildGuardMode=audit");
        Show(audit);
        if (audit.ExitCode != 0 || !audit.Codes("warning").SequenceEqual(["BG0007"]) || !audit.Has("AUDIT MODE"))
            throw new StepFailedException("the weakened build should pass with the warning BG0007 and say AUDIT MODE.");
        terminal.Say("A policy can forbid even that:");
        Edit(place.Policy, "\"block\": []", "\"rules\": { \"BG0007\": \"error\" },\n  \"block\": []", quiet: "buildguard.json: \"rules\": { \"BG0007\": \"error\" }");
        Red("Whoever owns the policy decides whether a build may be weakened.", ["build", "-p:BuildGuardMode=audit"], undo: true, "BG0007");

        terminal.Heading("A dll of the guard itself is replaced");
        Change(place.GuardFile(_version, "BuildGuard.Core.dll"), b => [.. b, 0], "BuildGuard.Core.dll in the packages folder: one byte more");
        Red("The repo pins the hash of each of the guard's dlls, and MSBuild's own tasks compare them before one is loaded.", "BG0007");
    }

    private readonly Dictionary<string, byte[]> _originals = [];

    /// <summary>Changes a file until the step is over.</summary>
    private void Change(string path, Func<byte[], byte[]?> change, string what)
    {
        var original = File.ReadAllBytes(path);
        _originals.TryAdd(path, original);
        terminal.Change(what);
        if (change(original) is { } bytes)
            File.WriteAllBytes(path, bytes);
        else
            File.Delete(path);
    }

    private void Edit(string path, string old, string @new, string? quiet = null) => Change(path, bytes =>
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        if (!text.Contains(old, StringComparison.Ordinal))
            throw new StepFailedException($"{Path.GetFileName(path)} does not hold {old}, which this step changes.");
        return System.Text.Encoding.UTF8.GetBytes(text.Replace(old, @new, StringComparison.Ordinal));
    }, quiet ?? $"{Path.GetFileName(path)}: {@new}");

    private void Replace(string path, byte[]? bytes) => Change(path, _ => bytes, $"{Path.GetFileName(path)}: deleted");

    private static byte[] LockWithOtherHash(byte[] bytes)
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        var changed = Regex.Replace(text, $"(\"{Signed}/[^\"]*\": {{\\s*\"contentHash\": \"sha512-)...", "$1AAA");
        if (changed == text)
            throw new StepFailedException($"the lock has no contentHash of {Signed}.");
        return System.Text.Encoding.UTF8.GetBytes(changed);
    }

    private void Red(string sentence, params string[] codes) => Red(sentence, ["build"], undo: true, codes);

    private void Red(string sentence, bool undo, params string[] codes) => Red(sentence, ["build"], undo, codes);

    private void Red(string sentence, string[] command, bool undo, params string[] codes)
    {
        var build = terminal.Run(place.App, $"dotnet {string.Join(' ', command)}", command);
        Show(build);
        Expect(build, 1, codes);
        if (build.Has("Shop.dll"))
            throw new StepFailedException("the build was refused, but it compiled all the same.");
        terminal.Say(sentence);
        _red++;
        if (undo)
            Undo();
    }

    /// <summary>Puts every changed file back, and builds.</summary>
    private void Undo()
    {
        foreach (var (path, bytes) in _originals)
            File.WriteAllBytes(path, bytes);
        _originals.Clear();
        var build = terminal.Run(place.App, "dotnet build   (change undone)", "build");
        CheckGreen(build);
        terminal.Good("green again");
    }

    private void Green(string sentence)
    {
        var build = terminal.Run(place.App, "dotnet build", "build");
        Show(build);
        CheckGreen(build);
        terminal.Say(sentence);
    }

    private static void CheckGreen(Output build)
    {
        Expect(build, 0);
        if (!build.Has("BuildGuard passed: 1 project, ") || !build.Has("Shop.dll"))
            throw new StepFailedException("the build is green without BuildGuard's summary line, or without a result.");
    }

    private void Show(Output build) => terminal.Lines(build.Lines.Where(l => Regex.IsMatch(l, @"\bBG\d{4}:|BuildGuard (passed|FAILED)|: error ")).Select(l => l.Trim()).Distinct());

    private static void Expect(Output output, int exitCode, params string[] errors)
    {
        var found = output.Codes("error").ToList();
        if (output.ExitCode == exitCode && found.SequenceEqual(errors.Order(StringComparer.Ordinal)))
            return;
        Console.Error.WriteLine(string.Join(Environment.NewLine, output.Lines.TakeLast(40)));
        throw new StepFailedException($"expected exit code {exitCode} and errors [{string.Join(", ", errors)}], found {output.ExitCode} and [{string.Join(", ", found)}].");
    }
}
