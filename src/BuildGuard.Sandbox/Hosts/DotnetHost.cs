using System.Runtime.InteropServices;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>The installation that this process runs on.</summary>
public static class DotnetHost
{
    /// <summary>Full path of the <c>dotnet</c> program: of the installation, and not the first one that PATH happens to have.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}
