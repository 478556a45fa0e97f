using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Weakening;

namespace BuildGuard.Core.Reports;

/// <summary>What <c>buildguard diff</c> prints.</summary>
/// <param name="Base">The revision as it was given.</param>
/// <param name="Commit">The commit's full hash.</param>
/// <param name="Policy">What the policy lost.</param>
/// <param name="Lock">What the lock lost.</param>
/// <param name="Changes">What else changed in the lock.</param>
public sealed record WeakeningReport(string Base, string Commit, ImmutableArray<Weakened> Policy, ImmutableArray<Weakened> Lock, ImmutableArray<TrustChange> Changes)
{
    /// <summary>How many weakenings there are.</summary>
    public int Count => Policy.Length + Lock.Length;

    /// <summary>For people.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        void Append(string file, ImmutableArray<Weakened> weakened)
        {
            foreach (var item in weakened)
                text.Append("  ! ").Append(file).Append(": ").Append(Printable.Of(item.Key)).Append(": ").Append(item.What).Append('\n');
        }

        Append("policy", Policy);
        Append("lock", Lock);
        foreach (var change in Changes)
            text.Append("    lock: ").Append(Printable.Of(change.Subject)).Append(": ").Append(change.Kind == TrustChangeKind.Removed ? $"{change.Detail}, gone" : change.Detail).Append('\n');
        var since = $"{Printable.Of(Base, 60)} ({Commit[..12]})";
        return text.Append(Count == 0 ? $"Nothing is weaker than in {since}.\n" : $"{Summary.Count(Count, "weakening")} (!) since {since}: know the reason for each before you accept it.\n").ToString();
    }

    /// <summary>For programs. Keys are added to, never renamed.</summary>
    public string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("base", Base);
            json.WriteString("commit", Commit);
            json.WriteBoolean("passed", Count == 0);
            json.WriteNumber("exitCode", Count == 0 ? 0 : 1);
            json.WriteStartArray("weakenings");
            foreach (var (file, item) in Policy.Select(w => ("policy", w)).Concat(Lock.Select(w => ("lock", w))))
            {
                json.WriteStartObject();
                json.WriteString("in", file);
                json.WriteString("key", item.Key);
                json.WriteString("what", item.What);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("changes");
            foreach (var change in Changes)
            {
                json.WriteStartObject();
                json.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
                json.WriteString("subject", change.Subject);
                json.WriteString("detail", change.Detail);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
