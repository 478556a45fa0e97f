namespace BuildGuard.Core.Graph;

/// <summary>
/// A fact, or the reason why there is none. "Not looked at" and "unreadable" are facts too, and rules must treat them as failures:
/// nothing passes because evidence is missing.
/// </summary>
/// <typeparam name="T">Type of the fact.</typeparam>
public readonly record struct Evidence<T>
{
    private readonly T? _value;
    private readonly string? _gap;

    private Evidence(T? value, string? gap, bool known)
    {
        _value = value;
        _gap = gap;
        IsKnown = known;
    }

    /// <summary>Whether the fact was read. False for a default value as well.</summary>
    public bool IsKnown { get; }

    /// <summary>The fact.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => IsKnown ? _value! : throw new InvalidOperationException($"There is no evidence: {Gap}");

    /// <summary>Why there is no fact, as a clause without a full stop; empty when there is one.</summary>
    public string Gap => IsKnown ? "" : _gap ?? "it was not looked at";

    /// <summary>The fact, or that it is missing. The text that a record makes by itself would ask for the value and throw.</summary>
    public override string ToString() => IsKnown ? $"{_value}" : $"missing: {Gap}";

    /// <summary>A fact that was read.</summary>
    public static Evidence<T> Of(T value) => new(value, null, known: true);

    /// <summary>No fact.</summary>
    /// <param name="gap">Why, as a clause without a full stop: "the file is missing".</param>
    public static Evidence<T> Missing(string gap) => new(default, gap, known: false);
}
