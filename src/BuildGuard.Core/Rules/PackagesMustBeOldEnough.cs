using System.Globalization;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Locking;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Sources;

namespace BuildGuard.Core.Rules;

/// <summary>BG3005: No package is younger than the policy's minimum age.</summary>
/// <remarks>
/// The day is that of the repository signature's time stamp: it is in the bytes, a time stamp authority vouches for it, and the repository signs when it publishes. An author's
/// own time stamp is none: an author can sign long before.
/// </remarks>
public sealed class PackagesMustBeOldEnough : Rule
{
    private const string Why = "Hijacked versions are mostly found within days; whoever waits does not get them.";

    /// <inheritdoc/>
    public override string Code => "BG3005";

    /// <inheritdoc/>
    public override string Sentence => "No package is younger than the policy's minimum age.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        input.Policy.MinimumAge is not { } age ? [] :
            from package in input.Graph.Downloaded
            where age.AppliesTo(package.Id) && package.Signature.IsKnown
            let finding = Judge(package, age, input)
            where finding is not null
            select finding;

    private Finding? Judge(PackageFacts package, MinimumAge age, CheckInput input)
    {
        var name = $"{package.Id} {package.Version}";
        // A feed gives 1900 for a version that is not listed any more; a date that is no date is no evidence.
        if ((LockWriter.PublishedOf(package.Signature.Value) ?? LockWriter.FeedDateOf(package, input.Lock.Lock)) is not { Year: >= 2000 } day)
        {
            return About(package, $"Nothing says when {name} was published: it has no repository signature with a time stamp, and the lock no day that its feed gave.", Why,
                package.Source is { } source && !SourceAddress.IsFeed(source)
                ? $"It came from a folder ({SourceAddress.Shown(source)}), which gives no day. If it is your own, {ExceptEntry(package)}; otherwise take it from a feed."
                : $"Run: buildguard lock --ask-feeds, which asks the feed once and writes the day down. Where the feed does not know it either, take the package from one that signs, or, if it is your own, {ExceptEntry(package)}.");
        }
        var days = input.Today.DayNumber - day.DayNumber;
        // Clocks differ by hours, not by days.
        if (days < -1)
        {
            return About(package, $"{name} claims to be published on {Text(day)}, which is still to come.", Why,
                "Set this machine's clock; if it is right, do not use the package: its time stamp is wrong.");
        }
        if (days >= age.Days)
            return null;
        return About(package, $"{name} was published on {Text(day)}, {Math.Max(days, 0)} days ago; the policy asks for {age.Days}.", Why,
            $"Use an older version until {Text(day.AddDays(age.Days))}. If this one must be, a security fix for instance, {ExceptEntry(package)}.");
    }

    private static string ExceptEntry(PackageFacts package) => $"add to \"minimumAge\".\"except\": \"{package.Id}\"";

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
