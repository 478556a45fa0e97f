using System.Collections;
using System.Globalization;
using BuildGuard.Sandbox.Hosts;
using Microsoft.Build.Framework;

namespace BuildGuard.Tasks;

/// <summary>
/// The other processes of a build. A node that was there before the seal, from the restore or from an earlier build, has no seal until it builds a project that brings one; and a package may have
/// a project of its own built there first. So before anything of a package runs, every process of the build is sealed: the one that runs the build, which every later node inherits the seal from, and
/// from there each node that it is connected to.
/// </summary>
/// <param name="engine">MSBuild.</param>
/// <param name="folder">The repo's own guard files.</param>
/// <param name="report">Whether attempts are let through.</param>
/// <param name="warn">Whether the build goes on where it cannot be sealed.</param>
internal sealed class BuildProcesses(IBuildEngine6 engine, string folder, bool report, bool warn)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>From a node: has the process that runs the build sealed, with all of its nodes. Once in a build.</summary>
    /// <returns>Whether that worked.</returns>
    public bool SealEntry() => Build("dirs.proj", "SealEntry", [""]);

    /// <summary>From the process that runs the build: has each of its nodes sealed.</summary>
    /// <returns>Whether that worked.</returns>
    public bool SealNodes()
    {
        var nodes = BuildNode.Connected();
        if (nodes.All(BuildNode.IsSealedLikeThis))
            return true;
        // A node builds one project at a time, and each of these stays until all nodes are sealed. So each node gets one, this process too, which waits here meanwhile.
        var list = string.Join('+', nodes.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        return Build("Check.proj", "SealNode", [.. Enumerable.Range(0, nodes.Count + 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}:{list}"))]);
    }

    /// <summary>In each of these: stays until all nodes are sealed.</summary>
    /// <param name="part">What <see cref="SealNodes"/> said.</param>
    /// <returns>Whether they are.</returns>
    public static bool Wait(string part)
    {
        var nodes = part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('+').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
        return SpinWait.SpinUntil(() => nodes.All(BuildNode.IsSealedLikeThis), Patience);
    }

    /// <summary>On a node: stays until the process that runs the build, and the nodes that this one started, are sealed.</summary>
    /// <returns>Whether they are.</returns>
    public static bool WaitForFamily() => SpinWait.SpinUntil(() => BuildNode.Family().All(BuildNode.IsSealedLikeThis), Patience);

    private bool Build(string project, string target, string[] parts)
    {
        var projects = Array.ConvertAll(parts, _ => Path.Combine(folder, project));
        // With the same properties everywhere, whatever the project at hand was given, MSBuild does the same only once.
        var properties = Array.ConvertAll(parts, p => new Dictionary<string, string>
        {
            ["BuildGuardToolFolder"] = Path.GetDirectoryName(typeof(BuildProcesses).Assembly.Location) + Path.DirectorySeparatorChar,
            ["BuildGuardSealNetwork"] = report ? "Report" : "Deny",
            ["BuildGuardSealWarn"] = warn.ToString(),
            ["BuildGuardSealPart"] = p,
        });
        var inherited = engine.GetGlobalProperties().Keys.Except(properties[0].Keys, StringComparer.OrdinalIgnoreCase).ToList();
        return engine.BuildProjectFilesInParallel(projects, [target], Array.ConvertAll(properties, p => (IDictionary)p), Array.ConvertAll(parts, _ => (IList<string>)inherited), new string[parts.Length], returnTargetOutputs: false).Result;
    }
}
