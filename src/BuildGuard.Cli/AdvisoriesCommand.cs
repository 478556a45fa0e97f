using BuildGuard.Core.Advisories;
using BuildGuard.Core.Reports;
using BuildGuard.Core.Sources;
using BuildGuard.NuGet.Advisories;
using BuildGuard.NuGet.Policies;
using BuildGuard.NuGet.Sources;

namespace BuildGuard.Cli;

/// <summary><c>buildguard advisories update</c>: the command that uses the network, so that no check has to.</summary>
internal static class AdvisoriesCommand
{
    public static async Task<int> UpdateAsync(string? from, string? output, string? policy, bool force, CancellationToken cancel)
    {
        var document = PolicyFiles.Load(Environment.CurrentDirectory, policy is null ? null : Path.GetFullPath(policy));
        if (Target(output, document) is not { } target)
            return Shell.Undecided;
        var feeds = from is null ? NuGetConfiguration.Read(Path.GetDirectoryName(document.Path)!) : null;
        if (feeds?.Problem is { } unreadable)
            return Failed($"the NuGet configuration cannot be read: {unreadable}", null);
        string[] addresses = [.. (feeds?.Sources ?? []).Where(s => s.IsEnabled && s.IsHttp).Select(s => s.Url)];
        if (addresses.FirstOrDefault(a => !Uri.TryCreate(a, UriKind.Absolute, out _)) is { } bad)
            return Failed($"the NuGet configuration names {SourceAddress.Shown(bad)}, which is no address", null);
        try
        {
            var result = await AdvisoryUpdate.RunAsync(new()
            {
                Target = target,
                From = from,
                Feeds = [.. addresses.Select(a => new Uri(a))],
                Now = DateTimeOffset.UtcNow,
                Force = force,
            }, cancel);
            if (result.Problem is { } problem)
                return Failed(problem, result.Old);
            foreach (var note in result.Notes)
                Shell.Say($"Note: {note}");
            Shell.Say($"{Summary.Count(result.Data!.Records, "record")} about NuGet packages{(result.Old is { } old ? $", {old.Records:N0} before" : "")}; the newest is of {result.Data.Newest:yyyy-MM-dd}. From {result.Data.Source}.");
            Shell.Say($"Wrote {target}; check it in.");
            return Shell.Passed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Shell.Error("BG0009", $"{target} cannot be written ({e.Message.TrimEnd('.')}); the old data is untouched.", "Make the folder writable and run the command again.");
            return Shell.Undecided;
        }
    }

    private static string? Target(string? output, Core.Policy.PolicyDocument document)
    {
        if (output is not null)
            return Path.GetFullPath(output);
        if (document.Policy is null)
        {
            foreach (var problem in document.Problems)
                Shell.Error("BG0001", $"{problem.Location}: {problem.What}", problem.Fix);
            return null;
        }
        var root = Path.GetDirectoryName(document.Path)!;
        if ((document.Policy.Advisories?.Databases ?? []).Select(d => Path.GetFullPath(d.Path, root)).FirstOrDefault(p => !Directory.Exists(p)) is { } target)
            return target;
        Shell.Error(null, "The policy names no file for advisories.", "Add to buildguard.json: \"advisories\": { \"databases\": [ \"advisories/osv.index\" ] }, or name a file: --output");
        return null;
    }

    private static int Failed(string problem, AdvisoryData? old)
    {
        Shell.Error("BG3004", $"The advisories were not updated: {problem}. {(old?.Day is { } day ? $"The old data, of {day:yyyy-MM-dd}, is kept" : "Nothing was written")}.", "See to the source, or take another: buildguard advisories update --from ADDRESS-OR-PATH");
        return Shell.Undecided;
    }
}
