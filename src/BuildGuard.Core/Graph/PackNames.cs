using System.Text.RegularExpressions;

namespace BuildGuard.Core.Graph;

/// <summary>What the name of a framework or runtime pack says.</summary>
public static partial class PackNames
{
    /// <summary>What packs without a runtime identifier in their name are filed under.</summary>
    public const string Any = "any";

    /// <summary>
    /// The runtime identifier in a pack's id: "linux-x64" of Microsoft.NETCore.App.Runtime.linux-x64 and of runtime.linux-x64.Microsoft.DotNet.ILCompiler;
    /// <see cref="Any"/> where it holds none. Runtime identifiers have no dots here, as in every pack that the SDK knows.
    /// </summary>
    public static string RuntimeOf(string id) =>
        id.Split('.').Select(s => s.ToLowerInvariant()).FirstOrDefault(s => Runtime().IsMatch(s)) ?? Any;

    [GeneratedRegex(@"^[a-z][a-z0-9]*(-[a-z0-9]+)*-(x64|x86|arm64|arm|armv6|armel|s390x|ppc64le|riscv64|loongarch64|wasm)$", RegexOptions.CultureInvariant)]
    private static partial Regex Runtime();
}
