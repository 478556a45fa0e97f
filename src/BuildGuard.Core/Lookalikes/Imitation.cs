namespace BuildGuard.Core.Lookalikes;

/// <summary>What an id seems to imitate, and how.</summary>
/// <param name="Original">The id or pattern that it looks like; null where it mixes alphabets and looks like none that is known.</param>
/// <param name="How">A clause: "one letter differs".</param>
public sealed record Imitation(string? Original, string How);
