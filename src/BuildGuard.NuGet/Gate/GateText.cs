using System.Collections.Immutable;
using System.Security;
using System.Text;

namespace BuildGuard.NuGet.Gate;

/// <summary>What the gate lets into one project.</summary>
internal sealed record GateContent
{
    /// <summary>Full path of the project: the files speak for no other.</summary>
    public required string Project { get; init; }

    /// <summary>The policy file that the command line of the check named; "" for the repo's own.</summary>
    public required string PolicyAsked { get; init; }

    /// <summary>Full path of the policy file that the check judged by.</summary>
    public required string Policy { get; init; }

    /// <summary>The SHA-256 of the text of the project's own file and of its assets file, lower-case hex, one after the other. A build that finds others checks anew; the gate stays open.</summary>
    public required string Judged { get; init; }

    /// <summary>The SHA-256 of the full path of that assets file, lower-case hex: MSBuild does not tell upper case from lower where it compares paths.</summary>
    public required string JudgedAssets { get; init; }

    /// <summary>Every text file of packages that must be as it was, with the SHA-256 of its text without a byte order mark, lower-case hex.</summary>
    public required ImmutableArray<(string Path, string Hash)> Texts { get; init; }

    /// <summary>The same of what else the verdict rests on: what restore wrote, the policy, the lock, the guard's own text. A build whose check has just seen them does not read them in every project.</summary>
    public required ImmutableArray<(string Path, string Hash)> Basis { get; init; }

    /// <summary>What restore wrote, as far as the policy lets it in.</summary>
    public required GeneratedImports Generated { get; init; }

    /// <summary>Imports of props that are let in.</summary>
    public required ImmutableArray<GeneratedImport> Props { get; init; }

    /// <summary>Imports of targets that are let in.</summary>
    public required ImmutableArray<GeneratedImport> Targets { get; init; }

    /// <summary>Content files that are let in.</summary>
    public ImmutableArray<GeneratedContent> Content { get; init; } = [];

    /// <summary>Packages whose analyzers are kept out of the compiler.</summary>
    public ImmutableArray<string> WithoutAnalyzers { get; init; } = [];

    /// <summary>Packages whose source files are kept out of the compiler.</summary>
    public ImmutableArray<string> WithoutContent { get; init; } = [];

    /// <summary>Files of tools that are let in if they are there, by full path, each with the hashes that its text may have.</summary>
    public ImmutableArray<(string Path, ImmutableArray<string> Hashes)> ToolFiles { get; init; } = [];

    /// <summary>Full path of the list of packages that a build compares before it runs anything of them.</summary>
    public required string Manifest { get; init; }

    /// <summary>How builds are sealed; null where the policy lets them use the network.</summary>
    public SealWords? Seal { get; init; }

    /// <summary>Names of the targets that packages define. Whatever they hang on, the seal comes before them.</summary>
    public ImmutableArray<string> PackageTargets { get; init; } = [];

    /// <summary>Full path of the assembly that holds the guard's tasks.</summary>
    public string TaskAssembly { get; init; } = "";
}

/// <summary>Writes the gate's two files of a project. Pure: the same content gives the same text.</summary>
internal static class GateText
{
    private const string Head = """
        <!-- Written by BuildGuard's check: what it lets into this project. A stamp covers this file; an edited one closes the gate. -->
        <Project TreatAsLocalProperty="_BuildGuardOpen;_BuildGuardClosedBy;_BuildGuardFile;_BuildGuardPolicyThen;_BuildGuardManifest;_BuildGuardLoadedFrom;_BuildGuardMarks;_BuildGuardSeen;_BuildGuardStart;_BuildGuardInitial;_BuildGuardJudgedBy;_BuildGuardJudged;_BuildGuardJudgedAssets">

        """;

    private const string SealTask = "BuildGuard.Tasks.SealBuild";

    /// <summary>
    /// Whether there may be something to tell: the broker's bell says so, or there is none (BuildGuard.Sandbox.Hosts.BellFiles), or the broker has ended, by the state that the kernel gives it. Read here, from no property,
    /// so nothing that a build sets has a say.
    /// </summary>
    private const string MayHaveNews = "!Exists('/proc/self/fd/2019/stat') or '$([System.IO.File]::ReadAllText(`/proc/self/fd/2018`))' != 'quiet' or '$([System.IO.File]::ReadAllText(`/proc/self/fd/2019/stat`).Contains(` Z `))' != 'False'";

