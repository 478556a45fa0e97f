namespace BuildGuard.Core.Advisories;

/// <summary>How bad a vulnerability is, mildest first. The words are those of the GitHub Advisory Database; "medium" of CVSS is <see cref="Moderate"/>.</summary>
public enum AdvisorySeverity
{
    /// <summary>CVSS 0.1 to 3.9, or a record that says "low" or "none".</summary>
    Low,

    /// <summary>CVSS 4.0 to 6.9.</summary>
    Moderate,

    /// <summary>CVSS 7.0 to 8.9.</summary>
    High,

    /// <summary>CVSS 9.0 to 10.0.</summary>
    Critical,

    /// <summary>The record does not say, or says it in words that are not understood. It counts as worse than any threshold.</summary>
    Unknown,
}
