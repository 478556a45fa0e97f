namespace BuildGuard.Core.Advisories;

/// <summary>The base score of CVSS 3.0 and 3.1: https://www.first.org/cvss/v3.1/specification-document, sections 7.1, 7.4 and appendix A.</summary>
/// <remarks>Temporal and environmental metrics say how a vulnerability stands at one time or place; a record about the package itself has no business with them, so they are read over.</remarks>
internal static class Cvss3
{
    public static decimal? BaseScore(Dictionary<string, char> metrics, bool isRevised)
    {
        char Value(string name) => metrics.GetValueOrDefault(name);
        var isChanged = Value("S") == 'C';
        decimal? vector = Value("AV") switch { 'N' => 0.85m, 'A' => 0.62m, 'L' => 0.55m, 'P' => 0.2m, _ => null };
        decimal? complexity = Value("AC") switch { 'L' => 0.77m, 'H' => 0.44m, _ => null };
        decimal? privileges = Value("PR") switch { 'N' => 0.85m, 'L' => isChanged ? 0.68m : 0.62m, 'H' => isChanged ? 0.5m : 0.27m, _ => null };
        decimal? interaction = Value("UI") switch { 'N' => 0.85m, 'R' => 0.62m, _ => null };
        if (Value("S") is not ('U' or 'C') || (8.22m * vector * complexity * privileges * interaction) is not { } exploitability
            || (1 - ((1 - Impact(Value("C"))) * (1 - Impact(Value("I"))) * (1 - Impact(Value("A"))))) is not { } loss)
            return null;
        var impact = isChanged ? (7.52m * (loss - 0.029m)) - (3.25m * Power(loss - 0.02m, 15)) : 6.42m * loss;
        if (impact <= 0)
            return 0;
        var score = Math.Min(isChanged ? 1.08m * (impact + exploitability) : impact + exploitability, 10);
        // 3.1 rounds up after five digits, so that noise in the sixth does not lift a score; decimals hardly have such noise, but the text says so.
        return isRevised ? Math.Ceiling(Math.Round(score, 5) * 10) / 10 : Math.Ceiling(score * 10) / 10;
    }

    private static decimal? Impact(char value) => value switch { 'H' => 0.56m, 'L' => 0.22m, 'N' => 0m, _ => null };

    private static decimal Power(decimal x, int n)
    {
        var result = 1m;
        for (var i = 0; i < n; i++)
            result *= x;
        return result;
    }
}
