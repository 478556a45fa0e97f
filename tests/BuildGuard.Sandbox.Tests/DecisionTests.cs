using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Tests;

/// <summary>Who gets the network back, by the way from a caller up to the sealed process. Time runs in ticks: the build ends at 100 and the next begins at 200.</summary>
[TestClass]
public sealed class DecisionTests
{
    private const string Runner = "/sdk/vstest.console.dll";
    private const string Node = "/usr/bin/dotnet\0/sdk/MSBuild.dll\0/nologo\0/nodemode:1\0/nodeReuse:false";

    private static readonly ProcessLink Root = new(10, 50, 1);

    [TestMethod]
    // Numbers are the starts of the processes below the sealed one, its child first; the caller is the last.
    [DataRow(NetworkAfterBuild.Programs, new[] { 101 }, true)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 100 }, true)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 99 }, false)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 101, 102, 150 }, true)]
    // A process of the build that starts another one after the build.
    [DataRow(NetworkAfterBuild.Programs, new[] { 60, 150 }, false)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 60, 61, 150, 151 }, false)]
    // The app of the first pause goes on while the second build runs, and may start programs; what the second build starts may not.
    [DataRow(NetworkAfterBuild.Programs, new[] { 199, 300 }, true)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 200 }, false)]
    [DataRow(NetworkAfterBuild.Programs, new[] { 250 }, false)]
    [DataRow(NetworkAfterBuild.Nobody, new[] { 101 }, false)]
    public void What_was_started_in_a_pause(NetworkAfterBuild after, int[] starts, bool allowed)
    {
        var builder = new BuildingProcess(Root, after);
        builder.End(100);
        builder.Begin(200);
        Assert.AreEqual(allowed, Allows(Chain(starts), builder));
    }

    [TestMethod]
    public void The_building_process_itself_only_in_a_pause()
    {
        var builder = new BuildingProcess(Root, NetworkAfterBuild.Programs);
        Assert.IsFalse(Allows([Root], builder));
        builder.End(100);
        Assert.IsTrue(Allows([Root], builder));
        builder.Begin(200);
        Assert.IsFalse(Allows([Root], builder));
        builder = new BuildingProcess(Root, NetworkAfterBuild.Nobody);
        builder.End(100);
        Assert.IsFalse(Allows([Root], builder));
    }

    /// <summary>What detached itself has another parent, and its way up does not lead to the sealed process; neither does that of a later process of the same number.</summary>
    [TestMethod]
    public void A_way_that_leads_elsewhere()
    {
        var builder = new BuildingProcess(Root, NetworkAfterBuild.ProgramsAndTests);
        builder.End(100);
        Assert.IsFalse(Allows([new(11, 101, 1), new(1, 1, 0)], builder));
        Assert.IsFalse(Allows([new(11, 101, 10), Root with { Started = 90 }], builder));
        Assert.IsFalse(Allows([new(11, 101, 9)], builder));
    }

    [TestMethod]
    [DataRow(NetworkAfterBuild.ProgramsAndTests, "/usr/bin/dotnet\0exec\0/sdk/vstest.console.dll\0x.dll", true)]
    [DataRow(NetworkAfterBuild.ProgramsAndTests, "/usr/bin/dotnet\0/sdk/vstest.console.dll\0x.dll", true)]
    [DataRow(NetworkAfterBuild.Programs, "/usr/bin/dotnet\0exec\0/sdk/vstest.console.dll\0x.dll", false)]
    [DataRow(NetworkAfterBuild.Nobody, "/usr/bin/dotnet\0exec\0/sdk/vstest.console.dll\0x.dll", false)]
    [DataRow(NetworkAfterBuild.ProgramsAndTests, "/bin/sh\0-c\0dotnet exec /sdk/vstest.console.dll", false)]
    [DataRow(NetworkAfterBuild.ProgramsAndTests, "/usr/bin/dotnet\0exec\0/packages/evil/vstest.console.dll\0x.dll", false)]
    [DataRow(NetworkAfterBuild.ProgramsAndTests, "", false)]
    public void Tests_run_while_others_build(NetworkAfterBuild after, string first, bool allowed)
    {
        var builder = new BuildingProcess(Root, after);
        Assert.AreEqual(allowed, Allows(Chain(60, 61, 62), builder, first));
        // From a node of MSBuild that this process started.
        Assert.AreEqual(allowed, Allows(Chain(55, 60, 61), builder, Node, first));
        // From a script.
        Assert.IsFalse(Allows(Chain(55, 60, 61), builder, "/bin/sh\0-c\0x", first));
        Assert.IsFalse(Allows(Chain(55, 60, 61), builder, "/usr/bin/dotnet\0/sdk/MSBuild.dll\0x.proj", first));
        Assert.IsFalse(Allows(Chain(55, 58, 60, 61), builder, "/bin/sh", Node, first));
    }

    /// <summary>A build below a build (dotnet watch starts dotnet run): both must allow it.</summary>
    [TestMethod]
    public void A_build_below_a_build()
    {
        var outer = new BuildingProcess(Root, NetworkAfterBuild.Programs);
        outer.End(100);
        var chain = Chain(110, 160);
        var inner = new BuildingProcess(chain[^2], NetworkAfterBuild.Programs);
        Assert.IsFalse(Allows(chain, [outer, inner]));
        inner.End(150);
        Assert.IsTrue(Allows(chain, [outer, inner]));
        // An inner one cannot allow what the outer one does not.
        outer = new BuildingProcess(Root, NetworkAfterBuild.Programs);
        Assert.IsFalse(Allows(chain, [outer, inner]));
        Assert.AreSame(inner, Decision.Owner(chain, [outer, inner]));
        Assert.AreSame(outer, Decision.Owner(Chain(120), [outer, inner]));
        Assert.IsNull(Decision.Owner([new(77, 7, 1)], [outer, inner]));
    }

    [TestMethod]
    public void Pauses_without_end()
    {
        var builder = new BuildingProcess(Root, NetworkAfterBuild.Programs);
        for (var i = 1u; i <= 100_000; i++)
        {
            builder.End(i * 10);
            builder.Begin((i * 10) + 5);
        }
        Assert.IsTrue(builder.StartedInPause(new(11, 1_000_001, 10)));
        Assert.IsFalse(builder.StartedInPause(new(11, 1_000_006, 10)));
        Assert.IsFalse(builder.StartedInPause(new(11, 11, 10)));
    }

    private static List<ProcessLink> Chain(params int[] starts) =>
        [.. starts.Select((start, i) => new ProcessLink(20 + i, (ulong)start, i == 0 ? Root.Id : 19 + i)).Reverse(), Root];

    private static bool Allows(List<ProcessLink> chain, BuildingProcess builder, params string[] commandLines) => Allows(chain, [builder], commandLines);

    private static bool Allows(List<ProcessLink> chain, List<BuildingProcess> building, params string[] commandLines) =>
        Decision.Allows(chain, building, Runner, id => id - 20 is >= 0 and var i && i < commandLines.Length ? commandLines[i].Split('\0') : ["/bin/other"]);
}
