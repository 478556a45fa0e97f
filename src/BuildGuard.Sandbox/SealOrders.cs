using System.Globalization;

namespace BuildGuard.Sandbox;

/// <summary>Which programs that a command starts get the network back once the build is over. Build code never does.</summary>
public enum NetworkAfterBuild
{
    /// <summary>None: the command only builds.</summary>
    Nobody,

    /// <summary>Programs that the building process itself starts after the build, such as the app of <c>dotnet run</c>.</summary>
    Programs,

    /// <summary>These, and the test runner of the SDK that the build starts (<c>dotnet test</c>).</summary>
    ProgramsAndTests,
}

/// <summary>What a seal is to do.</summary>
/// <param name="Report">Whether attempts are let through, and only reported.</param>
/// <param name="After">Who gets the network back.</param>
/// <param name="TestRunner">Full path of the SDK's test runner; "" where there is none.</param>
public sealed record SealOrders(bool Report, NetworkAfterBuild After, string TestRunner)
{
    /// <summary>As arguments of a command line.</summary>
    internal string[] ToArguments() => [Report ? "report" : "refuse", ((int)After).ToString(CultureInfo.InvariantCulture), TestRunner];

    /// <summary>From arguments of a command line.</summary>
    internal static SealOrders Of(ReadOnlySpan<string> arguments) =>
        new(arguments[0] == "report", (NetworkAfterBuild)int.Parse(arguments[1], CultureInfo.InvariantCulture), arguments[2]);
}
