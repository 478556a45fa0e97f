using System.Reflection;

namespace BuildGuard.NuGet.Checking;

/// <summary>BuildGuard's own version.</summary>
public static class ToolVersion
{
    /// <summary>The version as the package carries it, without build metadata.</summary>
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
