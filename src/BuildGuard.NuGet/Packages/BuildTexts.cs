using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using BuildGuard.Core;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Gate;

namespace BuildGuard.NuGet.Packages;

/// <summary>Reads what build files say they do. Nothing is evaluated, so what an expression hides stays hidden; where a path cannot be followed, that is said.</summary>
internal static partial class BuildTexts
{
    /// <summary>Largest file that is looked into. Of larger ones that may be MSBuild text this is said; the others are hashed only.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>How much of a file says how it begins.</summary>
    public const int StartBytes = 512;

    private const int MaxTraits = 2_000;

    private static readonly string[] Extensions = [".props", ".targets", ".tasks", ".overridetasks", ".proj"];

    /// <summary>Properties that decide whether the guard is imported, and where from.</summary>
    private static readonly HashSet<string> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        "ImportProjectExtensionProps", "ImportProjectExtensionTargets", "ImportDirectoryBuildProps", "ImportDirectoryBuildTargets", "DirectoryBuildPropsPath", "DirectoryBuildTargetsPath",
        "CustomBeforeDirectoryBuildProps", "CustomAfterDirectoryBuildProps", "CustomBeforeDirectoryBuildTargets", "CustomAfterDirectoryBuildTargets", "MSBuildProjectExtensionsPath",
    };

    /// <summary>Elements that stand for the language itself and not for a property, an item or a task.</summary>
    private static readonly HashSet<string> Inert = new(StringComparer.Ordinal) { "Project", "PropertyGroup", "ItemGroup", "ImportGroup", "Choose", "When", "Otherwise", "Output", "OnError", "ProjectExtensions" };

    /// <summary>The item by which a build gets a plugin that MSBuild loads before the first target of a graph build.</summary>
    private const string ProjectCachePlugin = "ProjectCachePlugin";

    /// <summary>The property function by which an evaluation has an assembly loaded, in a build with <c>-check</c>.</summary>
    private const string RegisterBuildCheck = "RegisterBuildCheck";

    /// <summary>The task factories that load an assembly, by the names that MSBuild itself knows (TaskRegistry). Any other may compile what it finds in the file.</summary>
    private static readonly HashSet<string> OfDlls = new(StringComparer.OrdinalIgnoreCase) { "AssemblyTaskFactory", "TaskHostFactory" };

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a file of a package is read for traits by its name alone: MSBuild text anywhere in it, and libraries that the F# compiler might load.</summary>
    public static bool IsLookedInto(string path) => IsText(path) || IsLibrary(path);

    /// <summary>Whether a file is, or may be, MSBuild text, because of its name or how it begins: an import can name a file of any extension.</summary>
    /// <param name="path">Its path inside the package.</param>
    /// <param name="start">Its first bytes.</param>
    public static bool IsLookedInto(string path, ReadOnlySpan<byte> start) => IsText(path) || MSBuildText.BeginsLikeXml(start);

    /// <summary>What is said of a file that would be looked into and is too large for it.</summary>
    /// <param name="path">Its path inside the package.</param>
    public static ImmutableArray<BuildTrait> TooLarge(string path) => [new(BuildTraitKind.Unreadable, path, 0, $"it is larger than {MaxBytes / (1024 * 1024)} MB")];

    /// <summary>The traits of a file.</summary>
    /// <param name="path">Its path inside the package.</param>
    /// <param name="bytes">All of its bytes.</param>
    public static IEnumerable<BuildTrait> Read(string path, ReadOnlyMemory<byte> bytes) =>
        IsLibrary(path) && !MSBuildText.BeginsLikeXml(bytes.Span) ? (IsTypeProvider(bytes) ? [new(BuildTraitKind.TypeProvider, path, 0, "")] : [])
        : IsText(path) ? ReadText(path, bytes)
        : MSBuildText.IsRead(bytes) ? ReadText(path, bytes).Where(t => t.Kind != BuildTraitKind.ReachesOut || BuildScripts.IsBuildFile(path)).Prepend(new(BuildTraitKind.OtherText, path, 0, ""))
        : [];

    private static bool IsText(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        || (BuildScripts.IsBuildFile(path) && path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase));

    /// <summary>The name without which a library is no type provider, as its metadata holds it.</summary>
    public static ReadOnlySpan<byte> TypeProviderMark => "TypeProviderAssemblyAttribute"u8;

    /// <summary>Whether the F# compiler might load a file.</summary>
    public static bool IsLibrary(string path) => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        && (path.StartsWith("lib/", StringComparison.OrdinalIgnoreCase) || path.Contains("typeproviders/", StringComparison.OrdinalIgnoreCase));

    private static List<BuildTrait> ReadText(string path, ReadOnlyMemory<byte> bytes)
    {
        var isBuildFile = BuildScripts.IsBuildFile(path) && !path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);
        // Elsewhere many files are nobody's business; but what MSBuild can read, a build file can import.
        List<BuildTrait> Unreadable(int line, string why) => isBuildFile || MSBuildText.IsRead(bytes) ? [new(BuildTraitKind.Unreadable, path, line, why)] : [];
        XDocument document;
        try
        {
            var text = Strict.GetCharCount(bytes.Span);
            if (DeclaredEncoding(bytes.Span) is { } encoding && !IsUtf8(encoding, bytes.Span))
                return Unreadable(1, $"it declares the encoding {Printable.Of(encoding, 40)}");
            document = BoundedXml.Load(bytes.ToArray(), LoadOptions.SetLineInfo);
        }
        catch (DecoderFallbackException)
        {
            return Unreadable(0, "it is not UTF-8");
        }
        catch (XmlException e)
        {
            return Unreadable(e.LineNumber, "it is not valid XML");
        }
        if (document.Root!.Name.LocalName != "Project")
            return Unreadable(1, "it is not an MSBuild file");
        var traits = new List<BuildTrait>();
        var isCut = false;
        foreach (var element in document.Root.DescendantsAndSelf())
        {
            var more = new List<BuildTrait>();
            Read(path, element, more);
            // However much a file says, it must not bury what no approval covers.
            isCut |= traits.Count >= MaxTraits && more.Count > 0;
            traits.AddRange(isCut ? more.Where(t => t.Kind is BuildTraitKind.TouchesGuard or BuildTraitKind.ImportsSdk) : more);
            if (traits.Count > 2 * MaxTraits)
                return [.. traits, new(BuildTraitKind.Unreadable, path, 0, $"it says more than {2 * MaxTraits:N0} things")];
        }
        return isCut ? [.. traits, new(BuildTraitKind.ReachesOut, path, 0, $"it says more than {MaxTraits:N0} things")] : traits;
    }

    private static void Read(string path, XElement element, List<BuildTrait> traits)
    {
        var line = ((IXmlLineInfo)element).LineNumber;
        var name = element.Name.LocalName;
        void Add(BuildTraitKind kind, string detail) => traits.Add(new(kind, path, line, Printable.Of(detail, 500)));
        string Value(string attribute) => element.Attributes().FirstOrDefault(a => a.Name.LocalName.Equals(attribute, StringComparison.OrdinalIgnoreCase))?.Value ?? "";

        if (Value("InitialTargets") is { Length: > 0 } initial)
            Add(BuildTraitKind.InitialTargets, initial);
        switch (name)
        {
            case "Project":
                if (Value("Sdk") is { Length: > 0 } sdk)
                    Add(BuildTraitKind.ImportsSdk, sdk);
                foreach (var local in MSBuildText.Unescape(Value("TreatAsLocalProperty")).Split(';', StringSplitOptions.TrimEntries).Where(IsTheGuards))
                    Add(BuildTraitKind.TouchesGuard, local);
                break;
            case "Target":
                var target = MSBuildText.Unescape(Value("Name"));
                Add(BuildTraitKind.DefinesTarget, target);
                // The gate names the targets that the seal comes before, in a list, and MSBuild trims what is in a list.
                if (IsTheGuards(target.Trim()) || target != target.Trim())
                    Add(BuildTraitKind.TouchesGuard, target);
                foreach (var hook in (string[])[Value("BeforeTargets"), Value("AfterTargets")])
                    ReadHook(hook, Value("DependsOnTargets"));
                break;
            case "UsingTask":
                var factory = Value("TaskFactory");
                Add(factory.Length > 0 && !OfDlls.Contains(factory) ? BuildTraitKind.InlineTask : BuildTraitKind.RegistersTask,
                    $"{Value("TaskName")} from {(Value("AssemblyFile") is { Length: > 0 } file ? file : Value("AssemblyName"))}{(factory.Length > 0 ? $" by {factory}" : "")}");
                if (MSBuildText.Unescape(Value("TaskName")).Trim() is var task && (IsTheGuards(task) || HookTasks.Names.Contains(task, StringComparer.OrdinalIgnoreCase)))
                    Add(BuildTraitKind.TouchesGuard, Value("TaskName"));
                break;
            case "Import":
                if (Value("Sdk") is { Length: > 0 } imported)
                    Add(BuildTraitKind.ImportsSdk, $"{imported}{(Value("Version") is { Length: > 0 } version ? $"/{version}" : "")}");
                else
                    Add(BuildTraitKind.Imports, Value("Project"));
                break;
            case "Sdk" when element.Parent?.Name.LocalName == "Project":
                Add(BuildTraitKind.ImportsSdk, $"{Value("Name")}/{Value("Version")}");
                break;
            case "Exec":
                Add(BuildTraitKind.RunsCommand, Value("Command"));
                break;
            case "DownloadFile":
                Add(BuildTraitKind.Downloads, Value("SourceUrl"));
                break;
            case "Output" when IsTheGuards(MSBuildText.Unescape(Value("PropertyName"))) || IsTheGuards(MSBuildText.Unescape(Value("ItemName"))):
                Add(BuildTraitKind.TouchesGuard, Value("PropertyName") + Value("ItemName"));
                break;
            // MSBuild loads these before it runs any target, and so before the seal.
            case ProjectCachePlugin when Value("Include").Length > 0:
                Add(BuildTraitKind.TouchesGuard, ProjectCachePlugin);
                break;
            default:
                if (!Inert.Contains(name) && IsTheGuards(name))
                    Add(BuildTraitKind.TouchesGuard, name);
                break;
        }

        // Whatever hangs on the guard's targets could run before them.
        void ReadHook(string hook, string dependsOn)
        {
            foreach (var target in MSBuildText.Unescape(hook).Split(';', StringSplitOptions.TrimEntries).Where(IsTheGuards))
                Add(BuildTraitKind.TouchesGuard, target);
            // A name that only the build knows may be one of these. The gate puts the seal before every target that a package defines, but what such a target depends on comes before that.
            if (hook.AsSpan().ContainsAny("$@%") && dependsOn.Length > 0)
                Add(BuildTraitKind.TouchesGuard, $"a target that hangs on {hook} and depends on {dependsOn}");
        }

        // A comment in the middle of a text divides it for an XML reader, and not for MSBuild.
        foreach (var text in element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Value).Append(string.Concat(element.Nodes().OfType<XText>().Select(t => t.Value))).Select(MSBuildText.Unescape))
        {
            if (text.Contains(RegisterBuildCheck, StringComparison.OrdinalIgnoreCase))
                Add(BuildTraitKind.TouchesGuard, RegisterBuildCheck);
            if (ReachesOut(path, text) is { } where)
                Add(BuildTraitKind.ReachesOut, where);
        }
    }

    private static bool IsTheGuards(string name) =>
        name.StartsWith("BuildGuard", StringComparison.OrdinalIgnoreCase) || name.StartsWith("_BuildGuard", StringComparison.OrdinalIgnoreCase) || Switches.Contains(name);

    /// <summary>The part of a text that leads, or may lead, to files outside the folders that an approval covers anyway; null where there is none.</summary>
    private static string? ReachesOut(string path, string text)
    {
        if (Navigation().Match(text) is { Success: true } navigates)
            return Around(text, navigates.Index);
        if (Library().Match(text) is { Success: true } library)
            return Around(text, library.Index);
        if (!text.Contains("..", StringComparison.Ordinal))
            return null;
        var depth = path.Count(c => c == '/');
        foreach (Match up in Up().Matches(text))
        {
            // "..\" as far as the package's top, then a folder that counts; or fewer steps than that, which stays in the file's own folder.
            var steps = up.Groups["up"].Captures.Count;
            var covered = up.Groups["file"].Success ? !BuildScripts.IsDocument(up.Groups["file"].Value) : IsCovered(up.Groups["next"].Value);
            if (!up.Groups["start"].Success || steps > depth || (steps == depth && !covered))
                return Around(text, up.Index);
        }
        return null;
    }

    /// <summary>Whether an approval covers a folder at the package's top anyway. See <see cref="BuildScripts"/>.</summary>
    private static bool IsCovered(string folder) => folder.Length > 0 && !Libraries.Contains(folder);

    private static readonly HashSet<string> Libraries = new(StringComparer.OrdinalIgnoreCase) { "lib", "ref", "runtimes", "content", "docs", "images", "package", "_rels", "licenses" };

    private static string Around(string text, int index) => text[Math.Max(0, index - 20)..Math.Min(text.Length, index + 60)].Trim();

    /// <summary>What finds or makes a path that reading cannot follow.</summary>
    [GeneratedRegex(@"GetDirectoryName|GetParent|GetPathOfFileAbove|GetDirectoryNameOfFileAbove|Unescape|FromBase64|NuGetPackageRoot|NuGetPackageFolders|\$\(Pkg|\.\.['""`,\s)]|\.\.$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Navigation();

    [GeneratedRegex(@"[\\/'](?:lib|ref|runtimes)[\\/']", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Library();

    /// <summary>Steps upwards, where they start from the file's own folder, and the literal folder that they lead to.</summary>
    [GeneratedRegex(@"(?<start>\$\(MSBuildThisFileDirectory\)[\\/]*|(?<=^|;|['""`])(?=\.\.))?(?<up>\.\.[\\/]+)+(?:(?<next>[\w.\- ]+(?=[\\/]))|(?<file>[\w\-]+(?:\.[\w\-]+)+(?=$|['""`;,\s)])))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Up();

    private static string? DeclaredEncoding(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 300)]);
        return Declaration().Match(head) is { Success: true } match ? match.Groups[1].Value : null;
    }

    [GeneratedRegex(@"^(?:\u00EF\u00BB\u00BF)?\s*<\?xml[^>]*?encoding\s*=\s*[""']([^""']*)", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();

    /// <summary>Whether what is hashed as UTF-8 is what an XML reader sees under a declaration.</summary>
    private static bool IsUtf8(string encoding, ReadOnlySpan<byte> bytes) =>
        encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || (encoding.ToUpperInvariant() is "US-ASCII" or "ASCII" or "ISO-8859-1" or "WINDOWS-1252" && System.Text.Ascii.IsValid(bytes));

    private static bool IsTypeProvider(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.IndexOf(TypeProviderMark) < 0)
            return false;
        try
        {
            using var pe = new PEReader(ImmutableArray.Create(bytes.Span));
            if (!pe.HasMetadata)
                return false;
            var metadata = pe.GetMetadataReader();
            return metadata.IsAssembly && metadata.GetAssemblyDefinition().GetCustomAttributes().Any(handle =>
            {
                var constructor = metadata.GetCustomAttribute(handle).Constructor;
                return constructor.Kind switch
                {
                    HandleKind.MemberReference when metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent =>
                        metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, "TypeProviderAssemblyAttribute"),
                    HandleKind.MethodDefinition => metadata.StringComparer.Equals(metadata.GetTypeDefinition(metadata.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType()).Name, "TypeProviderAssemblyAttribute"),
                    _ => false,
                };
            });
        }
        catch (BadImageFormatException)
        {
            // It names the attribute and cannot be read: for the compiler it may still be one.
            return true;
        }
    }
}
