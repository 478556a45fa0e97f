using BuildGuard.Core.Json;

namespace BuildGuard.Core.Policy;

/// <summary>Holds a JSON tree against a <see cref="Shape"/>: unknown keys, keys that this version cannot enforce, wrong types, bad values.</summary>
internal static class PolicyValidation
{
    /// <summary>Problems that are told at the most. A file with more of them is hostile, or is not a policy.</summary>
    public const int MaxProblems = 100;

    /// <summary>Adds everything that is wrong below a value, until there is more than anyone reads.</summary>
    public static void Validate(JsonValue value, Shape shape, string path, List<PolicyProblem> problems)
    {
        if (problems.Count >= MaxProblems || (shape.Nullable && value.Kind == JsonKind.Null))
            return;
        switch (shape)
        {
            case ScalarShape scalar:
                if (value.Kind != scalar.Kind || !scalar.IsValid(value.Text))
                    problems.Add(Bad(value, path, scalar.Expected, scalar));
                break;
            case ListShape list:
                if (value.Kind != JsonKind.List)
                    problems.Add(Bad(value, path, "a list"));
                foreach (var item in value.Items)
                    Validate(item, list.Item, path, problems);
                break;
            case MapShape map:
                if (value.Kind != JsonKind.Object)
                    problems.Add(Bad(value, path, "an object"));
                foreach (var member in value.Members.TakeWhile(_ => problems.Count < MaxProblems))
                {
                    if (!map.KeyIsValid(member.Name))
                        problems.Add(new(PolicyTrouble.Key, $"\"{Show(member.Name)}\" in \"{path}\" is not {map.KeyExpected}.", $"Write {map.KeyExpected} there, or remove the line.", member.NameLocation));
                    Validate(member.Value, map.Value, $"{path}.{Show(member.Name)}", problems);
                }
                break;
            case ObjectShape obj:
                ValidateObject(value, obj, path, problems);
                break;
        }
    }

    private static void ValidateObject(JsonValue value, ObjectShape shape, string path, List<PolicyProblem> problems)
    {
        if (value.Kind != JsonKind.Object)
        {
            problems.Add(Bad(value, path, "an object"));
            return;
        }
        foreach (var member in value.Members.TakeWhile(_ => problems.Count < MaxProblems))
        {
            var full = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (shape[member.Name] is not { } known)
            {
                var keys = shape.Keys.Where(k => k.Shape.Enforced).Select(k => k.Name).ToList();
                var nearest = Nearest.To(member.Name, keys);
                problems.Add(new(PolicyTrouble.Key, $"\"{Show(full)}\" is not a key of the policy.",
                    $"{(nearest is null ? "Remove it; the" : $"Did you mean \"{nearest}\"? The")} keys here are {string.Join(", ", keys)}.",
                    member.NameLocation));
                continue;
            }
            if (!known.Enforced)
            {
                problems.Add(new(PolicyTrouble.Key, $"\"{full}\" is a key that this version of BuildGuard cannot enforce yet.",
                    "Remove it, so that nobody relies on it, or update BuildGuard to a version whose changelog names it.", member.NameLocation));
                continue;
            }
            Validate(member.Value, known, full, problems);
        }
        foreach (var (name, key) in shape.Keys)
        {
            if (key.Required && value[name] is null)
                problems.Add(new(PolicyTrouble.Value, path.Length == 0 ? $"The policy has no \"{name}\"." : $"An entry of \"{path}\" has no \"{name}\".", $"Add \"{name}\": {Sample(key)}.", value.Location));
        }
    }

    private static PolicyProblem Bad(JsonValue value, string path, string expected, ScalarShape? scalar = null)
    {
        var found = value.Kind switch
        {
            JsonKind.Text => $"\"{Show(value.Text)}\"",
            JsonKind.Number or JsonKind.Bool => Show(value.Text),
            JsonKind.List => "a list",
            JsonKind.Object => "an object",
            _ => "null",
        };
        var nearest = scalar is { Choices.Length: > 1 } && value.Kind == JsonKind.Text ? Nearest.To(value.Text, scalar.Choices) : null;
        return new(PolicyTrouble.Value, $"{(path.Length == 0 ? "The policy" : $"\"{path}\"")} is {found}, but must be {expected}.", nearest is null ? $"Write {expected}." : $"Did you mean \"{nearest}\"?", value.Location);
    }

    private static string Sample(Shape shape) => shape switch
    {
        ScalarShape { Choices.Length: > 0 } s => s.Kind == JsonKind.Text ? $"\"{s.Choices[0]}\"" : s.Choices[0],
        ListShape => "[ … ]",
        ScalarShape => "\"…\"",
        _ => "{ … }",
    };

    /// <summary>Hostile text must not reach a terminal or flood a log: control characters are replaced, long text is cut.</summary>
    private static string Show(string text) => Printable.Of(text, 80);
}
