namespace BuildGuard.Sandbox.Brokers;

/// <summary>
/// Who may use the network. Pure, but for the command lines that it is given a way to ask for.
/// <para>
/// A call is allowed if every building process on the way from its caller up to the sealed one allows it, and the way leads there at all: a program that detached itself has lost its parents.
/// A building process allows the programs that it started itself after its build, and what these start; in <c>dotnet test</c> also the SDK's test runner, because tests of one project run while another
/// is built.
/// </para>
/// </summary>
internal static class Decision
{
    /// <summary>Decides.</summary>
    /// <param name="chain">The caller and its ancestors, nearest first.</param>
    /// <param name="building">The building processes; the sealed one first.</param>
    /// <param name="testRunner">Full path of the SDK's test runner.</param>
    /// <param name="arguments">Gives the command line of a process.</param>
    public static bool Allows(IReadOnlyList<ProcessLink> chain, IReadOnlyList<BuildingProcess> building, string testRunner, Func<int, string[]> arguments) =>
        Same(chain[^1], building[0].Process)
        && building.All(b => Enumerable.Range(0, chain.Count).Where(i => Same(chain[i], b.Process)).All(i => Allows(b, chain, i, testRunner, arguments)));

    /// <summary>The building process that a caller belongs to: the nearest on its way up. Null where its way does not lead to the sealed one.</summary>
    public static BuildingProcess? Owner(IReadOnlyList<ProcessLink> chain, IReadOnlyList<BuildingProcess> building) =>
        chain.Select(c => building.LastOrDefault(b => Same(c, b.Process))).FirstOrDefault(b => b is not null);

    private static bool Allows(BuildingProcess builder, IReadOnlyList<ProcessLink> chain, int place, string testRunner, Func<int, string[]> arguments) => builder.After switch
    {
        NetworkAfterBuild.Nobody => false,
        // Its own code, such as that of the SDK's command line after the build.
        _ when place == 0 => !builder.IsBuilding,
        _ when builder.StartedInPause(chain[place - 1]) => true,
        NetworkAfterBuild.ProgramsAndTests => IsTestRun(chain, place, testRunner, arguments),
        _ => false,
    };

    /// <summary>Whether the caller belongs to a test run that this process started, or one of its MSBuild nodes.</summary>
    private static bool IsTestRun(IReadOnlyList<ProcessLink> chain, int place, string testRunner, Func<int, string[]> arguments)
    {
        bool Runs(int i, string program) => arguments(chain[i].Id).Skip(1).FirstOrDefault(a => a != "exec") == program;
        bool IsNode(int i) => arguments(chain[i].Id) is var a && a.Contains("/nodemode:1") && (Runs(i, FromSdk("MSBuild.dll")) || a[0] == FromSdk("MSBuild"));
        string FromSdk(string name) => Path.Combine(Path.GetDirectoryName(testRunner)!, name);
        if (testRunner.Length == 0)
            return false;
        if (Runs(place - 1, testRunner))
            return true;
        return place >= 2 && Runs(place - 2, testRunner) && IsNode(place - 1);
    }

    private static bool Same(ProcessLink a, ProcessLink b) => a.Id == b.Id && a.Started == b.Started;
}
