using System.Text;
using System.Text.Json;

namespace BuildGuard.NuGet.Authoring;

/// <summary>
/// JSON that people wrote, open for small changes: each change touches only its own bytes, so that comments, order and formatting stay as they are.
/// Changes are collected and made together; offsets are those of the text as it was read.
/// </summary>
internal sealed class JsonText
{
    private readonly byte[] _text;
    private readonly List<(int At, int Remove, string Insert)> _changes = [];
    private readonly string _newLine;

    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">It is not JSON, with comments and trailing commas.</exception>
    public JsonText(byte[] utf8)
    {
        _text = utf8;
        var feed = Array.IndexOf(utf8, (byte)'\n');
        _newLine = feed > 0 && utf8[feed - 1] == '\r' ? "\r\n" : "\n";
        var mark = utf8.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        var reader = new Utf8JsonReader(utf8.AsSpan(mark), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Core.Json.JsonReading.MaxDepth });
        reader.Read();
        Root = Read(ref reader, mark);
    }

    /// <summary>A value and where it stands.</summary>
    /// <param name="Start">Offset of its first byte.</param>
    /// <param name="IsContainer">Whether it is a list or an object.</param>
    public sealed record Node(int Start, bool IsContainer)
    {
        /// <summary>Offset behind its last byte.</summary>
        public int End { get; set; }

        /// <summary>A string's text; null for anything else.</summary>
        public string? Text { get; init; }

        /// <summary>Items of a list, or values of an object.</summary>
        public List<Node> Children { get; } = [];

        /// <summary>Names of an object's values.</summary>
        public List<string> Names { get; } = [];

        /// <summary>The value of a name; null where there is none.</summary>
        public Node? this[string name] => Names.IndexOf(name) is >= 0 and var i ? Children[i] : null;
    }

    /// <summary>The outermost value.</summary>
    public Node Root { get; }

    /// <summary>Writes something else in the place of a value.</summary>
    public void Replace(Node node, string json) => _changes.Add((node.Start, node.End - node.Start, json));

    /// <summary>Adds an item or a member at the end of a list or an object.</summary>
    /// <param name="container">The list or object.</param>
    /// <param name="lines">The element; lines after the first are indented by spaces of their own, relative to it.</param>
    public void Append(Node container, params ReadOnlySpan<string> lines)
    {
        var close = container.End - 1;
        var last = container.Children.Count > 0 ? container.Children[^1] : null;
        var (tail, comma) = Tail(last?.End ?? container.Start + 1, close);
        var isMultiLine = _text.AsSpan(container.Start, close - container.Start).Contains((byte)'\n');
        if (last is not null && comma < 0)
            _changes.Add((last.End, 0, ","));
        if (last is not null && !isMultiLine)
        {
            _changes.Add((tail, 0, " " + string.Concat(lines.ToArray().Select(l => l.Trim()))));
            return;
        }
        var outer = Indentation(container.Start);
        var inner = last is not null && StartsItsLine(last) ? Indentation(last.Start) : outer + (outer.StartsWith('\t') ? "\t" : "  ");
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(_newLine).Append(inner).Append(line);
        if (comma >= 0)
            text.Append(',');
        // The closing bracket keeps its line, or gets one.
        if (!_text.AsSpan(tail, close - tail).Contains((byte)'\n'))
            text.Append(_newLine).Append(outer);
        _changes.Add((tail, 0, text.ToString()));
    }

    /// <summary>The text with all changes made.</summary>
    public byte[] ToBytes()
    {
        using var result = new MemoryStream();
        var at = 0;
        foreach (var (start, remove, insert) in _changes.OrderBy(c => c.At))
        {
            result.Write(_text.AsSpan(at, start - at));
            result.Write(Encoding.UTF8.GetBytes(insert));
            at = start + remove;
        }
        result.Write(_text.AsSpan(at));
        return result.ToArray();
    }

    private static Node Read(ref Utf8JsonReader reader, int mark)
    {
        var start = (int)reader.TokenStartIndex + mark;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return new(start, false) { Text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null, End = (int)reader.BytesConsumed + mark };
        var node = new Node(start, true);
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                node.Names.Add(reader.GetString() ?? "");
                reader.Read();
            }
            node.Children.Add(Read(ref reader, mark));
        }
        node.End = (int)reader.TokenStartIndex + 1 + mark;
        return node;
    }

    /// <summary>Where the last comment or comma before a closing bracket ends, and where the comma is; -1 for none.</summary>
    private (int Tail, int Comma) Tail(int from, int close)
    {
        var (tail, comma) = (from, -1);
        for (var i = from; i < close;)
        {
            if (_text[i] == '/')
            {
                var ends = _text[i + 1] == '*' ? _text.AsSpan(i + 2).IndexOf("*/"u8) + 4 : _text.AsSpan(i).IndexOfAny((byte)'\r', (byte)'\n');
                tail = i += ends;
                continue;
            }
            if (_text[i] == ',')
                comma = i;
            if (_text[i] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                tail = i + 1;
            i++;
        }
        return (tail, comma);
    }

    private bool StartsItsLine(Node node)
    {
        var line = LineStart(node.Start);
        var text = Encoding.UTF8.GetString(_text, line, node.Start - line).TrimStart(' ', '\t');
        // An item, or a name and a colon.
        return text.Length == 0 || (text[0] == '"' && text.TrimEnd().EndsWith(':'));
    }

    private string Indentation(int at)
    {
        var line = LineStart(at);
        var end = line;
        while (end < at && _text[end] is (byte)' ' or (byte)'\t')
            end++;
        return Encoding.UTF8.GetString(_text, line, end - line);
    }

    private int LineStart(int at) => _text.AsSpan(0, at).LastIndexOf((byte)'\n') + 1 is > 0 and var line ? line : _text.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
}