    /// <summary>The file that is imported in the place of nuget.g.props.</summary>
    public static string Props(GateContent content)
    {
        var text = new StringBuilder(Head);
        text.Append("  <PropertyGroup>\n");
        text.Append($"    <_BuildGuardFile>{Escape(content.Project)}</_BuildGuardFile>\n");
        text.Append("    <_BuildGuardClosedBy Condition=\"'$(MSBuildProjectFullPath)' != '$(_BuildGuardFile)'\">the last check was about another project</_BuildGuardClosedBy>\n");
        text.Append($"    <_BuildGuardPolicyThen>{Escape(content.PolicyAsked)}</_BuildGuardPolicyThen>\n");
        text.Append("    <_BuildGuardClosedBy Condition=\"'$(_BuildGuardClosedBy)' == '' and '$(_BuildGuardPolicyAsked)' != '$(_BuildGuardPolicyThen)'\">the last check was by another policy</_BuildGuardClosedBy>\n");
        foreach (var file in content.Texts)
            Compare(text, file);
        text.Append("  </PropertyGroup>\n  <PropertyGroup Condition=\"'$(_BuildGuardSeen)' == ''\">\n");
        foreach (var file in content.Basis)
            Compare(text, file);
        text.Append("  </PropertyGroup>\n  <PropertyGroup>\n");
        text.Append("    <_BuildGuardOpen Condition=\"'$(_BuildGuardClosedBy)' != ''\">false</_BuildGuardOpen>\n");
        text.Append($"    <_BuildGuardManifest>{Escape(content.Manifest)}</_BuildGuardManifest>\n");
        // Compared before the task below is loaded from it.
        var guard = Path.GetDirectoryName(content.TaskAssembly) + Path.DirectorySeparatorChar;
        if (content.Seal is not null)
            text.Append($"    <_BuildGuardLoadedFrom>{Escape(guard)}</_BuildGuardLoadedFrom>\n");
        // What the project begins with, before anything of a package is imported: nothing in a process that was sealed, in this build, by these words, and that compared the list by then. Else the target below.
        if (content.Seal is { } words)
        {
            var compared = SealWords.Compared(words.HookFolder, guard, content.Manifest);
            text.Append($"    <_BuildGuardStart Condition=\"{When(null)} and '$(_BuildGuardSeen)' != '' and $(_BuildGuardMarks.Contains('{compared}')) and $(_BuildGuardMarks.Contains('{words.Name}'))\">{words.Name}</_BuildGuardStart>\n");
            text.Append($"    <SharedCompilationId Condition=\"'$(_BuildGuardStart)' == '{words.Name}'\">$(_BuildGuardMarks.Split('=')[1])</SharedCompilationId>\n");
        }
        text.Append("    <_BuildGuardStart Condition=\"'$(_BuildGuardStart)' == ''\">target</_BuildGuardStart>\n");
        text.Append("  </PropertyGroup>\n  <Import Project=\"$(_BuildGuardInitial)\" Condition=\"'$(_BuildGuardStart)' == 'target'\" />\n");
        // Before everything of a package: the first to register a task has it, and the name and the values are not properties that anybody could set.
        foreach (var task in HookTasks.Names)
            text.Append($"  <UsingTask TaskName=\"{task}\" AssemblyName=\"{HookTasks.Assembly}\" />\n");
        if (content.Seal is { } seal)
        {
            text.Append($"  <UsingTask TaskName=\"{SealTask}\" AssemblyFile=\"{Escape(content.TaskAssembly)}\" />\n");
            // Where a project before this one, in this process and in this build, had it sealed by the same words, it need not be done again. The mark says that; its readers were compared with the rest.
            SealTarget(text, seal, "_BuildGuardSeal", " DependsOnTargets=\"_BuildGuardVerifyFiles\"", $"""
                    <PropertyGroup>
                      <_BuildGuardIsSealed />
                      <_BuildGuardIsSealed Condition="'$(_BuildGuardOpen)$(_BuildGuardIsCompared)' == 'trueTrue' and $(_BuildGuardMarks.Contains('{seal.Name}'))">true</_BuildGuardIsSealed>
                      <SharedCompilationId Condition="'$(_BuildGuardIsSealed)' == 'true'">$(_BuildGuardMarks.Split('=')[1])</SharedCompilationId>
                    </PropertyGroup>

                """, " Condition=\"'$(_BuildGuardIsSealed)' != 'true'\"");
            // MSBuild runs first what hangs on a target. A package's target that hangs on one of these leads back to them: a circle, which MSBuild refuses.
            if (content.PackageTargets.Length > 0)
                text.Append($"  <Target Name=\"_BuildGuardSealEarly\" BeforeTargets=\"{string.Join(';', content.PackageTargets.Select(Escape))}\" DependsOnTargets=\"_BuildGuardVerifyFiles;_BuildGuardSeal\" />\n");
        }
        Properties(text, content.Generated.Properties.Where(p => !IsPackagePath(p)));
        if (content.Generated.SourceRoots.Length > 0)
        {
            text.Append("  <ItemGroup Condition=\"'$(_BuildGuardOpen)' == 'true'\">\n");
            foreach (var root in content.Generated.SourceRoots)
                text.Append($"    <SourceRoot Include=\"{Escape(root)}\" />\n");
            text.Append("  </ItemGroup>\n");
        }
        Items(text, content.Content);
        Imports(text, content.Props);
        Tools(text, content, ".props");
        Properties(text, content.Generated.Properties.Where(IsPackagePath));
        return text.Append("</Project>\n").ToString();
    }

