using System.Reflection;
using Microsoft.Build.Framework;

namespace BuildGuard.Tasks;

/// <summary>
/// Whether MSBuild hands work to nodes that wait for it since an earlier build. Those were started outside of the seal. A task has no public way to say so, hence the private one; where MSBuild
/// has changed there, nothing happens here, and a node that was started outside is BG4006.
/// </summary>
internal static class NodeReuse
{
    /// <summary>Lets this build use nodes that it starts itself, and no others. Without effect on nodes that it has by now.</summary>
    public static void Stop(IBuildEngine engine)
    {
        const BindingFlags Inside = BindingFlags.NonPublic | BindingFlags.Instance;
        var host = engine.GetType().GetField("_host", Inside)?.GetValue(engine);
        var parameters = host?.GetType().GetInterfaces().Select(i => i.GetProperty("BuildParameters")).FirstOrDefault(p => p is not null)?.GetValue(host);
        parameters?.GetType().GetProperty("EnableNodeReuse")?.SetValue(parameters, false);
    }
}
