using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Reports;

/// <summary>The report for programs. Its keys are part of the product: they are added to, never renamed.</summary>
public static class JsonReport
{
    /// <summary>The report as JSON text, ending with a line feed.</summary>
    public static string Write(CheckResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteBoolean("passed", result.Errors == 0);
            json.WriteNumber("exitCode", result.ExitCode);
            json.WriteString("mode", result.Mode.ToString().ToLowerInvariant());
            json.WriteString("summary", Summary.Line(result));
            json.WriteStartObject("checked");
            json.WriteNumber("projects", result.Projects);
            json.WriteNumber("packages", result.Packages);
            json.WriteNumber("packs", result.Packs);
            json.WriteNumber("sdks", result.Sdks);
            json.WriteNumber("tools", result.Tools);
            json.WriteNumber("toolchainFiles", result.ToolchainFiles);
            json.WriteNumber("packagesFromCache", result.PackagesFromCache);
            json.WriteNumber("files", result.Files);
            json.WriteNumber("rules", result.Rules);
            if (result.AdvisoryDay is { } day)
                json.WriteString("advisoriesOf", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteStartArray("findings");
            foreach (var (finding, severity) in result.Findings)
                WriteFinding(json, finding, severity);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteFinding(Utf8JsonWriter json, Finding finding, Severity severity)
    {
        json.WriteStartObject();
        json.WriteString("code", finding.Code);
        json.WriteString("severity", severity == Severity.Error ? "error" : "warning");
        json.WriteString("what", finding.What);
        json.WriteString("why", finding.Why);
        json.WriteString("fix", finding.Fix);
        json.WriteString("file", finding.Location.File);
        json.WriteNumber("line", finding.Location.Line);
        json.WriteNumber("column", finding.Location.Column);
        if (finding.PackageId is not null)
        {
            json.WriteString("package", finding.PackageId);
            json.WriteString("packageVersion", finding.PackageVersion);
            json.WriteStartArray("path");
            foreach (var step in finding.DependencyPath)
                json.WriteStringValue(step);
            json.WriteEndArray();
        }
        json.WriteString("help", FindingText.HelpLink(finding.Code));
        json.WriteEndObject();
    }
}
