using System.Collections.Immutable;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Json;

/// <summary>What a JSON value is.</summary>
public enum JsonKind
{
    /// <summary><c>null</c></summary>
    Null,

    /// <summary><c>true</c> or <c>false</c></summary>
    Bool,

    /// <summary>A number, kept as it was written.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,

    /// <summary>An array.</summary>
    List,

    /// <summary>An object.</summary>
    Object,
}

/// <summary>A JSON value that knows where it stands in its file. System.Text.Json's own trees carry no positions, and a diagnostic needs them.</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Location">Where the value begins.</param>
public sealed record JsonValue(JsonKind Kind, SourceLocation Location)
{
    /// <summary>The string, or the number or literal as written; empty for lists, objects and null.</summary>
    public string Text { get; init; } = "";

    /// <summary>The items of a list.</summary>
    public ImmutableArray<JsonValue> Items { get; init; } = [];

    /// <summary>The members of an object, in the order of the file. Names are unique: a duplicate is a reading error.</summary>
    public ImmutableArray<JsonMember> Members { get; init; } = [];

    /// <summary>The value of a member, or null where the object has none of that name.</summary>
    public JsonValue? this[string name]
    {
        get
        {
            foreach (var member in Members)
            {
                if (member.Name == name)
                    return member.Value;
            }
            return null;
        }
    }

    /// <summary>Whether the value is <c>true</c>.</summary>
    public bool IsTrue => Kind == JsonKind.Bool && Text == "true";
}

/// <summary>A name and its value in a JSON object.</summary>
/// <param name="Name">The name, unescaped.</param>
/// <param name="NameLocation">Where the name stands.</param>
/// <param name="Value">The value.</param>
public sealed record JsonMember(string Name, SourceLocation NameLocation, JsonValue Value);

/// <summary>Why a text could not be read as JSON.</summary>
/// <param name="Message">What is wrong, as one sentence without a full stop.</param>
/// <param name="Location">Where.</param>
public sealed record JsonProblem(string Message, SourceLocation Location);
