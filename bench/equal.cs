// Compares a project as MSBuild sees it with and without the gate: every property and item after evaluation and after the build, and the bytes of the output.
//   dotnet run bench/equal.cs -- PROJECT TOOL [SOURCE]
// PROJECT: a project that builds (its folder is copied; bin and obj are not), TOOL: the buildguard command, SOURCE: a folder that holds the BuildGuard package.
// Exit code 0: nothing differs but the names in Own.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

// What the gate itself adds or sets, and what names every file that was evaluated.
string[] own =
[
    "^_?BuildGuard", "^ImportProjectExtension(Props|Targets)$", "^ImportUserLocationsByWildcard", "^Custom(After|Before)DirectoryBuild(Props|Targets)$", "^_InitialMSBuildProjectExtensionsPath$",
    "^MSBuildAllProjects$", "^DirectoryBuild(Props|Targets)Path$", "^_DirectoryBuild", "^PackageDownload$", "^MSBuildLastModifiedProject$",
];
// Differ from run to run without any guard.
string[] noise = ["^MSBuildRestoreSessionId$", "^_?.*(Time|Timestamp|Ticks)$", "^CoreCompileCache$", "^FileWrites", "^_.*Hash$"];

var project = Path.GetFullPath(args[0]);
var tool = args[1];
var root = Directory.GetParent(Path.GetDirectoryName(project)!)!.FullName;
var work = Directory.CreateTempSubdirectory("equal").FullName;
try
{
    Copy(root, work);
    if (args.Length > 2)
        File.WriteAllText(Path.Combine(work, "NuGet.Config"), $"<configuration><packageSources><add key=\"guard\" value=\"{Path.GetFullPath(args[2])}\" /></packageSources></configuration>");
    var file = Path.Combine(work, Path.GetRelativePath(root, project));
    var folder = Path.GetDirectoryName(file)!;
    Run(work, "dotnet", "restore");
    Run(folder, "dotnet", "build", file, "--no-restore");
    var names = Names(folder, file);
    var (before, output) = (Look(folder, file, names), Output(folder));

    Run(work, tool, "init", "--yes");
    foreach (var obj in Directory.EnumerateDirectories(work, "bin", SearchOption.AllDirectories).Concat(Directory.EnumerateDirectories(work, "obj", SearchOption.AllDirectories)).ToList())
        Directory.Delete(obj, recursive: true);
    Run(folder, "dotnet", "build", file);
    if (!Directory.EnumerateFiles(work, "*.gate", SearchOption.AllDirectories).Any())
        throw new InvalidOperationException("The gate did not open, so there is nothing to compare.");
    names.UnionWith(Names(folder, file));
    var (after, guarded) = (Look(folder, file, names), Output(folder));

    var differences = 0;
    foreach (var key in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
    {
        var (a, b) = (before.GetValueOrDefault(key, ""), after.GetValueOrDefault(key, ""));
        if (a == b || own.Concat(noise).Any(p => Regex.IsMatch(key[(key.IndexOf(' ') + 1)..], p)))
            continue;
        differences++;
        Console.WriteLine($"{key}\n  without: {a[..Math.Min(400, a.Length)]}\n  with:    {b[..Math.Min(400, b.Length)]}");
    }
    foreach (var path in output.Keys.Union(guarded.Keys).Order(StringComparer.Ordinal))
    {
        if (output.GetValueOrDefault(path) == guarded.GetValueOrDefault(path))
            continue;
        differences++;
        Console.WriteLine($"output {path}: {(output.ContainsKey(path) ? guarded.ContainsKey(path) ? "other bytes" : "missing with the gate" : "only with the gate")}");
    }
    Console.WriteLine($"{before.Count} properties and items, {output.Count} output files compared: {differences} differ");
    return differences == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(work, recursive: true);
}

static void Copy(string from, string to)
{
    foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(p => !Regex.IsMatch(Path.GetRelativePath(from, p), @"(^|/)(bin|obj|\.git|\.buildguard)/|^buildguard|Directory\.(Build|Solution)")))
    {
        var target = Path.Combine(to, Path.GetRelativePath(from, path));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(path, target);
    }
}

// Every name that any imported file gives to a property or an item.
static HashSet<string> Names(string folder, string file)
{
    var text = Path.Combine(folder, "obj", "equal.xml");
    Run(folder, "dotnet", "msbuild", file, $"-pp:{text}");
    var document = XDocument.Load(text);
    File.Delete(text);
    var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
    foreach (var group in document.Descendants().Where(e => e.Name.LocalName is "PropertyGroup" or "ItemGroup"))
        names.UnionWith(group.Elements().Select(e => (group.Name.LocalName == "ItemGroup" ? "item " : "property ") + e.Name.LocalName));
    return names;
}

static Dictionary<string, string> Look(string folder, string file, HashSet<string> names)
{
    var result = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
    foreach (var (stage, extra) in new[] { ("evaluated", Array.Empty<string>()), ("built", ["-t:Build"]) })
    {
        var arguments = Path.Combine(folder, "obj", "equal.rsp");
        var json = Path.Combine(folder, "obj", "equal.json");
        File.WriteAllLines(arguments, [.. names.Select(n => n.StartsWith("item ", StringComparison.Ordinal) ? $"-getItem:{n[5..]}" : $"-getProperty:{n[9..]}"), $"-getResultOutputFile:{json}", .. extra]);
        Run(folder, "dotnet", "msbuild", file, "@" + arguments);
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        foreach (var property in document.RootElement.GetProperty("Properties").EnumerateObject())
            result[$"{stage}/property {property.Name}"] = property.Value.GetString()!;
        foreach (var item in document.RootElement.GetProperty("Items").EnumerateObject())
            result[$"{stage}/item {item.Name}"] = string.Join("\n", item.Value.EnumerateArray().Select(i => string.Join("; ", i.EnumerateObject().Where(m => m.Name is not ("AccessedTime" or "CreatedTime" or "ModifiedTime" or "DefiningProjectFullPath" or "DefiningProjectDirectory" or "DefiningProjectName" or "DefiningProjectExtension")).Select(m => $"{m.Name}={m.Value}"))));
        File.Delete(arguments);
        File.Delete(json);
    }
    return result;
}

static Dictionary<string, string> Output(string folder) => Directory.EnumerateFiles(Path.Combine(folder, "bin"), "*", SearchOption.AllDirectories)
    .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

static void Run(string folder, string command, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
    var error = process.StandardError.ReadToEndAsync();
    var text = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}\n{text}\n{error.Result}");
}
