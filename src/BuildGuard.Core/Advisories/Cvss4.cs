namespace BuildGuard.Core.Advisories;

/// <summary>
/// The score of CVSS 4.0: https://www.first.org/cvss/v4-0/specification-document, section 8. A vector belongs to a macro vector of six digits (EQ1 to EQ6), which has a
/// score of its own in a table; from that the mean of how far the vector lies below the worst of its class is taken off.
/// </summary>
internal static class Cvss4
{
    /// <summary>
    /// The table of the specification, in tenths. One row for each EQ1, EQ2, EQ3 in the order of counting; in a row EQ4, EQ5, EQ6 count up.
    /// EQ3 = 2 with EQ6 = 0 does not exist, so those rows have half the values.
    /// </summary>
    private static readonly int[][] Table = [.. new[]
    {
        "100 99 98 95 95 92 100 96 93 87 91 81 93 90 89 80 81 68", "98 95 95 92 90 84 93 92 89 81 81 65 88 80 78 70 69 48", "92 82 72 79 69 50 69 55 27",
        "99 97 95 92 92 85 95 91 90 83 84 71 92 81 82 71 72 53", "95 93 92 85 85 73 92 82 80 72 70 59 84 70 71 52 50 30", "86 75 52 71 52 29 63 29 17",
        "98 95 94 87 91 81 94 89 86 74 77 64 87 75 74 63 63 49", "94 89 88 77 76 67 86 76 74 58 59 50 72 57 57 52 52 25", "83 70 54 65 58 26 53 21 13",
        "95 90 88 76 76 70 90 77 75 62 61 53 77 66 68 59 52 30", "89 78 76 67 62 58 74 59 57 57 47 23 61 52 57 29 24 16", "71 59 30 58 26 15 23 13 6",
        "93 87 86 72 75 58 86 74 74 61 56 34 70 54 52 40 40 22", "85 75 74 55 62 51 72 57 55 41 46 19 53 36 34 19 19 8", "64 51 20 47 21 11 24 9 4",
        "88 75 73 53 60 50 73 55 59 40 41 20 54 43 45 22 20 11", "75 55 58 45 40 21 61 51 48 18 20 9 46 18 17 7 8 2", "53 24 14 24 12 5 10 3 1",
    }.Select(r => r.Split(' ').Select(int.Parse).ToArray())];

    /// <summary>Values of each metric, worst first. One step is one step of severity distance.</summary>
    private static readonly Dictionary<string, string> Steps =
        "AV:NALP PR:NLH UI:NPA AC:LH AT:NP VC:HLN VI:HLN VA:HLN SC:SHLN SI:SHLN SA:SHLN CR:HML IR:HML AR:HML E:APU".Split(' ').ToDictionary(m => m.Split(':')[0], m => m.Split(':')[1]);

    private static readonly string[] Optional = ["CR", "IR", "AR", "E"];

    public static decimal? Score(Dictionary<string, char> metrics)
    {
        var m = new Dictionary<string, char>();
        foreach (var (name, steps) in Steps)
        {
            var value = metrics.GetValueOrDefault("M" + name, 'X');
            if (value == 'X')
                value = metrics.GetValueOrDefault(name, 'X');
            // "Not defined" counts as the worst.
            if (value == 'X' && Optional.Contains(name))
                value = steps[0];
            if (!steps.Contains(value, StringComparison.Ordinal) || (value == 'S' && metrics.GetValueOrDefault(name) == 'S') || (name == "SC" && value == 'S'))
                return null;
            m[name] = value;
        }
        if ("VC VI VA SC SI SA".Split(' ').All(n => m[n] == 'N'))
            return 0;

        var eq = Classes(m);
        var score = At(eq)!.Value;
        decimal lost = 0;
        var lower = 0;
        foreach (var (next, worst, depth) in Directions(eq))
        {
            // The table is not monotonic everywhere; where the class below scores higher, the reference implementation leaves it out.
            if (next is null || next > score)
                continue;
            lower++;
            lost += (score - next.Value) * Distance(m, worst) / depth;
        }
        var value10 = lower == 0 ? score : score - (lost / lower);
        // A quotient such as 1/7 is cut in its 28th digit; what is a half before must still be one.
        return Math.Round(Math.Clamp(value10, 0, 100) + 0.000001m, MidpointRounding.AwayFromZero) / 10;
    }

