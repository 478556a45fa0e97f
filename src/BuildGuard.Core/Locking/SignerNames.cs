using BuildGuard.Core.Graph;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Locking;

/// <summary>What people call the certificates that a lock records: the policy's name of the signer, else the certificate's subject.</summary>
/// <param name="policy">What the policy says of signatures.</param>
/// <param name="graph">Packages whose certificates say their subjects.</param>
public sealed class SignerNames(SignaturePolicy policy, PackageGraph graph)
{
    private const int ShortLength = 15;
    private readonly Dictionary<string, string> _subjects = graph.Downloaded.Where(p => p.Signature.IsKnown).SelectMany(p => p.Signature.Value.Signers)
        .GroupBy(s => "sha256:" + s.Certificate).ToDictionary(g => g.Key, g => g.First().Subject);

    /// <summary>No name but the public gallery's.</summary>
    public static SignerNames None { get; } = new(new(), PackageGraph.Empty);

    /// <summary>The names that hold for a check.</summary>
    public static SignerNames Of(CheckInput input) => new(input.Document.Policy?.Signatures ?? new(), input.Graph);

    /// <summary>Whether two certificates are one, or of one signer.</summary>
    /// <param name="one">"sha256:" and hex, as the lock writes it.</param>
    /// <param name="other">Another.</param>
    public bool AreOne(string one, string other) => one == other || policy.Known.Any(s => s.Certificates.Contains(one[7..]) && s.Certificates.Contains(other[7..]));

    /// <summary>A signer for a line of text, with as much of the fingerprint as a person compares.</summary>
    public string Of(string? signer)
    {
        if (signer is null)
            return "nobody";
        var fingerprint = signer[..Math.Min(signer.Length, ShortLength)] + "…";
        var name = policy.Known.FirstOrDefault(s => s.Certificates.Contains(signer[7..]))?.Name ?? _subjects.GetValueOrDefault(signer);
        return name is null ? fingerprint : $"{Printable.Of(name, 80)} ({fingerprint})";
    }
}
