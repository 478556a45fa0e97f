using System.Globalization;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG3004: The advisories are new enough to say something.</summary>
public sealed class AdvisoriesMustBeFresh : Rule
{
    private const string Why = "What became known since then is not in it, and nothing else would tell.";

    /// <inheritdoc/>
    public override string Code => "BG3004";

    /// <inheritdoc/>
    public override string Sentence => "The advisories are new enough to say something.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        foreach (var database in input.Advisories.Databases.Where(d => d.Data is not null))
        {
            var path = Printable.Of(database.Source.Path);
            if (database.Data!.Day is not { } day)
            {
                yield return At(database.Source.Location, $"{path} does not say how old its advisories are.", Why, AdvisoryText.Renew(database, ", which writes down when it fetched them."));
                continue;
            }
            // Clocks differ; a day ahead is no lie. Further ahead, the date would keep the data fresh for ever.
            var age = input.Today.DayNumber - day.DayNumber;
            var limit = input.Policy.Advisories!.MaxAgeDays;
            if (age < -1)
                yield return At(database.Source.Location, $"{path} claims to be of {Text(day)}, which is still to come.", Why, $"Set this machine's clock. If it is right: {AdvisoryText.Renew(database)}");
            else if (age > limit)
                yield return At(database.Source.Location, $"The advisories of {path} are of {Text(day)}, {age} days old; the policy accepts {limit}.", Why, AdvisoryText.Renew(database, ", and check the file in."));
        }
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
