using System.Collections.Immutable;

namespace BuildGuard.NuGet.Gate;

/// <summary>
/// MSBuild's own tasks that the guard's targets call in a project, where packages have a say in what a task's name means. Under its full name a task is the one that was registered first: by the gate, before anything of a
/// package (TaskRegistry.GetTaskRegistrationRecord: what is registered to override is known by the last part of its name only, and an exact name comes before one that fits).
/// </summary>
internal static class HookTasks
{
    /// <summary>The assembly that MSBuild registers them from.</summary>
    public const string Assembly = "Microsoft.Build.Tasks.Core, Version=15.1.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a";

    /// <summary>Their full names.</summary>
    public static readonly ImmutableArray<string> Names =
    [
        "Microsoft.Build.Tasks.CallTarget",
        "Microsoft.Build.Tasks.Error",
        "Microsoft.Build.Tasks.Message",
        "Microsoft.Build.Tasks.MSBuild",
        "Microsoft.Build.Tasks.ReadLinesFromFile",
        "Microsoft.Build.Tasks.Warning",
    ];
}
