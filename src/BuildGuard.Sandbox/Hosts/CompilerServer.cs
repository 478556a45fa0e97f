using System.Globalization;
using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Hosts;

/// <summary>
/// The compiler server of one build. The one that everybody shares may have been started outside of the seal, and would run analyzers there; one that was started inside must not outlive
/// its build, or another build would find it. So each build has a name of its own for it.
/// </summary>
public static class CompilerServer
{
    /// <summary>The name for the build that this process takes part in: the same in the process that the user started and in its nodes.</summary>
    /// <param name="report">Whether what is started here may use the network. It must not serve those that may not.</param>
    public static string Name(bool report)
    {
        var here = ProcessTable.Of(Environment.ProcessId)!;
        var build = UserCommand.IsNode() ? ProcessTable.Of(here.Parent) ?? here : here;
        return string.Create(CultureInfo.InvariantCulture, $"buildguard-{(report ? "report" : "seal")}-{build.Id}-{build.Started}");
    }

    /// <summary>Asks the server of that name to end, if there is one, and does not wait.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="roslyn">Folder of the SDK's compilers.</param>
    /// <param name="host">Full path of the <c>dotnet</c> program.</param>
    public static void End(string name, string roslyn, string host)
    {
        // Where the server makes its socket, whatever TMPDIR says.
        if (!File.Exists(Path.Combine("/tmp", name)))
            return;
        var program = Path.Combine(roslyn, "VBCSCompiler");
        string[] arguments = ["-shutdown", $"-pipename:{name}"];
        arguments = File.Exists(program) ? [program, .. arguments] : [host, "exec", program + ".dll", .. arguments];
        var nothing = Native.open("/dev/null", Native.ReadWrite | Native.CloseOnExec);
        _ = ChildProcess.Start(arguments[0], arguments, ["DOTNET_TieredPGO=0", $"DOTNET_ROOT={Path.GetDirectoryName(host)}"], new(nothing, 0), new(nothing, 1), new(nothing, 2));
        _ = Native.close(nothing);
    }
}
