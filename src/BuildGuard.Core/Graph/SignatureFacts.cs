using System.Collections.Immutable;

namespace BuildGuard.Core.Graph;

/// <summary>Who a signature speaks for.</summary>
public enum SignatureKind
{
    /// <summary>The package's author.</summary>
    Author,

    /// <summary>The repository (gallery or feed) that served it.</summary>
    Repository,
}

/// <summary>One signature of a package.</summary>
/// <param name="Kind">Author or repository.</param>
/// <param name="Certificate">SHA-256 of the signing certificate, lower-case hex.</param>
/// <param name="Subject">The certificate's subject, for people.</param>
/// <param name="Timestamp">The verified RFC 3161 time stamp in UTC; null where there is none that holds.</param>
public sealed record Signer(SignatureKind Kind, string Certificate, string Subject, DateTimeOffset? Timestamp);

/// <summary>What is known of the signatures of a package. All of it comes from the package's bytes.</summary>
public sealed record SignatureFacts
{
    /// <summary>A package without a signature file.</summary>
    public static SignatureFacts Unsigned { get; } = new();

    /// <summary>Whether the package carries a signature file at all.</summary>
    public bool IsSigned => Signers.Length > 0 || Problems.Length > 0;

    /// <summary>The primary signature first, then a repository countersignature where there is one.</summary>
    public ImmutableArray<Signer> Signers { get; init; } = [];

    /// <summary>The owners that the repository signature names; empty without one.</summary>
    public ImmutableArray<string> Owners { get; init; } = [];

    /// <summary>The service index that the repository signature names; null without one.</summary>
    public string? ServiceIndex { get; init; }

    /// <summary>Everything that verification found wrong. Empty means: the content is what was signed, and every chain and time stamp holds.</summary>
    public ImmutableArray<SignatureProblem> Problems { get; init; } = [];

    /// <summary>Whether there is a signature, and the package's bytes are those that were signed.</summary>
    public bool IsIntact => IsSigned && Problems.All(p => p.Trouble != SignatureTrouble.Content);

    /// <summary>Whether there is a signature and everything about it holds.</summary>
    public bool Holds => IsSigned && Problems.IsEmpty;

    /// <summary>Whether the content is intact, but nobody vouches for the signature.</summary>
    public bool IsDoubtful => IsIntact && !Holds;

    /// <summary>The repository signer, whether primary or countersigning; null where there is none.</summary>
    public Signer? Repository => Of(SignatureKind.Repository);

    /// <summary>The author signer; null where there is none.</summary>
    public Signer? Author => Of(SignatureKind.Author);

    /// <summary>The signer of a kind; null where there is none.</summary>
    public Signer? Of(SignatureKind kind) => Signers.FirstOrDefault(s => s.Kind == kind);
}

/// <summary>What kind of trouble a signature has.</summary>
public enum SignatureTrouble
{
    /// <summary>The package's bytes are not the bytes that were signed, or the signature file itself was altered.</summary>
    Content,

    /// <summary>The signature is well formed but chain, time stamp, validity or algorithm do not hold.</summary>
    Trust,
}

/// <summary>One thing that verification found wrong.</summary>
/// <param name="Trouble">Content or trust.</param>
/// <param name="Code">The verifier's code (NuGet's NU3xxx).</param>
/// <param name="Message">What it says, one sentence.</param>
public sealed record SignatureProblem(SignatureTrouble Trouble, string Code, string Message);
