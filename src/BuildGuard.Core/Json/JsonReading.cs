using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Json;

/// <summary>
/// Reads JSON, with comments and trailing commas where the format allows them, into <see cref="JsonValue"/>.
/// The input is hostile until proved otherwise: size, depth, encoding and duplicate names are checked, time and memory are linear in the size.
/// </summary>
public static class JsonReading
{
    /// <summary>Deepest nesting that is read. The formats of this project need fewer than ten levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most values that are read. A value costs a hundred bytes of memory and may cost two of the file.</summary>
    public const int MaxValues = 1_000_000;

    /// <summary>Reads a whole document.</summary>
    /// <param name="utf8">The bytes of the file. A UTF-8 byte order mark is accepted.</param>
    /// <param name="file">The file's path, for locations only; nothing is opened.</param>
    /// <param name="maxBytes">Largest size that is read, in bytes.</param>
    /// <param name="lenient">Whether comments and trailing commas are accepted (files that people write).</param>
    /// <returns>The tree, or the problem; exactly one of the two is null.</returns>
    public static (JsonValue? Tree, JsonProblem? Problem) Read(ReadOnlyMemory<byte> utf8, string file, int maxBytes, bool lenient)
    {
        var span = utf8.Span;
        if (span.Length > maxBytes)
            return (null, new($"the file has {span.Length:N0} bytes, and at most {maxBytes:N0} are read", new(file, 1, 1)));
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return (null, new("the file is UTF-16; save it as UTF-8", new(file, 1, 1)));
        if (span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            span = span[3..];
        if (span.IsEmpty)
            return (null, new("the file is empty", new(file, 1, 1)));

        var positions = new Positions(span, file);
        var reader = new Utf8JsonReader(span, new JsonReaderOptions
        {
            CommentHandling = lenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
            AllowTrailingCommas = lenient,
            MaxDepth = MaxDepth,
        });
        try
        {
            reader.Read();
            var tree = ReadValue(ref reader, positions);
            reader.Read();
            return (tree, null);
        }
        catch (JsonException e)
        {
            return (null, new(Sentence(e), positions.At((int)(e.LineNumber ?? 0), (int)(e.BytePositionInLine ?? 0))));
        }
        catch (RefusedException e)
        {
            return (null, new(e.Message, e.Location));
        }
        catch (InvalidOperationException)
        {
            // The reader raises this for a string that is not valid UTF-8 or has a lone surrogate escape.
            return (null, new("a string is not valid UTF-8; save the file as UTF-8", positions.At(reader.TokenStartIndex)));
        }
    }

    private static JsonValue ReadValue(ref Utf8JsonReader reader, Positions positions)
    {
        var at = positions.At(reader.TokenStartIndex);
        if (++positions.Values > MaxValues)
            throw new RefusedException($"the file holds more than {MaxValues:N0} values", at);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return new(JsonKind.Object, at) { Members = ReadMembers(ref reader, positions) };
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<JsonValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader, positions));
                return new(JsonKind.List, at) { Items = items.ToImmutable() };
            case JsonTokenType.String:
                return new(JsonKind.Text, at) { Text = reader.GetString() ?? "" };
            case JsonTokenType.Number:
                return new(JsonKind.Number, at) { Text = Encoding.UTF8.GetString(reader.ValueSpan) };
            case JsonTokenType.True:
                return new(JsonKind.Bool, at) { Text = "true" };
            case JsonTokenType.False:
                return new(JsonKind.Bool, at) { Text = "false" };
            default:
                return new(JsonKind.Null, at);
        }
    }

    private static ImmutableArray<JsonMember> ReadMembers(ref Utf8JsonReader reader, Positions positions)
    {
        var members = ImmutableArray.CreateBuilder<JsonMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString() ?? "";
            var nameAt = positions.At(reader.TokenStartIndex);
            if (!names.Add(name))
                throw new RefusedException($"the key \"{Printable.Of(name, 80)}\" stands twice in the same object", nameAt);
            reader.Read();
            members.Add(new(name, nameAt, ReadValue(ref reader, positions)));
        }
        return members.ToImmutable();
    }

    private static string Sentence(JsonException e)
    {
        // The library appends " LineNumber: 3 | BytePositionInLine: 4." and talks of API settings; the place is given separately.
        var message = e.Message;
        var cut = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (cut > 0)
            message = message[..cut];
        return message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? $"the file is nested deeper than {MaxDepth} levels"
            : "it is not JSON: " + Printable.Of(message.TrimEnd('.', ' '));
    }

    private sealed class RefusedException(string message, SourceLocation location) : Exception(message)
    {
        public SourceLocation Location { get; } = location;
    }

    private sealed class Positions
    {
        private readonly string _file;
        private readonly byte[] _text;
        private readonly List<int> _lineStarts = [0];
        private int _lastLine;

        public int Values { get; set; }

        public Positions(ReadOnlySpan<byte> text, string file)
        {
            _file = file;
            _text = text.ToArray();
            for (var i = 0; i < _text.Length; i++)
            {
                if (_text[i] == '\n')
                    _lineStarts.Add(i + 1);
            }
        }

        public SourceLocation At(long offset)
        {
            // Tokens arrive in order: walking on from the last line keeps the whole reading linear.
            while (_lastLine + 1 < _lineStarts.Count && _lineStarts[_lastLine + 1] <= offset)
                _lastLine++;
            return At(_lastLine, (int)(offset - _lineStarts[_lastLine]));
        }

        public SourceLocation At(int line, int byteInLine)
        {
            line = Math.Min(line, _lineStarts.Count - 1);
            var start = _lineStarts[line];
            // A column over a very long line is not worth a second pass over it for every token.
            var length = Math.Min(byteInLine, _text.Length - start);
            var column = length > 4096 ? length : Encoding.UTF8.GetCharCount(_text, start, length);
            return new(_file, line + 1, column + 1);
        }
    }
}
