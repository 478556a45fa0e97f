using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Checking;
using BuildGuard.NuGet.Files;

namespace BuildGuard.NuGet.Sources;

/// <summary>
/// Reads where the packages of a repo can come from: the files of NuGet's configuration that each restore says it read, merged as NuGet merges them, and the sources that it used, which a property or
/// the command line may have given.
/// </summary>
internal static class SourceReading
{
    private const int MaxConfigBytes = 4 * 1024 * 1024;

    /// <summary>The graph with its sources.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="root">The policy's folder.</param>
    /// <param name="machine">The machine.</param>
    public static PackageGraph AddTo(PackageGraph graph, string root, Machine machine)
    {
        var configurations = graph.Projects.Select(p => (Project: p, Files: Existing(p))).GroupBy(p => string.Join('\n', p.Files.Count > 0 ? p.Files : [Path.GetDirectoryName(p.Project.Path)!]))
            .Select(g => (Projects: g.Select(p => p.Project).ToList(), Configuration: g.First().Files is { Count: > 0 } files ? NuGetConfiguration.Read(files) : NuGetConfiguration.Read(Path.GetDirectoryName(g.First().Project.Path)!))).ToList();
        var feeds = new List<ConfiguredFeed>();
        var signers = new List<ConfiguredSigner>();
        var gaps = new List<EvidenceGap>();
        foreach (var (projects, configuration) in configurations)
        {
            if (configuration.Problem is { } problem)
                gaps.Add(new($"NuGet's configuration cannot be read ({problem})", "Correct the file; NuGet cannot restore with it either.", new(projects[0].RestoreConfigFiles.FirstOrDefault() ?? projects[0].Path)));
            foreach (var source in configuration.Sources.Where(s => s.IsEnabled))
                feeds.Add(new(source.Name, source.Url, Place(source.File, source.Name, projects[0].Path)) { IsOfMachine = source.File is not null && NuGetConfiguration.IsOfMachine(source.File), IsRelative = source.IsRelative });
            foreach (var signer in configuration.Signers)
                signers.Add(new(signer.Name, signer.Certificates, Place(signer.File, signer.Name, projects[0].Path)) { IsOfMachine = signer.File is not null && NuGetConfiguration.IsOfMachine(signer.File) });
            var configured = configuration.Sources.Select(s => SourceAddress.Identity(s.Url, root)).ToHashSet(StringComparer.Ordinal);
            foreach (var project in projects)
                feeds.AddRange(project.RestoreSources.Where(s => !configured.Contains(SourceAddress.Identity(s, root))).Select(s => new ConfiguredFeed(null, s, new(project.Path))));
        }
        return graph with
        {
            Gaps = graph.Gaps.AddRange(gaps),
            FilesRead = graph.FilesRead + graph.Projects.SelectMany(Existing).Distinct().Count(),
            Sources = new()
            {
                Feeds = [.. feeds.DistinctBy(f => (SourceAddress.Identity(f.Address, root), f.Location.File))],
                Signers = [.. signers.DistinctBy(s => (s.Name, s.Location.File))],
                SdkRoots = [.. machine.Sdks.Select(s => Path.GetFullPath(Path.Combine(s, "..", ".."))).Distinct()],
            },
        };
    }

    private static List<string> Existing(ProjectFacts project) => [.. project.RestoreConfigFiles.Where(Disk.IsFile)];

    /// <summary>The line of a file that holds a name; NuGet does not tell it.</summary>
    private static SourceLocation Place(string? file, string name, string project)
    {
        if (file is null)
            return new(project);
        var (bytes, _) = BoundedFile.Read(file, MaxConfigBytes);
        var lines = bytes is null ? [] : System.Text.Encoding.UTF8.GetString(bytes).Split('\n');
        var line = Array.FindIndex(lines, l => l.Contains($"\"{name}\"", StringComparison.OrdinalIgnoreCase) || l.Contains($"<{name}", StringComparison.OrdinalIgnoreCase));
        return new(file, line + 1, line < 0 ? 0 : 1);
    }
}