    private static int[] Classes(Dictionary<string, char> m)
    {
        var (av, pr, ui) = (m["AV"] == 'N', m["PR"] == 'N', m["UI"] == 'N');
        var (vc, vi, va) = (m["VC"] == 'H', m["VI"] == 'H', m["VA"] == 'H');
        return
        [
            av && pr && ui ? 0 : (av || pr || ui) && m["AV"] != 'P' ? 1 : 2,
            m["AC"] == 'L' && m["AT"] == 'N' ? 0 : 1,
            vc && vi ? 0 : vc || vi || va ? 1 : 2,
            m["SI"] == 'S' || m["SA"] == 'S' ? 0 : m["SC"] == 'H' || m["SI"] == 'H' || m["SA"] == 'H' ? 1 : 2,
            "APU".IndexOf(m["E"], StringComparison.Ordinal),
            (vc && m["CR"] == 'H') || (vi && m["IR"] == 'H') || (va && m["AR"] == 'H') ? 0 : 1,
        ];
    }

    /// <summary>The table's score of a macro vector, in tenths; null where there is no such class.</summary>
    private static decimal? At(int[] eq)
    {
        if (eq[0] > 2 || eq[1] > 1 || eq[2] > 2 || eq[3] > 2 || eq[4] > 2 || eq[5] > 1 || (eq[2] == 2 && eq[5] == 0))
            return null;
        var row = Table[(eq[0] * 6) + (eq[1] * 3) + eq[2]];
        return eq[2] == 2 ? row[(eq[3] * 3) + eq[4]] : row[(eq[3] * 6) + (eq[4] * 2) + eq[5]];
    }

    /// <summary>For each class: the score one class below, the worst vectors of the present class, and how many steps deep it is (tables 24 to 29 and section 8.3).</summary>
    private static IEnumerable<(decimal? Next, string[] Worst, int Depth)> Directions(int[] eq)
    {
        decimal? Below(int i) => At([.. eq.Select((v, j) => j == i ? v + 1 : v)]);
        yield return (Below(0), eq[0] switch { 0 => ["AV:N PR:N UI:N"], 1 => ["AV:A PR:N UI:N", "AV:N PR:L UI:N", "AV:N PR:N UI:P"], _ => ["AV:P PR:N UI:N", "AV:A PR:L UI:P"] }, eq[0] switch { 0 => 1, 1 => 4, _ => 5 });
        yield return (Below(1), eq[1] == 0 ? ["AC:L AT:N"] : ["AC:H AT:N", "AC:L AT:P"], eq[1] == 0 ? 1 : 2);
        var next = (eq[2], eq[5]) switch
        {
            (0, 0) => Max(Below(5), Below(2)),
            (1, 0) => Below(5),
            _ => Below(2),
        };
        yield return (next, WorstImpacts(eq[2], eq[5]), (eq[2], eq[5]) switch { (0, 0) => 7, (0, 1) => 6, (1, _) => 8, _ => 10 });
        yield return (Below(3), eq[3] switch { 0 => ["SC:H SI:S SA:S"], 1 => ["SC:H SI:H SA:H"], _ => ["SC:L SI:L SA:L"] }, 6 - eq[3]);
        yield return (Below(4), [$"E:{"APU"[eq[4]]}"], 1);
    }

    private static string[] WorstImpacts(int eq3, int eq6) => (eq3, eq6) switch
    {
        (0, 0) => ["VC:H VI:H VA:H CR:H IR:H AR:H"],
        (0, 1) => ["VC:H VI:H VA:L CR:M IR:M AR:H", "VC:H VI:H VA:H CR:M IR:M AR:M"],
        (1, 0) => ["VC:L VI:H VA:H CR:H IR:H AR:H", "VC:H VI:L VA:H CR:H IR:H AR:H"],
        (1, 1) => ["VC:L VI:H VA:L CR:H IR:M AR:H", "VC:L VI:H VA:H CR:H IR:M AR:M", "VC:H VI:L VA:H CR:M IR:H AR:M", "VC:H VI:L VA:L CR:M IR:H AR:H", "VC:L VI:L VA:H CR:H IR:H AR:M"],
        _ => ["VC:L VI:L VA:L CR:H IR:H AR:H"],
    };

    /// <summary>Steps from the first of the worst vectors that is nowhere milder than the given one.</summary>
    private static int Distance(Dictionary<string, char> m, string[] worst)
    {
        foreach (var candidate in worst)
        {
            var steps = candidate.Split(' ').Select(p => p.Split(':')).Select(p => Steps[p[0]].IndexOf(m[p[0]], StringComparison.Ordinal) - Steps[p[0]].IndexOf(p[1], StringComparison.Ordinal)).ToList();
            if (steps.TrueForAll(s => s >= 0))
                return steps.Sum();
        }
        return 0;
    }

    private static decimal? Max(decimal? a, decimal? b) => a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);
}
