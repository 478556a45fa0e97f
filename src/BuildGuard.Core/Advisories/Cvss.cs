namespace BuildGuard.Core.Advisories;

/// <summary>Scores CVSS vectors, as FIRST specifies it for 3.0, 3.1 and 4.0.</summary>
public static class Cvss
{
    private const int MaxLength = 400;

    /// <summary>The score of a vector, 0.0 to 10.0; null for what is no vector of a version that is known.</summary>
    /// <param name="vector">Such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H.</param>
    public static decimal? Score(string vector)
    {
        var parts = vector.Length <= MaxLength ? vector.Split('/') : [];
        if (parts.Length < 2)
            return null;
        var metrics = new Dictionary<string, char>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == part.Length - 1 || !metrics.TryAdd(part[..colon], part[colon + 1]))
                return null;
        }
        return parts[0] switch
        {
            "CVSS:3.0" => Cvss3.BaseScore(metrics, isRevised: false),
            "CVSS:3.1" => Cvss3.BaseScore(metrics, isRevised: true),
            "CVSS:4.0" => Cvss4.Score(metrics),
            _ => null,
        };
    }

    /// <summary>The word for a score, by the table that both specifications share. A score of 0.0 ("none") counts as low.</summary>
    public static AdvisorySeverity SeverityOf(decimal score) => score switch
    {
        < 4.0m => AdvisorySeverity.Low,
        < 7.0m => AdvisorySeverity.Moderate,
        < 9.0m => AdvisorySeverity.High,
        _ => AdvisorySeverity.Critical,
    };
}
