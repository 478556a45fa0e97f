using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Reports;

/// <summary>The JSON Schema (draft 2020-12) of the policy, made from <see cref="PolicyShape"/> so that the two cannot differ.</summary>
public static class PolicySchema
{
    /// <summary>The schema as JSON text, ending with a line feed. Keys that this version cannot enforce are left out: an editor then marks them.</summary>
    public static string Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "BuildGuard policy");
            json.WriteBoolean("allowTrailingCommas", true);
            WriteBody(json, PolicyShape.Root);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteShape(Utf8JsonWriter json, Shape shape)
    {
        json.WriteStartObject();
        WriteBody(json, shape);
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, Shape shape)
    {
        json.WriteString("description", shape.Meaning);
        switch (shape)
        {
            case ScalarShape s:
                WriteScalar(json, s);
                break;
            case ListShape l:
                WriteType(json, "array", shape.Nullable);
                json.WritePropertyName("items");
                WriteShape(json, l.Item);
                break;
            case MapShape m:
                WriteType(json, "object", shape.Nullable);
                json.WritePropertyName("additionalProperties");
                WriteShape(json, m.Value);
                break;
            case ObjectShape o:
                WriteType(json, "object", shape.Nullable);
                json.WriteBoolean("additionalProperties", false);
                json.WriteStartObject("properties");
                foreach (var (name, key) in o.Keys.Where(k => k.Shape.Enforced))
                {
                    json.WritePropertyName(name);
                    WriteShape(json, key);
                }
                json.WriteEndObject();
                if (o.Keys.Any(k => k.Shape is { Required: true, Enforced: true }))
                {
                    json.WriteStartArray("required");
                    foreach (var (name, _) in o.Keys.Where(k => k.Shape is { Required: true, Enforced: true }))
                        json.WriteStringValue(name);
                    json.WriteEndArray();
                }
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, ScalarShape s)
    {
        if (s.Choices.Length > 0)
        {
            json.WriteStartArray("enum");
            foreach (var choice in s.Choices)
            {
                if (s.Kind == JsonKind.Number)
                    json.WriteRawValue(choice);
                else
                    json.WriteStringValue(choice);
            }
            json.WriteEndArray();
            return;
        }
        WriteType(json, s.Kind switch { JsonKind.Bool => "boolean", JsonKind.Number => "number", _ => "string" }, s.Nullable);
        if (s.SchemaPattern is not null)
            json.WriteString("pattern", s.SchemaPattern);
    }

    private static void WriteType(Utf8JsonWriter json, string type, bool nullable)
    {
        if (!nullable)
        {
            json.WriteString("type", type);
            return;
        }
        json.WriteStartArray("type");
        json.WriteStringValue(type);
        json.WriteStringValue("null");
        json.WriteEndArray();
    }
}
