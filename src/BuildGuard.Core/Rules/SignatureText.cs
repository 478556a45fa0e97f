using BuildGuard.Core.Graph;

namespace BuildGuard.Core.Rules;

/// <summary>Words that the rules about signers and owners share.</summary>
internal static class SignatureText
{
    private const int MaxNames = 6;

    /// <summary>Who signed, with whole fingerprints: what a person compares with a source of its own.</summary>
    public static string Signers(SignatureFacts facts) =>
        facts.Signers.IsEmpty ? "nobody whom the signature names" : ApprovalText.And([.. facts.Signers.Select(s =>
            $"{(s.Kind == SignatureKind.Author ? "author" : "repository")} \"{Printable.Of(s.Subject, 100)}\" (sha256:{s.Certificate})")]);

    /// <summary>"a", "b" or "c"; the first few of many.</summary>
    public static string Names(IEnumerable<string> names)
    {
        var all = names.Select(n => $"\"{Printable.Of(n, 100)}\"").ToList();
        if (all.Count > MaxNames)
            all = [.. all.Take(MaxNames), $"{all.Count - MaxNames:N0} others"];
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all.Take(all.Count - 1))} or {all[^1]}";
    }

    /// <summary>The owners that a signature names.</summary>
    public static string Owners(IEnumerable<string> owners) => owners.Any() ? ApprovalText.And([.. owners.Take(MaxNames * 2).Select(o => Printable.Of(o, 100))]) : "nobody";
}
