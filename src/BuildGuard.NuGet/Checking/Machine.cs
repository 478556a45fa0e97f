using System.Collections;
using System.Collections.Immutable;
using BuildGuard.NuGet.Packages;

namespace BuildGuard.NuGet.Checking;

/// <summary>What takes part in every build on this machine without being in the repo.</summary>
public sealed record Machine
{
    /// <summary>A machine that brings nothing of its own.</summary>
    public static Machine Bare { get; } = new();

    /// <summary>The environment of the process. MSBuild compares the names without case.</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The folder below which MSBuild imports the user's extensions; null where there is none.</summary>
    public string? UserExtensions { get; init; }

    /// <summary>The folders of the installed SDKs, the one in use first.</summary>
    public ImmutableArray<string> Sdks { get; init; } = [];

    /// <summary>This machine, as this process sees it.</summary>
    public static Machine Current()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return new()
        {
            Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToImmutableDictionary(e => (string)e.Key, e => (string?)e.Value ?? ""),
            UserExtensions = local.Length == 0 ? null : Path.Combine(local, "Microsoft", "MSBuild"),
            Sdks = [.. Installed()],
        };
    }

    private static IEnumerable<string> Installed()
    {
        var own = Installation.OwnSdk();
        return Installation.Sdks().OrderByDescending(d => d == own);
    }
}
