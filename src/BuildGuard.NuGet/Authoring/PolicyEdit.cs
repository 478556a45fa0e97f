using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Json;
using BuildGuard.Core.Policy;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Policies;

namespace BuildGuard.NuGet.Authoring;

/// <summary>An approval that is to be written into a policy.</summary>
/// <param name="Id">The package; never a pattern.</param>
/// <param name="Kinds">The kinds; those that an entry for this id lists already stay.</param>
/// <param name="Reason">Why; null leaves the reason of an entry that is there.</param>
/// <param name="Expires">Last day; null leaves that of an entry that is there.</param>
public sealed record PolicyApproval(string Id, ImmutableArray<string> Kinds, string? Reason, DateOnly? Expires)
{
    /// <summary>The entry as JSON in one line, to be written or pasted.</summary>
    public string Json => $"{{ \"id\": {JsonFragment.Quote(Id)}, \"kinds\": {JsonFragment.List(Kinds)}, \"reason\": {JsonFragment.Quote(Reason ?? "…")}{(Expires is { } day ? $", \"expires\": {JsonFragment.Quote(Day(day))}" : "")} }}";

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>
/// Writes an approval into a policy that people wrote, without touching anything else in it. The result is read again: it counts only where it says
/// exactly what was meant, alone and together with the policies that it extends.
/// </summary>
public static class PolicyEdit
{
    /// <summary>What came of it.</summary>
    /// <param name="Bytes">The policy's new bytes; null where it was not changed.</param>
    /// <param name="Problem">Why not, one sentence; null where it was.</param>
    public sealed record Result(byte[]? Bytes, string? Problem);

    /// <summary>Works out the new text. Nothing is written.</summary>
    /// <param name="document">The policy as it was read.</param>
    /// <param name="approval">The approval.</param>
    public static Result Approve(PolicyDocument document, PolicyApproval approval)
    {
        var (bytes, unread) = BoundedFile.Read(document.Path, PolicyReader.MaxBytes);
        if (bytes is null || document.Policy is not { } policy)
            return new(null, $"The policy cannot be read: {unread ?? "it has problems"}.");
        if (approval.Id.Contains('*', StringComparison.Ordinal))
            return new(null, "An approval names one package, never a pattern.");
        byte[] edited;
        try
        {
            edited = Edit(bytes, approval);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new(null, $"The policy cannot be edited: {e.Message}");
        }
        return Verify(document, policy, bytes, edited, approval) is { } problem ? new(null, problem) : new(edited, null);
    }

    private static byte[] Edit(byte[] bytes, PolicyApproval approval)
    {
        var json = new JsonText(bytes);
        var entry = approval.Json;
        if (json.Root["buildScripts"] is not { } scripts)
            json.Append(json.Root, "\"buildScripts\": {", "  \"allow\": [", "    " + entry, "  ]", "}");
        else if (scripts["allow"] is not { } allow)
            json.Append(scripts, "\"allow\": [", "  " + entry, "]");
        else if (allow.Children.Find(c => Is(c["id"]?.Text, approval)) is { } there)
            Extend(json, there, approval);
        else
            json.Append(allow, entry);
        return json.ToBytes();
    }

    private static void Extend(JsonText json, JsonText.Node entry, PolicyApproval approval)
    {
        var kinds = entry["kinds"]!;
        var missing = approval.Kinds.Where(k => !kinds.Children.Exists(c => c.Text == k)).Select(JsonFragment.Quote).ToList();
        if (missing.Count > 0)
            json.Append(kinds, string.Join(", ", missing));
        if (approval.Reason is { } reason && entry["reason"] is { } old && old.Text != reason)
            json.Replace(old, JsonFragment.Quote(reason));
        if (approval.Expires is { } day)
        {
            var quoted = JsonFragment.Quote(PolicyApproval.Day(day));
            if (entry["expires"] is { } end)
                json.Replace(end, quoted);
            else
                json.Append(entry, $"\"expires\": {quoted}");
        }
    }

    private static string? Verify(PolicyDocument document, GuardPolicy before, byte[] bytes, byte[] edited, PolicyApproval approval)
    {
        var (tree, _) = PolicyReader.ReadFile(bytes, document.Path);
        var (result, problems) = PolicyReader.ReadFile(edited, document.Path);
        if (tree is null || result is null || !problems.IsEmpty || !Same(result, Expected(tree, approval)))
            return "The policy is written in a way that cannot be edited safely.";
        var after = PolicyFiles.Load(Path.GetDirectoryName(document.Path)!, document.Path, (document.Path, edited));
        if (after.Policy is null)
            return $"{after.Problems[0].What} {after.Problems[0].Fix}";
        var kept = before.BuildScripts.Where(b => !(Is(b.Id.Text, approval) && b.Exemption.Location.File == document.Path)).Select(Describe);
        return kept.Except(after.Policy.BuildScripts.Select(Describe), StringComparer.Ordinal).Any()
            ? "The approvals of this repo stand in a policy that this one extends, and a list of its own would replace them all."
            : null;
    }

    private static string Describe(BuildScriptApproval b) => $"{b.Id}|{string.Join(',', b.Kinds)}|{b.Exemption.Expires}|{b.Exemption.Reason}";

    private static bool Is(string? id, PolicyApproval approval) => approval.Id.Equals(id, StringComparison.OrdinalIgnoreCase);

    /// <summary>The tree that the edited text must have.</summary>
    private static JsonValue Expected(JsonValue root, PolicyApproval approval)
    {
        var scripts = root["buildScripts"] ?? new(JsonKind.Object, root.Location);
        var allow = scripts["allow"] ?? new(JsonKind.List, root.Location);
        var at = allow.Items.ToList().FindIndex(i => Is(i["id"]?.Text, approval));
        var entry = at >= 0 ? allow.Items[at] : With(With(new(JsonKind.Object, root.Location), "id", Text(approval.Id)), "kinds", new(JsonKind.List, root.Location));
        var kinds = entry["kinds"]!;
        kinds = kinds with { Items = [.. kinds.Items, .. approval.Kinds.Except(kinds.Items.Select(k => k.Text)).Select(Text)] };
        entry = With(entry, "kinds", kinds);
        if (approval.Reason is not null || at < 0)
            entry = With(entry, "reason", Text(approval.Reason ?? "…"));
        if (approval.Expires is { } day)
            entry = With(entry, "expires", Text(PolicyApproval.Day(day)));
        allow = allow with { Items = at >= 0 ? allow.Items.SetItem(at, entry) : allow.Items.Add(entry) };
        return With(root, "buildScripts", With(scripts, "allow", allow));

        JsonValue Text(string text) => new(JsonKind.Text, root.Location) { Text = text };
    }

    private static JsonValue With(JsonValue target, string name, JsonValue value)
    {
        var at = target.Members.ToList().FindIndex(m => m.Name == name);
        return target with { Members = at >= 0 ? target.Members.SetItem(at, target.Members[at] with { Value = value }) : target.Members.Add(new(name, new SourceLocation(""), value)) };
    }

    private static bool Same(JsonValue a, JsonValue b) =>
        a.Kind == b.Kind && a.Text == b.Text
        && a.Items.Length == b.Items.Length && a.Items.Zip(b.Items).All(p => Same(p.First, p.Second))
        && a.Members.Length == b.Members.Length && a.Members.Zip(b.Members).All(p => p.First.Name == p.Second.Name && Same(p.First.Value, p.Second.Value));
}
