using System.Diagnostics;
using BuildGuard.Core.Reports;
using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Hosts;
using Microsoft.Build.Framework;

namespace BuildGuard.Tasks;

/// <content>The end of a build, which no task sees.</content>
public sealed partial class SealBuild
{
    /// <summary>MSBuild disposes of it when the build is over. No task can speak any more then, so what is left to tell goes straight to the console: to that of the process that runs the build, since a node has none.</summary>
    private sealed class EndOfBuild(ProcessSeal seal) : IDisposable
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
        private static readonly TimeSpan Deafness = TimeSpan.FromMilliseconds(300);

        private readonly Timer _watch = new(_ => seal.Session?.Watch(), null, Pause, Pause);
        private readonly Dictionary<string, string?> _projects = [];
        private SealBuild? _task;
        private string? _first;

        /// <summary>The seal.</summary>
        public ProcessSeal Seal => seal;

        /// <summary>Whether a process of this build is not sealed: then nothing more may be built here.</summary>
        public bool IsIncomplete { get; set; }

        /// <summary>What was named on the command line, as far as that is known here; MSBuild's own name otherwise.</summary>
        public string Entry { get; private set; } = "MSBUILD";

        /// <summary>A task runs. The last one knows the packages.</summary>
        public void Begin(SealBuild task)
        {
            if (task.Role is "Entry" or "Node" && _task is not null)
                return;
            _task = task;
            if (task.Role is not ("Project" or "Solution"))
                return;
            _first ??= task.Project;
            Entry = ((IBuildEngine6)task.BuildEngine).GetGlobalProperties().TryGetValue("SolutionPath", out var solution) && File.Exists(solution) ? solution : UserCommand.IsNode() ? Entry : _first;
            if (task.Role != "Project")
                return;
            // As the kernel tells the folder of what a project starts: without links on the way.
            var folder = Environment.CurrentDirectory;
            _projects[folder] = !_projects.TryGetValue(folder, out var other) || other == task.Project ? task.Project : null;
        }

        /// <summary>The project whose folder it is, among those that this process built; null where there is none, or more than one.</summary>
        public string? ProjectIn(string folder) => _projects.GetValueOrDefault(folder)
            ?? (_projects.ContainsKey(folder) ? null : Gated(folder))
            ?? (_projects.Count == 1 && !HoldsProject(folder) && !UserCommand.IsNode() && BuildNode.Connected(out _).Count == 0 ? _projects.Values.First() : null);

        /// <summary>Whether the folder is that of a project which is not known here: those that follow another in this process call only where somebody tried.</summary>
        private static bool HoldsProject(string folder) => Directory.Exists(folder) && Directory.GetFiles(folder, "*.*proj").Length > 0;

        /// <summary>A project that has not called yet, as most do when they are built: the only one of the folder that the gate is open for.</summary>
        private static string? Gated(string folder)
        {
            var obj = Path.Combine(folder, "obj", "buildguard");
            if (!Directory.Exists(obj))
                return null;
            var stamps = Directory.GetFiles(obj, "*.gate");
            var project = stamps.Length == 1 ? Path.Combine(folder, Path.GetFileNameWithoutExtension(stamps[0])) : null;
            return File.Exists(project) ? project : null;
        }

        public void Dispose()
        {
            _watch.Dispose();
            if (seal.Session is { } session && _task is not null)
            {
                var isNode = UserCommand.IsNode();
                var (lines, others) = isNode ? ([], 0) : OfNodes(session);
                var attempts = session.TakeAttempts();
                // In nearly every build there is nothing to tell, and what would tell it need not be loaded for that.
                if (attempts is not { Described.Length: 0, Others: 0 } || others > 0)
                    lines.AddRange(Told(_task, attempts, others));
                if (!isNode || !SealSession.HandOver(BuildNode.Runners(), lines))
                    lines.ForEach(Console.Error.WriteLine);
            }
            seal.EndBuild();
        }

        private IEnumerable<string> Told(SealBuild task, AttemptList? attempts, int others)
        {
            task.TakeLate();
            var guard = task.With(new() { Subject = _first ?? task.Project, HasGate = true, Strict = task.Strict }, this, attempts);
            return task.Judge(guard with { FurtherNetworkUses = guard.FurtherNetworkUses + others })
                .Select(j => $"{j.Finding.Location.File} : {(j.Severity == Core.Findings.Severity.Error ? "error" : "warning")} {j.Finding.Code}: {FindingText.OneLine(j.Finding)}");
        }

        /// <summary>What the nodes have to tell, which end at the same time. Each says when it has told all.</summary>
        private static (List<string> Lines, int Others) OfNodes(SealSession session)
        {
            var (lines, others, ended) = (new List<string>(), 0, new List<int>());
            var nodes = BuildNode.Connected(out _);
            nodes.RemoveAll(n => !BuildNode.IsSealedLikeThis(n));
            // In nearly every build. Nodes take some time to end.
            if (session.AreSilent(nodes))
                return (lines, others);
            for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(1))
            {
                // Asked before what they told is taken: nothing comes after that.
                nodes.RemoveAll(n => ended.Contains(n) || BuildNode.HasEnded(n));
                if (clock.Elapsed > Deafness)
                {
                    _ = BuildNode.Connected(out var listening);
                    nodes.RemoveAll(n => !listening.Contains(n));
                }
                while (session.TakeHandedOver(ended, ref others) is { Count: > 0 } more)
                    lines.AddRange(more);
                if (nodes.Count == 0 || session.IsJoined || clock.Elapsed > Patience)
                    return (lines, others);
            }
        }
    }
}
