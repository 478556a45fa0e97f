using System.Collections.Immutable;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Policy;

/// <summary>What is wrong with a policy.</summary>
public enum PolicyTrouble
{
    /// <summary>There is no policy, or it cannot be read as JSON (BG0001).</summary>
    Unreadable,

    /// <summary>A key that no version knows, or that this one cannot enforce (BG0002).</summary>
    Key,

    /// <summary>A value that does not fit its key (BG0003).</summary>
    Value,
}

/// <summary>One thing that is wrong with a policy.</summary>
/// <param name="Trouble">The kind.</param>
/// <param name="What">What is wrong, one sentence.</param>
/// <param name="Fix">What to do about it, one sentence.</param>
/// <param name="Location">Where.</param>
public sealed record PolicyProblem(PolicyTrouble Trouble, string What, string Fix, SourceLocation Location);

/// <summary>A policy as it was read: its values, or what is wrong with it.</summary>
/// <param name="Path">Full path of the file, or where it would be.</param>
/// <param name="Policy">The policy; null where <paramref name="Problems"/> is not empty.</param>
/// <param name="Problems">What is wrong.</param>
public sealed record PolicyDocument(string Path, GuardPolicy? Policy, ImmutableArray<PolicyProblem> Problems)
{
    /// <summary>The paths of all files that the policy was made of, itself first.</summary>
    public ImmutableArray<string> Files { get; init; } = [];
}
