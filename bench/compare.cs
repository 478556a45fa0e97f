#:property PublishAot=false
#:property NoWarn=$(NoWarn);CS1591
// What checking an app costs, against what there is to compare it with: NuGet's own verification, a restore that has nothing to do, and hashing the same bytes.
//   dotnet run -c Release bench/compare.cs [-- SOLUTION-OR-PROJECT [ROUNDS]]        (bench/largeapp and 7 rounds where they are left out)
// The app's folder is copied and restored, BuildGuard is packed from this repo and put into the copy by "init". Every command runs as a process of its own, one after the other, in every round.
// It fails where a check did not verify every package, or said nothing of how many it verified.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

var repo = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, ".."));
var app = Path.GetFullPath(args.Length > 0 ? args[0] : Path.Combine(repo, "bench/largeapp/LargeApp.sln"));
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
var work = Directory.CreateTempSubdirectory("compare").FullName;
var cache = Path.Combine(work, "cache");
// Of its own, so that no other build of BuildGuard is taken from the packages folder for it.
var version = $"0.0.0-compare.{DateTime.UtcNow:yyyyMMddHHmmss}";
var leftover = "";
try
{
    Note("packing BuildGuard");
    Run(repo, "dotnet", "pack", "BuildGuard.sln", "-c", "Release", "-o", Path.Combine(work, "feed"), $"-p:Version={version}");
    System.IO.Compression.ZipFile.ExtractToDirectory(Directory.GetFiles(Path.Combine(work, "feed")).Single(f => Regex.IsMatch(f, @"/BuildGuard\.\d[^/]*\.nupkg$")), Path.Combine(work, "package"));
    var portable = Path.Combine(work, "package/tools/net10.0/any/buildguard.dll");
    var native = Native();
    if (native is null)
        Console.WriteLine("This machine cannot compile the native tool: every check here is by the one that starts .NET.");

    Note("restoring the app, with and without the guard");
    var (plain, guarded) = (CopyOf("plain"), CopyOf("guarded"));
    Run(plain, "dotnet", "restore", Path.GetFileName(app));
    AddFeed(guarded, Path.Combine(work, "feed"));
    Run(guarded, "dotnet", "restore", Path.GetFileName(app));
    Run(guarded, "dotnet", portable, "init", Path.GetFileName(app), "--yes");
    Run(guarded, "dotnet", "restore", Path.GetFileName(app));

    var packages = Packages(guarded);
    leftover = Path.GetFullPath(Path.Combine(packages[0], "../../../buildguard", version));
    string[] extracted = [.. packages.SelectMany(p => Directory.EnumerateFiles(Path.GetDirectoryName(p)!, "*", SearchOption.AllDirectories).Where(f => f != p))];
    var (archiveBytes, extractedBytes) = (packages.Sum(p => new FileInfo(p).Length), extracted.Sum(f => new FileInfo(f).Length));
    Console.WriteLine($"{packages.Length} packages, {archiveBytes / 1e6:N0} MB of archives, {extracted.Length:N0} extracted files, {extractedBytes / 1e6:N0} MB; {Environment.ProcessorCount} cores; {rounds} rounds; .NET {Environment.Version}");

    var policy = Path.Combine(guarded, "buildguard.json");
    var (fast, full) = (File.ReadAllText(policy), Full(File.ReadAllText(policy)));
    var rows = new List<Row>
    {
        new("cold", "check --no-cache: every archive and every extracted file", () => Check(packages.Length, "--no-cache")),
        new("archives", "check, archives and signatures anew, extracted files unchanged since the last check", () => Check(packages.Length)) { Before = ForgetArchives },
        new("full", "check, \"extracted\": \"full\": every extracted file hashed, archives unchanged since", () => Check(0)) { Before = () => File.WriteAllText(policy, full), After = () => File.WriteAllText(policy, fast) },
        new("warm", "check, nothing changed since the last one", () => Check(0)),
        new("portable-archives", "the second of these by the tool for other machines, which starts .NET", () => CheckBy("dotnet", [portable], packages.Length)) { Before = ForgetArchives },
        new("portable-warm", "the fourth by the same", () => CheckBy("dotnet", [portable], 0)) { Before = () => CheckBy("dotnet", [portable], 0) },
        new("inside", "the same inside a restore: MSBuild's time for the task that judges", () => CheckInside()) { Before = ForgetPasses },
        new("standing", "the same in a restore after a restore: the pass stands", () => CheckInside("nothing has changed since the last check")) { Before = () => CheckInside() },
        new("verify", "dotnet nuget verify --all, offline", Verify),
        new("restore", "dotnet restore with nothing to do", () => Run(plain, "dotnet", "restore", Path.GetFileName(app))),
        new("sha-archives", "SHA-256 of the archives, one thread", () => Hash(packages, 1)),
        new("sha-extracted", "SHA-256 of the extracted files, two threads", () => Hash(extracted, 2)),
    };
    Note("warming up");
    rows.ForEach(r => r.Measure(warmUp: true));
    for (var i = 0; i < rounds; i++)
    {
        // Another one goes first each time, so that a drift of the machine hits all of them.
        foreach (var row in rows.Skip(i % rows.Count).Concat(rows.Take(i % rows.Count)))
        {
            Check(0); // Whatever the row before it left: the next one starts from a state that is known.
            row.Measure(warmUp: false);
        }
        Note($"round {i + 1} of {rounds}: {string.Join(", ", rows.Select(r => $"{r.Name} {r.Times[^1]:N2} s"))}");
    }

    Console.WriteLine();
    Console.WriteLine("| work | median | processor time | peak memory |");
    Console.WriteLine("| --- | --- | --- | --- |");
    foreach (var row in rows)
        Console.WriteLine($"| {row.What} | {row.Time:N2} s | {(row.Processor > 0 ? $"{row.Processor:N2} s" : "")} | {(row.Memory > 0 ? $"{row.Memory / 1e6:N0} MB" : "")} |");
    Console.WriteLine();
    Console.WriteLine("| compared, medians of the ratios of each round | ratio |");
    Console.WriteLine("| --- | --- |");
    Ratio("verify", "cold", "dotnet nuget verify --all, against a cold check");
    Ratio("verify", "archives", "dotnet nuget verify --all, against a check that reads archives and signatures anew");
    Ratio("cold", "sha-archives", "cold check, against SHA-256 of the archives on one thread");
    Ratio("archives", "sha-archives", "check that reads archives and signatures anew, against the same");
    Ratio("full", "sha-extracted", "full check as a process, against SHA-256 of the extracted files on two threads");
    Ratio("portable-archives", "archives", "the tool that starts .NET, against the native one: archives and signatures anew");
    Ratio("warm", "restore", "warm check as a process, against a restore with nothing to do");

    void Ratio(string name, string to, string what)
    {
        var (a, b) = (rows.Single(r => r.Name == name), rows.Single(r => r.Name == to));
        Console.WriteLine($"| {what} | {Median(a.Times.Zip(b.Times, (x, y) => x / y)):N2} |");
    }

    Usage Check(int archives, params string[] options) => native is null ? CheckBy("dotnet", [portable], archives, options) : CheckBy(native, [], archives, options);

    Usage CheckBy(string program, string[] first, int archives, params string[] options)
    {
        var usage = Run(guarded, program, [.. first, "check", Path.GetFileName(app), "--verbose", .. options]);
        var said = Regex.Match(usage.Output, @"BuildGuard passed: [^\n]*\b([\d,]+) packages");
        var read = Regex.Match(usage.Output, @"(\d+) of (\d+) archives read in this run: (\d+) signatures by the fast way, (\d+) by NuGet's verifier");
        return said.Success && Number(said.Groups[1]) == packages.Length && read.Success && (archives == 0 || Number(read.Groups[1]) >= archives) && Number(read.Groups[3]) + Number(read.Groups[4]) == Number(read.Groups[1])
            ? usage
            : throw new InvalidOperationException($"Not every one of {packages.Length} packages was verified:\n{usage.Output}");
    }

    Usage CheckInside(string saying = "")
    {
        var usage = Run(guarded, "dotnet", "restore", Path.GetFileName(app), "-clp:PerformanceSummary", "-v:m", "-tl:off");
        var task = Regex.Match(usage.Output, @"(\d+) ms\s+BuildGuard\.Tasks\.CheckPackages");
        return task.Success && usage.Output.Contains($" {packages.Length} packages", StringComparison.Ordinal) && usage.Output.Contains(saying, StringComparison.Ordinal)
            ? new(int.Parse(task.Groups[1].Value, CultureInfo.InvariantCulture) / 1000.0, 0, 0, usage.Output)
            : throw new InvalidOperationException($"The restore did not check {packages.Length} packages:\n{usage.Output}");
    }

    Usage Verify()
    {
        var usage = Run(work, "dotnet", ["nuget", "verify", "--all", "-v", "n", .. packages]);
        var verified = Regex.Count(usage.Output, "Successfully verified package");
        return verified == packages.Length ? usage : throw new InvalidOperationException($"dotnet nuget verify verified {verified} of {packages.Length} packages:\n{usage.Output}");
    }

    void ForgetPasses()
    {
        foreach (var file in Directory.EnumerateDirectories(cache, "passes-*", SearchOption.AllDirectories).SelectMany(Directory.EnumerateFiles))
            File.Delete(file);
    }

    // What was read of archives is kept by hash; what was read of folders is kept under names that say so.
    // Moved away and not deleted: for some seconds after a deletion ext4 looks longer for a place for each new file, and the check would pay for that.
    void ForgetArchives()
    {
        var away = Directory.CreateDirectory(Path.Combine(work, "forgotten", Guid.NewGuid().ToString("N"))).FullName;
        foreach (var file in Directory.EnumerateFiles(cache, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith("folder-", StringComparison.Ordinal)))
            File.Move(file, Path.Combine(away, Path.GetFileName(file)));
    }

    string? Native()
    {
        if (!OperatingSystem.IsLinux() || Directory.GetFiles(Path.Combine(work, "feed"), "BuildGuard.Tool.linux-x64.*.nupkg") is not [var package])
            return null;
        var file = Path.Combine(work, "buildguard");
        using var zip = System.IO.Compression.ZipFile.OpenRead(package);
        System.IO.Compression.ZipFileExtensions.ExtractToFile(zip.GetEntry("tools/any/linux-x64/buildguard")!, file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }
}
finally
{
    Directory.Delete(work, recursive: true);
    if (Directory.Exists(leftover))
        Directory.Delete(leftover, recursive: true);
}

static string ThisFile([CallerFilePath] string path = "") => path;

static int Number(Group group) => int.Parse(group.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

static void Note(string text) => Console.Error.WriteLine(text);

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

static string Full(string policy) => policy.Replace("\"extracted\": \"fast\"", "\"extracted\": \"full\"", StringComparison.Ordinal) is var text && text != policy ? text : throw new InvalidOperationException("The policy does not say \"extracted\": \"fast\".");

static string[] Packages(string folder)
{
    var found = new SortedSet<string>(StringComparer.Ordinal);
    foreach (var file in Directory.EnumerateFiles(folder, "project.assets.json", SearchOption.AllDirectories))
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(file));
        var roots = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(p => p.Name).ToList();
        foreach (var library in assets.RootElement.GetProperty("libraries").EnumerateObject().Where(l => l.Value.GetProperty("type").GetString() == "package"))
            found.Add(roots.SelectMany(r => Path.Combine(r, library.Value.GetProperty("path").GetString()!) is var f && Directory.Exists(f) ? Directory.GetFiles(f, "*.nupkg") : []).First());
    }
    return [.. found];
}

