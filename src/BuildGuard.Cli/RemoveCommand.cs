using BuildGuard.NuGet.Authoring;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.Cli;

/// <summary><c>buildguard init --remove</c>: takes hook and gate out of a repo's build files again. Policy, lock and schema are decisions and records of people; they stay.</summary>
internal static class RemoveCommand
{
    public static int Run(string? path)
    {
        var start = Path.GetFullPath(path ?? Environment.CurrentDirectory);
        var root = RootOf(Directory.Exists(start) ? start : Path.GetDirectoryName(start)!);
        try
        {
            var plan = HookRemover.Prepare(root, HookTexts.All());
            if (plan.ByHand.Length > 0)
            {
                foreach (var file in plan.ByHand)
                    Shell.Say(file);
                Shell.Error(null, $"Nothing was changed: these files import {HookInstaller.FolderName}, and it could not be told how to take that out.", "Take the import out by hand, then run: buildguard init --remove");
                return Shell.Violations;
            }
            HookRemover.Apply(root, plan);
            foreach (var (file, _) in plan.Edited)
                Shell.Say($"Took the import out of {file}");
            foreach (var file in plan.Deleted)
                Shell.Say($"Deleted {file}");
            foreach (var file in plan.Kept)
                Shell.Say($"Note: {file} was left: it is not as init wrote it. Nothing imports it any more; delete it if nobody needs it.");
            Shell.Say(plan.IsEmpty
                ? $"The build files in {root} hold nothing of BuildGuard."
                : "No restore and no build runs the check any more. Policy, lock and schema stay until you delete them. To put the check back: buildguard init");
            return Shell.Passed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Shell.Error("BG0009", $"A file cannot be changed ({e.Message.TrimEnd('.')}); no file was left half written.", "Make the folder writable and run buildguard init --remove again; it goes on where it stopped.");
            return Shell.Undecided;
        }
    }

    /// <summary>Where init installed: the nearest folder with .buildguard/, else the policy's, else the one that was named.</summary>
    private static string RootOf(string folder)
    {
        for (var f = new DirectoryInfo(folder); f is not null; f = f.Parent)
        {
            if (Directory.Exists(Path.Combine(f.FullName, HookInstaller.FolderName)))
                return f.FullName;
        }
        return Path.GetDirectoryName(PolicyFiles.Find(folder)) ?? folder;
    }
}