    /// <summary>The file that is imported in the place of nuget.g.targets.</summary>
    public static string Targets(GateContent content)
    {
        var text = new StringBuilder(Head);
        Imports(text, content.Targets);
        Tools(text, content, ".targets");
        if (content.Seal is { } seal)
        {
            // MSBuild would load these, in a graph build, before it builds anything.
            text.Append($"  <ItemGroup Condition=\"{When(null)}\">\n    <ProjectCachePlugin Remove=\"@(ProjectCachePlugin)\" />\n  </ItemGroup>\n");
            // Who tried is told where a build has got somewhere; what remains is told when it is over.
            foreach (var target in (string[])["CoreCompile", "Build", "VSTest", "Pack", "Publish"])
                SealTarget(text, seal, $"_BuildGuardSealAfter{target}", $" AfterTargets=\"{target}\" Condition=\"{MayHaveNews}\"", "", "");
        }
        if (content.WithoutAnalyzers.Length + content.WithoutContent.Length > 0)
        {
            text.Append("  <!-- What the policy excludes. ExcludeAssets would not keep an analyzer out. -->\n  <Target Name=\"_BuildGuardExclude\" BeforeTargets=\"CoreCompile\">\n    <ItemGroup>\n");
            foreach (var id in content.WithoutAnalyzers)
                text.Append($"      <Analyzer Remove=\"@(Analyzer)\" Condition=\"'%(Analyzer.NuGetPackageId)' == '{Escape(id)}' and '%(Analyzer.FrameworkReferenceName)' == ''\" />\n");
            foreach (var id in content.WithoutContent)
                text.Append($"      <Compile Remove=\"@(Compile)\" Condition=\"'%(Compile.NuGetPackageId)' == '{Escape(id)}'\" />\n");
            text.Append("    </ItemGroup>\n  </Target>\n");
            // What has to be filled in first becomes an item in the build, and all else above.
            text.Append("  <Target Name=\"_BuildGuardExcludeContent\" BeforeTargets=\"RunProduceContentAssets\">\n    <ItemGroup>\n");
            foreach (var id in content.WithoutContent)
                text.Append($"      <_ContentFilesToPreprocess Remove=\"@(_ContentFilesToPreprocess)\" Condition=\"'%(_ContentFilesToPreprocess.NuGetPackageId)' == '{Escape(id)}'\" />\n");
            text.Append("    </ItemGroup>\n  </Target>\n");
        }
        // After everything that packages set: a build asks whether it would be judged by the same.
        text.Append($"  <PropertyGroup>\n    <_BuildGuardJudgedBy>{Escape(content.Policy)}</_BuildGuardJudgedBy>\n    <_BuildGuardJudged>{content.Judged}</_BuildGuardJudged>\n    <_BuildGuardJudgedAssets>{content.JudgedAssets}</_BuildGuardJudgedAssets>\n  </PropertyGroup>\n");
        return text.Append("</Project>\n").ToString();
    }