static Usage Hash(string[] files, int threads)
{
    var clock = Stopwatch.StartNew();
    Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = threads }, file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        SHA256.HashData(stream);
    });
    return new(clock.Elapsed.TotalSeconds, 0, 0, "");
}

string CopyOf(string name)
{
    var (from, to) = (Path.GetDirectoryName(app)!, Path.Combine(work, name));
    foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => !Regex.IsMatch(Path.GetRelativePath(from, f), @"(^|/)(bin|obj|\.git)/")))
    {
        var target = Path.Combine(to, Path.GetRelativePath(from, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
    return to;
}

void AddFeed(string folder, string feed)
{
    if (!Directory.EnumerateFiles(folder, "*.config").Any(f => Path.GetFileName(f).Equals("nuget.config", StringComparison.OrdinalIgnoreCase)))
        File.WriteAllText(Path.Combine(folder, "nuget.config"), "<configuration />");
    Run(folder, "dotnet", "nuget", "add", "source", feed, "--name", "compare", "--configfile", Directory.EnumerateFiles(folder, "*.config").First(f => Path.GetFileName(f).Equals("nuget.config", StringComparison.OrdinalIgnoreCase)));
}

Usage Run(string folder, string program, params string[] arguments)
{
    var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
    info.Environment["XDG_CACHE_HOME"] = cache;
    info.Environment["DOTNET_NOLOGO"] = "1";
    // Without it NuGet asks the network about revocations, minutes long where there is none.
    info.Environment["NUGET_CERT_REVOCATION_MODE"] = "offline";
    var clock = Stopwatch.StartNew();
    using var process = Process.Start(info)!;
    var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    var (memory, processor) = (0L, 0.0);
    while (!process.WaitForExit(5))
    {
        try
        {
            process.Refresh();
            (memory, processor) = (Math.Max(memory, process.PeakWorkingSet64), process.TotalProcessorTime.TotalSeconds);
        }
        catch (InvalidOperationException)
        {
            break; // It ended meanwhile.
        }
    }
    process.WaitForExit();
    var time = clock.Elapsed.TotalSeconds;
    var text = output.Result + errors.Result;
    return process.ExitCode == 0 ? new(time, processor, memory, text) : throw new InvalidOperationException($"{program} {string.Join(' ', arguments.Take(6))} ended with {process.ExitCode}:\n{text}");
}

/// <param name="Time">Seconds by the clock.</param>
/// <param name="Processor">Seconds of processor time, of the process itself; 0 where it was not taken.</param>
/// <param name="Memory">Peak bytes of the process; 0 where it was not taken.</param>
/// <param name="Output">What it printed.</param>
internal sealed record Usage(double Time, double Processor, long Memory, string Output);

internal sealed record Row(string Name, string What, Func<Usage> Work)
{
    public Action Before { get; init; } = () => { };

    public Action After { get; init; } = () => { };

    public List<double> Times { get; } = [];

    private readonly List<Usage> _usages = [];

    public double Time => Of(u => u.Time);

    public double Processor => Of(u => u.Processor);

    public long Memory => _usages.Max(u => u.Memory);

    public void Measure(bool warmUp)
    {
        Before();
        try
        {
            var usage = Work();
            if (warmUp)
                return;
            _usages.Add(usage);
            Times.Add(usage.Time);
        }
        finally
        {
            After();
        }
    }

    private double Of(Func<Usage, double> of)
    {
        var sorted = _usages.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
