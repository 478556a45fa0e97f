using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Projects;
using BuildGuard.NuGet.Sources;

namespace BuildGuard.NuGet.Checking;

/// <summary>The facts of a repo without a policy: what <c>init</c> starts from.</summary>
public static class GraphReading
{
    /// <summary>Reads the projects, their packages, and where these can come from.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="root">Folder that project paths are made relative to.</param>
    /// <param name="subject">Full path of what is looked at: a solution, a project or a folder.</param>
    /// <param name="progress">Told after each package: how many of how many.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static PackageGraph Read(IEnumerable<ProjectInput> projects, string root, string subject, Action<int, int>? progress, CancellationToken cancel)
    {
        var machine = Machine.Current();
        var graph = GraphReader.Read(new(projects, root) { Cache = EvidenceCache.Open(), Progress = progress, Subject = subject, Everything = true, Sdk = machine.Sdks.FirstOrDefault() }, cancel);
        return SourceReading.AddTo(graph, root, machine);
    }
}
