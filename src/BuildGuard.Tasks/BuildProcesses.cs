using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using BuildGuard.Sandbox;
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
/// <param name="subject">What is built, as messages name it.</param>
/// <param name="words">What the gate tells whoever seals, where the check of this build has opened it (<see cref="BuildGuard.NuGet.Gate.SealWords"/>), as a text; "" elsewhere.</param>
/// <param name="name">Their name; "" where there are none.</param>
internal sealed class BuildProcesses(IBuildEngine6 engine, string folder, bool report, bool warn, string subject, string words, string name)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Deafness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>From a node: has the process that runs the build sealed, with all of its nodes. Once in a build.</summary>
    /// <returns>Whether that worked.</returns>
    public bool SealEntry()
    {
        var clock = Stopwatch.StartNew();
        var runners = BuildNode.Runners();
        // While that process is at work on something else MSBuild builds dirs.proj on a node, where it does nothing but wait a little. So it is asked for anew.
        for (var turn = 0; clock.Elapsed < Patience; turn++)
        {
            if (!Build("dirs.proj", "SealEntry", [turn.ToString(CultureInfo.InvariantCulture)]))
                return false;
            if (runners.Any(AreSealed))
                return true;
        }
        return false;
    }

    /// <summary>From the process that runs the build: has each of its nodes sealed.</summary>
    /// <param name="together">Before this process is: it is sealed at the same time then, if there is a node to seal.</param>
    /// <returns>Whether that worked.</returns>
    public bool SealNodes(bool together = false)
    {
        var nodes = Unsealed(together ? BuildNode.IsSealedBefore : BuildNode.IsSealedLikeThis, out var connected);
        if (nodes.Count == 0)
            return true;
        // A node builds one project at a time, and each of these stays until all nodes are sealed. So each node gets one, this process too, which waits here meanwhile.
        var numbers = new string[nodes.Count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = nodes[i].ToString(CultureInfo.InvariantCulture);
        var list = string.Join('+', numbers);
        var parts = new string[connected + 1];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = string.Create(CultureInfo.InvariantCulture, $"{i}:{list}");
        return Build("Check.proj", "SealNode", parts, together);
    }

    /// <summary>In each of these: stays until all nodes are sealed.</summary>
    /// <param name="part">What <see cref="SealNodes"/> said.</param>
    /// <returns>Whether they are.</returns>
    public static bool Wait(string part) => Until(() => OfPart(part).TrueForAll(BuildNode.IsSealedLikeThis), Patience);

    /// <summary>On a node that was given what the process that runs the build should have been given: stays for a while, or until that is sealed with its nodes.</summary>
    /// <returns>True: whoever asked looks for itself.</returns>
    public static bool WaitForEntry()
    {
        _ = Until(() => BuildNode.Runners().Any(AreSealed), Turn);
        return true;
    }

    /// <summary>The processes of this build that are not sealed, as a message names them.</summary>
    /// <param name="part">On a node that waited for others: which.</param>
    public static IReadOnlyList<string> Describe(string part) =>
    [
        .. (part.Contains(':', StringComparison.Ordinal) ? OfPart(part) : UserCommand.IsNode() ? BuildNode.Runners().SelectMany(r => BuildNode.StartedBy(r).Prepend(r)) : Listening())
            .Where(n => !BuildNode.IsSealedLikeThis(n)).Select(BuildNode.Describe),
    ];

    private static List<int> Listening()
    {
        _ = BuildNode.Connected(out var listening);
        return listening;
    }

    /// <summary>The nodes that are not sealed. One that does not even read what it is sent is not at work for this process.</summary>
    /// <param name="isSealed">Whether one is.</param>
    /// <param name="connected">How many nodes work for this process, sealed or not.</param>
    private static List<int> Unsealed(Predicate<int> isSealed, out int connected)
    {
        var count = 0;
        List<int> nodes = [];
        List<int> listening = [];
        _ = Until(
            () =>
            {
                nodes = BuildNode.Connected(out listening);
                count = nodes.Count;
                nodes.RemoveAll(isSealed);
                return nodes.TrueForAll(listening.Contains);
            },
            Deafness);
        nodes.RemoveAll(n => !listening.Contains(n));
        connected = count;
        return nodes;
    }

    /// <summary>Whether a process that runs a build is sealed, with its nodes. Where nobody can be asked, those that it started count.</summary>
    private static bool AreSealed(int runner) => BuildNode.IsSealedLikeThis(runner) && (SealSession.IsWhole(runner) ?? BuildNode.StartedBy(runner).All(BuildNode.IsSealedLikeThis));

    // Loops, because queries over numbers would be compiled anew in every process that is sealed.
    private static List<int> OfPart(string part)
    {
        List<int> nodes = [];
        foreach (var node in part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('+'))
            nodes.Add(int.Parse(node, CultureInfo.InvariantCulture));
        return nodes;
    }

    private static bool Until(Func<bool> holds, TimeSpan patience)
    {
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(Pause))
        {
            if (holds())
                return true;
            if (clock.Elapsed > patience)
                return false;
        }
    }

    /// <summary>As MSBuild takes the value of a property: a percent sign before two hex digits is a character for it.</summary>
    private static string Escaped(string value) => value.Replace("%", "%25", StringComparison.Ordinal);

    private bool Build(string project, string target, string[] parts, bool together = false)
    {
        var projects = Array.ConvertAll(parts, _ => Path.Combine(folder, project));
        // With the same properties everywhere, whatever the project at hand was given, MSBuild does the same only once.
        var properties = Array.ConvertAll(parts, p => new Dictionary<string, string>
        {
            ["BuildGuardToolFolder"] = Escaped(Path.GetDirectoryName(typeof(BuildProcesses).Assembly.Location) + Path.DirectorySeparatorChar),
            ["BuildGuardSealNetwork"] = report ? "Report" : "Deny",
            ["BuildGuardSealWarn"] = warn.ToString(),
            ["BuildGuardSealPart"] = p,
            ["BuildGuardSealMarks"] = BuildMark.Of(engine),
            ["BuildGuardSealTogether"] = together.ToString(),
            ["BuildGuardSubject"] = Escaped(subject),
            // As a text that MSBuild takes for nothing else: paths are in it.
            ["BuildGuardSealWords"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(words)),
            ["BuildGuardSealName"] = name,
        });
        var inherited = engine.GetGlobalProperties().Keys.Except(properties[0].Keys, StringComparer.OrdinalIgnoreCase).ToList();
        return engine.BuildProjectFilesInParallel(projects, [target], Array.ConvertAll(properties, p => (IDictionary)p), Array.ConvertAll(parts, _ => (IList<string>)inherited), new string[parts.Length], returnTargetOutputs: false).Result;
    }
}
