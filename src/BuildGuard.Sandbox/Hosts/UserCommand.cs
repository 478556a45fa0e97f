using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>The command that a building process serves, read from command lines before any build code runs.</summary>
public static class UserCommand
{
    /// <summary>Who gets the network back after the build of this process. Only commands that go on to run the user's programs, or to download something themselves, give it to anybody.</summary>
    public static NetworkAfterBuild AfterBuild() =>
        ProcessTable.Of(Environment.ProcessId) is { } here ? AfterBuild(ProcessTable.Arguments(here.Id), ProcessTable.Arguments(here.Parent)) : NetworkAfterBuild.Nobody;

    /// <summary>Whether MSBuild runs as a server here, which goes on to build whatever it is asked to.</summary>
    public static bool IsServer() => ProcessTable.Arguments(Environment.ProcessId).Contains("/nodemode:8", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether this process runs single tasks for a process that builds, as in <c>dotnet build -mt</c>; it goes on to do so for later builds.</summary>
    public static bool IsTaskHost() => ProcessTable.Arguments(Environment.ProcessId).Contains("/nodemode:2", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether this process is a node that MSBuild started for another one.</summary>
    public static bool IsNode() => IsNode(ProcessTable.Arguments(Environment.ProcessId));

    /// <summary>Whether a process may be one that runs a build, by its command line.</summary>
    internal static bool CanBuild(int process) => ProcessTable.Arguments(process) is var arguments && (IsMSBuild(arguments) || IsDotnet(arguments[0]));

    /// <summary>Decides by two command lines. Pure.</summary>
    /// <param name="arguments">That of the building process.</param>
    /// <param name="parentArguments">That of its parent, which decides where the building process is a node of it, or MSBuild that the <c>dotnet</c> command started.</param>
    internal static NetworkAfterBuild AfterBuild(string[] arguments, string[] parentArguments) =>
        IsMSBuild(arguments) ? (IsMSBuild(parentArguments) ? NetworkAfterBuild.Nobody : OfVerb(parentArguments)) : OfVerb(arguments);

    private static bool IsNode(string[] arguments) => arguments.Any(a => a.StartsWith("/nodemode:", StringComparison.OrdinalIgnoreCase));

    private static bool IsMSBuild(string[] arguments) =>
        Path.GetFileName(arguments[0]) == "MSBuild" || (IsDotnet(arguments[0]) && Path.GetFileName(arguments.Skip(1).FirstOrDefault(a => a != "exec") ?? "") == "MSBuild.dll");

    private static bool IsDotnet(string program) => Path.GetFileName(program) == "dotnet";

    private static NetworkAfterBuild OfVerb(string[] arguments)
    {
        if (!IsDotnet(arguments[0]))
            return NetworkAfterBuild.Nobody;
        // dotnet [exec] [dotnet.dll] [-d] VERB …
        var verb = arguments.Skip(1).FirstOrDefault(a => a.Length > 0 && a[0] != '-' && a != "exec" && Path.GetFileName(a) != "dotnet.dll") ?? "";
        return Path.GetFileName(verb) switch
        {
            "run" => NetworkAfterBuild.Programs,
            "test" or "watch" or "dotnet-watch.dll" => NetworkAfterBuild.ProgramsAndTests,
            // It asks projects what they need, by a build, and then downloads that itself.
            "workload" => NetworkAfterBuild.Programs,
            // dotnet add package and dotnet package add ask the project for its graph, and then look for the package themselves.
            "add" or "package" => NetworkAfterBuild.Programs,
            // A program in one file: dotnet app.cs.
            var file when file.EndsWith(".cs", StringComparison.OrdinalIgnoreCase) => NetworkAfterBuild.Programs,
            _ => NetworkAfterBuild.Nobody,
        };
    }
}
