namespace BuildGuard.NuGet.Signatures;

/// <summary>What became of a certificate chain.</summary>
internal enum ChainVerdict
{
    /// <summary>It ends at a trusted root, for the purpose, and nothing known speaks against it.</summary>
    Holds,

    /// <summary>An issuer is missing. Another verifier would fetch it from an address that the certificate names.</summary>
    Incomplete,

    /// <summary>It is whole and holds, but for its root, which is not trusted. A countersignature that holds makes up for that in an author's signature.</summary>
    Untrusted,

    /// <summary>It does not hold.</summary>
    Refused,
}
