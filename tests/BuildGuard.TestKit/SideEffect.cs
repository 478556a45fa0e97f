using System.Security;

namespace BuildGuard.TestKit;

/// <summary>
/// What a hostile package does: it leaves a marker file. The snippets are whole MSBuild projects, for <see cref="TestPackage.Props"/> and <see cref="TestPackage.Targets"/>;
/// several packages can carry them at once. A test shows that the marker appears without BuildGuard, resets, and shows that it stays absent with it.
/// </summary>
public sealed class SideEffect
{
    private readonly string _seedFolder;
    private readonly string _target;

    /// <summary>Prepares a marker in the temp folder.</summary>
    /// <param name="temp">Holds the marker.</param>
    /// <param name="name">Tells several markers of one test apart; letters and digits.</param>
    public SideEffect(TempFolder temp, string name = "Hostile")
    {
        Marker = Path.Combine(temp.Folder("markers"), name + ".marker");
        _seedFolder = temp.Folder("seed");
        _target = "_" + name;
        File.WriteAllText(Path.Combine(_seedFolder, "seed.txt"), "seed");
    }

    /// <summary>Absolute path of the marker file.</summary>
    public string Marker { get; }

    /// <summary>Whether the marker exists.</summary>
    public bool Happened => File.Exists(Marker);

    /// <summary>Deletes the marker.</summary>
    public void Reset() => File.Delete(Marker);

    /// <summary>Writes the marker while the file is evaluated, before any target: an instance method of an object that a property function returned copies a file.</summary>
    public string AtEvaluation =>
        $"<Project><PropertyGroup><{_target}>$([System.IO.Directory]::GetParent('{Escape(_seedFolder)}/x').GetFiles('seed.txt').GetValue(0).CopyTo('{Escape(Marker)}', true))</{_target}></PropertyGroup></Project>";

    /// <summary>Writes the marker in an initial target, by Touch.</summary>
    public string InInitialTarget =>
        $"<Project InitialTargets=\"{_target}\"><Target Name=\"{_target}\"><Touch Files=\"{Escape(Marker)}\" AlwaysCreate=\"true\" /></Target></Project>";

    /// <summary>Writes the marker before a target, by WriteLinesToFile.</summary>
    public string BeforeTarget(string target = "PrepareForBuild") =>
        $"<Project><Target Name=\"{_target}\" BeforeTargets=\"{target}\"><WriteLinesToFile File=\"{Escape(Marker)}\" Lines=\"x\" Overwrite=\"true\" /></Target></Project>";

    /// <summary>Writes the marker before a target, by a command.</summary>
    public string ByExec(string target = "PrepareForBuild") =>
        $"<Project><Target Name=\"{_target}\" BeforeTargets=\"{target}\"><Exec Command=\"echo x &gt; &quot;{Escape(Marker)}&quot;\" /></Target></Project>";

    /// <summary>Writes the marker before a target, by a C# inline task.</summary>
    public string ByInlineTask(string target = "PrepareForBuild") =>
        $"""
        <Project>
          <UsingTask TaskName="{_target}Task" TaskFactory="RoslynCodeTaskFactory" AssemblyFile="$(MSBuildToolsPath)/Microsoft.Build.Tasks.Core.dll">
            <Task><Code Type="Fragment" Language="cs">System.IO.File.WriteAllText(@"{Escape(Marker)}", "x");</Code></Task>
          </UsingTask>
          <Target Name="{_target}" BeforeTargets="{target}"><{_target}Task /></Target>
        </Project>
        """;

    /// <summary>
    /// Runs a task dll of the package before a target; the package must also have <c>build/{assembly}.dll</c> beside the file, made by <see cref="TestAssembly.BuildTask"/> with
    /// the name <paramref name="assembly"/> and <see cref="Marker"/>.
    /// </summary>
    public string ByTaskDll(string assembly, string target = "PrepareForBuild") =>
        $"<Project><UsingTask TaskName=\"{assembly}.EvilTask\" AssemblyFile=\"$(MSBuildThisFileDirectory){assembly}.dll\" /><Target Name=\"{_target}\" BeforeTargets=\"{target}\"><{assembly}.EvilTask /></Target></Project>";

    private static string Escape(string path) => SecurityElement.Escape(path);
}