    /// <summary>Shuts the gate where a file is not as it was.</summary>
    /// <param name="text">Is given it.</param>
    /// <param name="file">The file and its hash.</param>
    private static void Compare(StringBuilder text, (string Path, string Hash) file)
    {
        text.Append($"    <_BuildGuardFile>{Escape(file.Path)}</_BuildGuardFile>\n");
        text.Append($"    <_BuildGuardClosedBy Condition=\"'$(_BuildGuardClosedBy)' == '' and (!Exists('$(_BuildGuardFile)') or 'h$([MSBuild]::StableStringHash($([System.IO.File]::ReadAllText($(_BuildGuardFile))), `Sha256`))' != 'h{file.Hash}')\">$(_BuildGuardFile) is not as it was when the last check passed</_BuildGuardClosedBy>\n");
    }

    private static void SealTarget(StringBuilder text, SealWords seal, string name, string when, string first, string condition)
    {
        // No condition but that it was done, or that nobody tried: a seal too many is better than one that somebody could argue away.
        text.Append($"  <Target Name=\"{name}\"{when}>\n{first}    <{SealTask}{condition} Words=\"{Escape(seal.ToString())}\" Compared=\"$(_BuildGuardOpen)$(_BuildGuardIsCompared)\" Project=\"$(MSBuildProjectFullPath)\" Sdk=\"$(MSBuildToolsPath)\">\n");
        text.Append($"      <Output TaskParameter=\"CompilerServer\" PropertyName=\"SharedCompilationId\" />\n    </{SealTask}>\n  </Target>\n");
    }

    private static void Properties(StringBuilder text, IEnumerable<GeneratedProperty> properties)
    {
        foreach (var group in properties.GroupBy(p => p.Framework))
        {
            text.Append($"  <PropertyGroup Condition=\"{When(group.Key)}\">\n");
            foreach (var p in group)
                text.Append($"    <{p.Name} Condition=\"'$({p.Name})' == ''\">{Escape(p.Value)}</{p.Name}>\n");
            text.Append("  </PropertyGroup>\n");
        }
    }

    private static void Items(StringBuilder text, IEnumerable<GeneratedContent> content)
    {
        foreach (var item in content)
        {
            var when = string.Concat(item.Languages.Select(l => $" and '$(Language)' {l}"));
            text.Append($"  <ItemGroup Condition=\"{When(item.File.Framework)}{when}\">\n    <{item.ItemType} Include=\"{Escape(item.File.Path)}\" Condition=\"Exists('{Escape(item.File.Path)}')\">\n");
            foreach (var (name, value) in item.Metadata)
                text.Append($"      <{name}>{Escape(value)}</{name}>\n");
            text.Append($"    </{item.ItemType}>\n  </ItemGroup>\n");
        }
    }

    private static void Imports(StringBuilder text, IEnumerable<GeneratedImport> imports)
    {
        foreach (var import in imports)
            text.Append($"  <Import Project=\"{Escape(import.Path)}\" Condition=\"{When(import.Framework)} and Exists('{Escape(import.Path)}')\" />\n");
    }

    /// <summary>A tool writes its file after the check, so the hash is compared in the evaluation that imports it.</summary>
    private static void Tools(StringBuilder text, GateContent content, string extension)
    {
        foreach (var (path, hashes) in content.ToolFiles.Where(f => f.Path.EndsWith(extension, StringComparison.Ordinal)))
        {
            var hash = $"'h$([MSBuild]::StableStringHash($([System.IO.File]::ReadAllText($(_BuildGuardFile))), `Sha256`))'";
            text.Append($"  <PropertyGroup>\n    <_BuildGuardFile>{Escape(path)}</_BuildGuardFile>\n  </PropertyGroup>\n");
            text.Append($"  <Import Project=\"$(_BuildGuardFile)\" Condition=\"{When(null)} and Exists('$(_BuildGuardFile)') and ({string.Join(" or ", hashes.Select(h => $"{hash} == 'h{h}'"))})\" />\n");
        }
    }

    private static string When(string? framework) =>
        framework is null ? "'$(_BuildGuardOpen)' == 'true'" : $"'$(_BuildGuardOpen)' == 'true' and '$(TargetFramework)' == '{framework}'";

    private static bool IsPackagePath(GeneratedProperty property) => property.Name.StartsWith("Pkg", StringComparison.Ordinal);

    /// <summary>For MSBuild, and then for XML: a path or a name may hold what either takes for syntax, and a line break that stood in an attribute would come back as a space.</summary>
    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            if (c is < ' ' or '%' or '*' or '?' or '@' or '$' or '(' or ')' or ';' or '\'')
                text.Append('%').Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }
        return SecurityElement.Escape(text.ToString());
    }
}
