using System.Text.Json;
using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Tests.Reports;

/// <summary>A result with an error of the guard, an error with a dependency path, a warning, and names that fight back.</summary>
internal static class ReportFacts
{
    public static CheckResult Mixed { get; } = Evaluation.Run(Facts.Repo()
        .Policy("""{ "version": 1, "rules": { "BG4005": "warning" }, "block": [ { "id": "Bad", "reason": "r\u001b[2J" } ] }""")
        .With(
            Facts.Package("Serilog", "4.3.0"),
            Facts.Unsigned("Contoso.Util", "1.2.0", "Serilog 4.3.0"),
            Facts.Package("Bad", "1.0.0"),
            Facts.Package("Scripted", "2.0.0") with { Entries = Evidence<System.Collections.Immutable.ImmutableArray<string>>.Of(["tools/init.ps1"]) },
            Facts.Package("Tampered", "3.0.0") with { RestoredHash = Evidence<string>.Of(Facts.Hash("before")) })
        .Guarded(new() { Unguarded = [new("/repo/tools/a b#ü.csproj", "it does not import its parent")], Failures = ["/repo/src/x.cs broke\u001b[31m."] }));

    public static JsonElement Parse(string json)
    {
        Assert.EndsWith("\n", json);
        return JsonDocument.Parse(json).RootElement;
    }

    /// <summary>Every string of a document, names and values.</summary>
    public static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
