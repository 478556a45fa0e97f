using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Tests;

[TestClass]
public sealed class PackNamesTests
{
    [TestMethod]
    [DataRow("Microsoft.NETCore.App.Runtime.linux-x64", "linux-x64")]
    [DataRow("Microsoft.NETCore.App.Runtime.linux-musl-arm64", "linux-musl-arm64")]
    [DataRow("Microsoft.NETCore.App.Runtime.NativeAOT.Win-X64", "win-x64")]
    [DataRow("runtime.osx-arm64.Microsoft.DotNet.ILCompiler", "osx-arm64")]
    [DataRow("Microsoft.NETCore.App.Runtime.Mono.browser-wasm", "browser-wasm")]
    [DataRow("Microsoft.NETCore.App.Ref", "any")]
    [DataRow("Contoso.not-a-runtime", "any")]
    [DataRow("x64", "any")]
    public void TheRuntimeStandsInTheName(string id, string runtime) => Assert.AreEqual(runtime, PackNames.RuntimeOf(id));
}
