using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Reports;

/// <summary>The report for code-scanning services: SARIF 2.1.0 (OASIS standard, sections 3.13 to 3.30).</summary>
public static class SarifReport
{
    /// <summary>The report as JSON text, ending with a line feed.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="root">Folder that paths are made relative to, so that the file holds no path of one machine.</param>
    /// <param name="toolVersion">BuildGuard's version.</param>
    public static string Write(CheckResult result, string root, string toolVersion)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, toolVersion);
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteStartArray("results");
            foreach (var (finding, severity) in result.Findings)
                WriteResult(json, finding, severity, root);
            json.WriteEndArray();
            json.WriteStartArray("invocations");
            json.WriteStartObject();
            json.WriteBoolean("executionSuccessful", result.ExitCode != 2);
            json.WriteNumber("exitCode", result.ExitCode);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("properties");
            json.WriteString("summary", Summary.Line(result));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, string toolVersion)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "BuildGuard");
        json.WriteString("semanticVersion", toolVersion);
        json.WriteStartArray("rules");
        foreach (var rule in AllRules.List)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Code);
            json.WriteString("name", rule.Name);
            json.WriteString("helpUri", FindingText.HelpLink(rule.Code));
            json.WriteStartObject("shortDescription");
            json.WriteString("text", rule.Sentence);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, Finding finding, Severity severity, string root)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteString("level", severity == Severity.Error ? "error" : "warning");
        json.WriteStartObject("message");
        json.WriteString("text", WithoutMachinePaths(FindingText.OneLine(finding), finding, root));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(finding.Location.File, root));
        json.WriteEndObject();
        if (finding.Location.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", finding.Location.Line);
            if (finding.Location.Column > 0)
                json.WriteNumber("startColumn", finding.Location.Column);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        if (finding.PackageId is not null)
        {
            json.WriteStartObject("partialFingerprints");
            json.WriteString("package/v1", $"{finding.Code}:{finding.PackageId}/{finding.PackageVersion}");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static string WithoutMachinePaths(string text, Finding finding, string root)
    {
        if (finding.PackageFolder is { Length: > 0 } folder)
            text = text.Replace(folder, $"$(NuGetPackageRoot){finding.PackageId?.ToLowerInvariant()}/{finding.PackageVersion}", StringComparison.Ordinal);
        return text.Replace(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private static string Uri(string file, string root)
    {
        var path = Path.IsPathRooted(file) ? Path.GetRelativePath(root, file) : file;
        return string.Join('/', path.Split('/', '\\').Select(System.Uri.EscapeDataString));
    }
}
