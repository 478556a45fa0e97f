using System.Xml;
using System.Xml.Linq;

namespace BuildGuard.NuGet.Files;

/// <summary>Reads XML that may be hostile: no document type, no entities, nothing fetched, no depth beyond what people write.</summary>
internal static class BoundedXml
{
    private const int MaxDepth = 256;

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="options">Whether elements know their line.</param>
    /// <exception cref="XmlException">It is not well formed, declares a document type, or nests too deep.</exception>
    public static XDocument Load(byte[] bytes, LoadOptions options)
    {
        // Making the tree takes time with the square of the depth, so the depth is looked at first.
        using (var reader = Reader(bytes))
        {
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth)
                    throw new XmlException($"it nests elements more than {MaxDepth} deep");
            }
        }
        using var second = Reader(bytes);
        return XDocument.Load(second, options);
    }

    private static XmlReader Reader(byte[] bytes) =>
        XmlReader.Create(new MemoryStream(bytes), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = bytes.Length + 1L });
}
