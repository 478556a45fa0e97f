using BuildGuard.Core;
using BuildGuard.Core.Findings;

namespace BuildGuard.NuGet.Checking;

/// <summary>Finds the environment variables that let foreign code into a build, or that are properties by which MSBuild is told what to import.</summary>
internal static class EnvironmentVariables
{
    // What the guard itself reads from the environment; BG0007 judges the mode.
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "BuildGuardMode", "BuildGuardPolicyFile", "BuildGuardReport", "BuildGuardStrict", "BUILDGUARD_PACKAGES", "BUILDGUARD_KEEP_TEMP",
    };

    private static readonly Kind[] Kinds =
    [
        new("Evaluating a project may then call any method of .NET: reading a props file is enough to run a program.",
            (name, value, _) => Is(name, "MSBUILDENABLEALLPROPERTYFUNCTIONS") && !IsFalse(value)),
        new("The .NET runtime loads the code that it names into every dotnet process: MSBuild, the compiler and BuildGuard itself.",
            (name, value, machine) => (Is(name, "DOTNET_STARTUP_HOOKS") && !IsWatch(value, machine)) || Is(name, "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE", "DOTNET_GCName", "DOTNET_GCPath", "COMPlus_GCName", "COMPlus_GCPath", "DOTNET_DiagnosticPorts") || IsProfiler(name, value)),
        new("The system's loader puts the library that it names into every process of the build.",
            (name, _, _) => Is(name, "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES")),
        new("MSBuild then takes parts of itself from where it points, and not from the installed SDK.",
            (name, value, machine) => IsSdkFolder(name) ? !IsInstalled(value, machine)
                : Is(name, "MSBuildUserExtensionsPath", "MSBUILDADDITIONALSDKRESOLVERSFOLDER", "MSBUILDADDITIONALSDKRESOLVERSFOLDER_NETCORE", "MSBUILD_NUGET_PATH",
                    "DOTNET_MSBUILD_SDK_RESOLVER_CLI_DIR", "DOTNET_MSBUILD_SDK_RESOLVER_SDKS_DIR", "DOTNETSDK_WORKLOAD_MANIFEST_ROOTS", "DOTNETSDK_WORKLOAD_PACK_ROOTS")),
        new("NuGet starts the programs that it finds there during a restore.",
            (name, _, _) => Is(name, "NUGET_PLUGIN_PATHS", "NUGET_NETCORE_PLUGIN_PATHS", "NUGET_NETFX_PLUGIN_PATHS", "NUGET_CREDENTIALPROVIDERS_PATH")),
        new("NuGet then extracts packages whatever their signatures say.",
            (name, value, _) => Is(name, "DOTNET_NUGET_SIGNATURE_VERIFICATION") && IsFalse(value)),
        new("Every environment variable is an MSBuild property, and those of the guard decide what it does.",
            (name, _, _) => BuildSwitches.IsGuards(name) && !Own.Contains(name)),
        new("Every environment variable is an MSBuild property: this one decides which build files or whose code an evaluation takes in, or leaves the repo's own out.",
            (name, value, _) => BuildSwitches.IsSwitch(name, value) && !IsSdkFolder(name) && !Own.Contains(name)),
    ];

    /// <summary>What is set that should not be, one trouble for each reason.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="at">Where a finding points, since a variable has no place.</param>
    public static IEnumerable<EnvironmentTrouble> Read(Machine machine, SourceLocation at) =>
        from variable in machine.Variables
        where !string.IsNullOrWhiteSpace(variable.Value)
        orderby variable.Key.ToUpperInvariant()
        let kind = Array.Find(Kinds, k => k.Holds(variable.Key, variable.Value, machine))
        where kind is not null
        group Printable.Of(variable.Key, 100) by kind into found
        select new EnvironmentTrouble(
            $"The environment sets {string.Join(", ", found)}.",
            found.Key.Why,
            $"Take it out of the environment: unset {string.Join(' ', found)}. If this machine cannot do without it, write \"rules\": {{ \"BG4009\": \"warning\" }} in the policy.",
            at);

    private static bool Is(string name, params ReadOnlySpan<string> names)
    {
        foreach (var n in names)
        {
            if (name.Equals(n, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool IsFalse(string value) => value.Trim() is "0" || value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);

    private static bool IsProfiler(string name, string value) =>
        (name.StartsWith("CORECLR_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("COR_", StringComparison.OrdinalIgnoreCase))
        && name.Contains("PROFIL", StringComparison.OrdinalIgnoreCase) && !IsFalse(value);

    // dotnet sets these for MSBuild and for what MSBuild starts; dotnet watch with dots in the path.
    private static bool IsSdkFolder(string name) => Is(name, "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBuildExtensionsPath32", "MSBuildExtensionsPath64", "MSBUILD_EXE_PATH");

    private static bool IsInstalled(string value, Machine machine)
    {
        if (!Path.IsPathFullyQualified(value) || value.Contains('\0', StringComparison.Ordinal))
            return false;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(value));
        return machine.Sdks.Select(Path.TrimEndingDirectorySeparator).Any(sdk => path == sdk || path == Path.Combine(sdk, "Sdks") || path == Path.Combine(sdk, "MSBuild.dll"));
    }

    /// <summary>Whether all hooks are those that the SDK's own dotnet watch gives to a dotnet run.</summary>
    private static bool IsWatch(string value, Machine machine) => value.Split(Path.PathSeparator).All(hook => Path.IsPathFullyQualified(hook) && !hook.Contains('\0', StringComparison.Ordinal)
        && machine.Sdks.Any(sdk => Path.GetFullPath(hook).StartsWith(Path.Combine(sdk, "DotnetTools", "dotnet-watch") + Path.DirectorySeparatorChar, StringComparison.Ordinal)));

    private sealed record Kind(string Why, Func<string, string, Machine, bool> Holds);
}
