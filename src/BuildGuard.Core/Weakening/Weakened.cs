namespace BuildGuard.Core.Weakening;

/// <summary>Something that a policy or a lock asks for no longer, or accepts now.</summary>
/// <param name="Key">Where, in the file's own words: "signatures.default", "Serilog/4.3.0".</param>
/// <param name="What">What changed, a clause that begins with what it was: "enforce became audit".</param>
public sealed record Weakened(string Key, string What);
