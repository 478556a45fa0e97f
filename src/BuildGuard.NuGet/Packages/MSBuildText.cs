using System.Xml;

namespace BuildGuard.NuGet.Packages;

/// <summary>What MSBuild takes for its own text, whatever a file is called.</summary>
internal static class MSBuildText
{
    /// <summary>Byte order marks of whatever encoding, and white space.</summary>
    private static ReadOnlySpan<byte> BeforeText => [0xEF, 0xBB, 0xBF, 0xFF, 0xFE, 0, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n'];

    /// <summary>Whether a file may be XML.</summary>
    /// <param name="start">Its first bytes; white space alone says nothing.</param>
    public static bool BeginsLikeXml(ReadOnlySpan<byte> start) => start.IndexOfAnyExcept(BeforeText) is var first && (first < 0 ? start.Length > 0 : start[first] == (byte)'<');

    /// <summary>Whether MSBuild can read a file as a project, to its end.</summary>
    /// <param name="bytes">All of its bytes.</param>
    public static bool IsRead(ReadOnlyMemory<byte> bytes)
    {
        // Packages carry megabytes of documentation as XML. A text with zero bytes is not in UTF-8, so nothing can be said of it.
        var span = bytes.Span;
        if (!BeginsLikeXml(span) || (span.IndexOf("<Project"u8) < 0 && span.IndexOf(":Project"u8) < 0 && !span.Contains((byte)0)))
            return false;
        try
        {
            using var reader = Reader(bytes);
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Project")
                return false;
            while (reader.Read())
                continue;
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>Reads XML as MSBuild does: what a declaration says of the encoding does not count, and a document type is passed over.</summary>
    /// <param name="bytes">All of its bytes.</param>
    public static XmlReader Reader(ReadOnlyMemory<byte> bytes) =>
        XmlReader.Create(new StreamReader(new MemoryStream(bytes.ToArray())), new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, CloseInput = true });

    /// <summary>A text after MSBuild replaced what is escaped in it: "%5f" stands for "_".</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var result = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                result.Append((char)Convert.ToInt32(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                result.Append(text[i]);
            }
        }
        return result.ToString();
    }
}
