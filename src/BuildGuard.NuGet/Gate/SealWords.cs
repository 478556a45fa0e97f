using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.NuGet.Gate;

/// <summary>What a policy says of the network while building, as one text, so that whoever seals a solution need not read the policy again.</summary>
/// <param name="PolicyFile">Full path of the policy.</param>
/// <param name="Network">Allow, Deny or Report.</param>
/// <param name="Mode">The mode in force.</param>
/// <param name="WarnWhenUnavailable">Whether the build goes on where it cannot be sealed.</param>
/// <param name="Severity">The severity that the policy gives to attempts; "" for the default.</param>
public sealed record NetworkWords(string PolicyFile, string Network, string Mode, bool WarnWhenUnavailable, string Severity)
{
    /// <summary>The text.</summary>
    public override string ToString() => $"{Network}|{Mode}|{WarnWhenUnavailable}|{Severity}|{PolicyFile}";

    /// <summary>From the text; null where it is none.</summary>
    public static NetworkWords? Of(string text) =>
        text.Split('|', 5) is [var network, var mode, var warn, var severity, var file] ? new(file, network, mode, warn == bool.TrueString, severity) : null;
}

/// <summary>What the gate tells whoever seals a project, as one text: MSBuild sets each property of a task by reflection, which the runtime compiles anew in every process.</summary>
/// <param name="Network">What the policy says.</param>
/// <param name="Strict">Whether warnings are errors.</param>
/// <param name="Packages">Full path of the list of packages.</param>
/// <param name="HookFolder">Folder of the repo's own guard files.</param>
public sealed record SealWords(NetworkWords Network, bool Strict, string Packages, string HookFolder)
{
    /// <summary>
    /// By this the mark of a process says that it was sealed by these words: a letter that no hash has, and 16 hex digits. Short, because each project reads it; whoever could make other words of that name can say so without.
    /// </summary>
    public string Name => $"s{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"seal|{this}")))[..16]}";

    /// <summary>By this the mark of a process says that it compared the guard's own files, or those of a list of packages: as MSBuild's StableStringHash gives it, which its readers use.</summary>
    /// <param name="hookFolder">Folder of the repo's own guard files, with a slash at its end.</param>
    /// <param name="guard">Folder that the guard is loaded from, with a slash at its end.</param>
    /// <param name="list">Full path of the list; null for the guard's own files.</param>
    public static string Compared(string hookFolder, string guard, string? list) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list is null ? $"guard|{hookFolder}|{guard}" : $"list|{hookFolder}|{guard}|{list}")));

    /// <summary>The text.</summary>
    public override string ToString() => $"{Strict}\n{Packages}\n{HookFolder}\n{Network}";

    /// <summary>From the text; null where it is none, such as by a path that has a line break.</summary>
    public static SealWords? Of(string text) =>
        text.Split('\n') is [var strict, var packages, var folder, var network] && NetworkWords.Of(network) is { } words ? new(words, strict == bool.TrueString, packages, folder) : null;
}
