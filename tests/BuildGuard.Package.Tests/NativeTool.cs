using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;
using BuildGuard.TestKit;

namespace BuildGuard.Package.Tests;

/// <summary>The command line compiled to machine code does what its other form does, and pins the dlls that it does not carry.</summary>
[TestClass]
public sealed class NativeTool
{
    [TestMethod]
    public void It_pins_the_files_of_the_package()
    {
        using var repo = Repo();
        repo.NativeTool("init").EnsureSuccess();
        var pinned = XDocument.Load(repo.Path(".buildguard/guard.props")).Descendants("BuildGuardFile").ToDictionary(f => f.Attribute("Include")!.Value, f => f.Attribute("Sha256")!.Value);
        var folder = Path.GetDirectoryName(PackedGuard.ToolPath)!;
        var packed = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))));
        Assert.AreEqual(Lines(packed), Lines(pinned));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"rules\": { \"BG4009\": \"off\" }"));
        repo.NativeTool("approve", "Scripted", "--reason", "a test", "--yes").EnsureSuccess();
        repo.Run("build", "App").Green();

        static string Lines(Dictionary<string, string> files) => string.Join('\n', files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value} {f.Key}"));
    }

    [TestMethod]
    public void Both_say_and_write_the_same()
    {
        using var repo = Repo();
        // What one of them reads must not spare the other the reading.
        repo.Dotnet.Environment["XDG_CACHE_HOME"] = repo.Temp.Folder("cache of the other");
        Same("init", "--yes");
        Same("check", "--verbose");
        Same("check", "--no-cache", "--verbose");
        foreach (var format in (string[])["text", "json", "sarif"])
            Same("check", "--format", format);
        Same("lock");

        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"rules\": { \"BG4009\": \"off\" }, \"toolchain\": \"pinned\""));
        Same("check");
        Same("lock", "--yes");
        Same("approve", "Scripted", "--reason", "a test", "--yes");
        Assert.AreEqual(0, Same("check", "--no-cache").ExitCode);
        Same("explain", "BG2003");
        Same("explain", "BG9999");
        Same("frobnicate");
        Same("--help");

        // Extracted files, archive and signature changed, a package that runs something, a policy that is none.
        var library = repo.PackagePath("Scripted", "1.0.0", "lib/net10.0/Scripted.dll");
        File.WriteAllBytes(library, [.. File.ReadAllBytes(library), 0]);
        var archive = repo.PackagePath("Signed", "1.0.0", "signed.1.0.0.nupkg");
        File.WriteAllBytes(archive, PackageSigning.ChangeContentKeepSignature(File.ReadAllBytes(archive)));
        File.WriteAllBytes(repo.PackagePath("Plain", "1.0.0", "plain.1.0.0.nupkg"), [0x50, 0x4b]);
        foreach (var format in (string[])["text", "json", "sarif"])
            Assert.AreEqual(2, Same("check", "--format", format).ExitCode);
        repo.Write(Guarded.PolicyFile, "{");
        Same("check");
        Same("init", "--remove");

        // Before each of the two the repo is as it was.
        DotnetResult Same(params string[] arguments)
        {
            var before = Files();
            var other = repo.Run([PackedGuard.ToolPath, .. arguments]);
            var written = Files();
            foreach (var file in written.Keys.Except(before.Keys))
                File.Delete(file);
            foreach (var (file, text) in before)
                repo.Write(Path.GetRelativePath(repo.Root, file), text);
            repo.Dotnet.Environment["XDG_CACHE_HOME"] = repo.Temp.Folder("cache");
            var native = repo.NativeTool(arguments);
            repo.Dotnet.Environment["XDG_CACHE_HOME"] = repo.Temp.Folder("cache of the other");
            Assert.AreEqual(Sorted(other.Output), Sorted(native.Output), string.Join(' ', arguments));
            Assert.AreEqual(other.ExitCode, native.ExitCode, native.Output);
            Assert.AreEqual(string.Join('\n', written), string.Join('\n', Files()), string.Join(' ', arguments));
            return native;
        }

        // Standard output and standard error meet in no order.
        static string Sorted(string output) => string.Join('\n', output.Split('\n').Order(StringComparer.Ordinal));

        SortedDictionary<string, string> Files() => new(Directory.EnumerateFiles(repo.Root, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).ToDictionary(f => f, File.ReadAllText), StringComparer.Ordinal);
    }

    [TestMethod]
    public void It_finds_dotnet_as_a_shell_does_and_says_where_it_looked()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Policy(", \"toolchain\": \"pinned\""));
        repo.NativeTool("lock", "--yes").EnsureSuccess();
        repo.NativeTool("check").EnsureSuccess();

        var real = Path.GetDirectoryName(new FileInfo(DotnetRunner.DotnetPath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? DotnetRunner.DotnetPath)!;
        var empty = repo.Temp.Folder("no dotnet here");
        // A script that calls itself dotnet has no SDKs beside it, and a relative path is nobody's.
        File.WriteAllText(Path.Combine(empty, "dotnet"), "#!/bin/sh\nexit 1\n");
        repo.Dotnet.Environment["PATH"] = $"{empty}:.";
        repo.Dotnet.Environment["DOTNET_ROOT"] = real;
        repo.NativeTool("check").EnsureSuccess();
        repo.Dotnet.Environment["DOTNET_ROOT"] = null;
        repo.Dotnet.Environment["DOTNET_HOST_PATH"] = Path.Combine(real, "dotnet");
        repo.NativeTool("check").EnsureSuccess();
        // It may still be where installers put it; if not, that is a finding.
        repo.Dotnet.Environment["DOTNET_HOST_PATH"] = null;
        var check = repo.NativeTool("check");
        Assert.IsTrue(check.ExitCode == 0 || (check.ExitCode == 2 && check.Output.Contains("no dotnet with SDKs beside it", StringComparison.Ordinal)), check.Output);
    }

    [TestMethod]
    public void NuGet_installs_it_where_it_runs()
    {
        using var repo = Guarded.Repo();
        if (PackedGuard.NativeToolPath is null)
            Assert.Inconclusive("BuildGuard.Tool was packed without its native form.");
        repo.Run("tool", "install", "BuildGuard.Tool", "--tool-path", "tools", "--version", PackedGuard.Version).EnsureSuccess();
        Assert.AreEqual(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(PackedGuard.NativeToolPath!))), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(repo.Path("tools/buildguard")))));
        Assert.StartsWith(PackedGuard.Version, repo.RunProgram(repo.Path("tools/buildguard"), "--version").EnsureSuccess().Output);

        // What other machines get is what the package holds, bit by bit: "init" pins it.
        using var tool = ZipFile.OpenRead(Path.Combine(PackedGuard.Folder, $"BuildGuard.Tool.any.{PackedGuard.Version}.nupkg"));
        using var package = ZipFile.OpenRead(PackedGuard.PackagePath);
        Assert.AreEqual(Listed(package), Listed(tool));

        static string Listed(ZipArchive zip) => string.Join('\n', zip.Entries.Where(e => e.FullName.StartsWith(Guarded.Tools, StringComparison.Ordinal) && Path.GetExtension(e.Name) is ".dll" or ".json")
            .Select(e => $"{e.FullName} {e.Crc32:x8} {e.Length}").Order(StringComparer.Ordinal));
    }

    private static TestRepo Repo()
    {
        var repo = Guarded.Repo(Guarded.Package("Plain"), Guarded.Package("Scripted").File("build/Scripted.targets", "<Project><Target Name=\"X\"><Exec Command=\"true\" /></Target></Project>"));
        repo.Feed.Add("Signed", "1.0.0", PackageSigning.SignLikeGallery(Guarded.Package("Signed").ToBytes(), "alice"));
        repo.Dotnet.Environment["DOTNET_NUGET_SIGNATURE_VERIFICATION"] = "false";
        repo.App(packages: [("Plain", "1.0.0"), ("Scripted", "1.0.0"), ("Signed", "1.0.0")]);
        repo.Run("restore", "App").EnsureSuccess();
        return repo;
    }
}
