using System.Globalization;
using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG0005: No exception of the policy is past its day.</summary>
public sealed class ExceptionsMustNotExpire : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG0005";

    /// <inheritdoc/>
    public override string Sentence => "No exception of the policy is past its day.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input) =>
        from exception in input.Policy.Exceptions
        where exception.Expires is { } end && end < input.Today
        let day = exception.Expires!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        select At(exception.Location,
            $"The exception for {exception.Name} in \"{exception.Key}\" ended on {day}.",
            $"Somebody decided that it would be looked at again by then (its reason was: {Printable.Of(exception.Reason, 100)}).",
            "Remove the cause and the entry, or decide again and write a later \"expires\".");
}
