using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;
using BuildGuard.Core.Rules;
using BuildGuard.Core.Sources;
using NuGet.Versioning;

namespace BuildGuard.Core.Weakening;

/// <summary>
/// Finds what one policy asks for and another does not. Where patterns decide, it asks what each policy says of the same ids: those of the locks, every pattern of both policies taken as an id
/// (a pattern that matches the text of another matches whatever that one does), and an id that nothing names.
/// </summary>
public static class PolicyWeakening
{
    /// <summary>No id has a NUL, and only a pattern for all of them matches it.</summary>
    private const string AnyOther = "\0";

    /// <summary>Lists the weakenings, in the order of the policy's keys.</summary>
    /// <param name="before">The policy as it was.</param>
    /// <param name="after">The policy as it is.</param>
    /// <param name="ids">Ids that are in use.</param>
    public static ImmutableArray<Weakened> Between(GuardPolicy before, GuardPolicy after, IEnumerable<string> ids)
    {
        string[] known = [.. ids.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        return
        [
            .. Switches(before, after),
            .. Sources(before.Sources, after.Sources, known),
            .. Signatures(before.Signatures, after.Signatures, known),
            .. Blocked(before.Block, after.Block),
            .. Allowed(before.Allow, after.Allow),
            .. Advisories(before.Advisories, after.Advisories),
            .. Age(before.MinimumAge, after.MinimumAge),
            .. before.Lookalikes.Protect.Where(p => !after.Lookalikes.Protect.Any(a => Covers(a, p))).Select(p => new Weakened("lookalikes.protect", $"\"{p}\" is not protected any more")),
            .. Approvals(before.BuildScripts, after.BuildScripts),
            .. after.ToolFiles.SelectMany(f => f.Hashes.Where(h => !before.ToolFiles.Any(b => b.Name == f.Name && b.Hashes.Contains(h))).Select(h => new Weakened("buildScripts.toolFiles", $"{f.Name} may have the text {h[..12]}… now"))),
            .. Exceptions(before, after),
            .. Severity(before, after),
        ];
    }

    private static IEnumerable<Weakened> Switches(GuardPolicy before, GuardPolicy after)
    {
        static IEnumerable<Weakened> Switch(string key, bool was, bool isNow, string what) => was && !isNow ? [new(key, what)] : [];
        return Switch("mode", before.Mode == GuardMode.Enforce, after.Mode == GuardMode.Enforce, "\"enforce\" became \"audit\": violations are warnings")
            .Concat(Switch("gate", before.GateRequired, after.GateRequired, "\"required\" became \"optional\""))
            .Concat(Switch("strictExceptions", before.StrictExceptions, after.StrictExceptions, "exceptions need no end any more"))
            .Concat(Switch("hashes.extracted", before.HashEveryFile, after.HashEveryFile, "\"full\" became \"fast\": files whose stat did not change are not hashed"))
            .Concat(Switch("toolchain", before.PinToolchain, after.PinToolchain, "\"pinned\" became \"off\""))
            .Concat(Switch("buildScripts.default", before.BuildScriptsNeedApproval, after.BuildScriptsNeedApproval, "\"deny\" became \"allow\": packages run in builds without an approval"))
            .Concat(Switch("buildScripts.whenDenied", !before.ExcludeDeniedBuildScripts, !after.ExcludeDeniedBuildScripts, "\"fail\" became \"exclude\": what is not approved is left out without an error"))
            .Concat(Switch("network.build", before.Network.Build < after.Network.Build, false, after.Network.Build == BuildNetwork.Report ? "\"deny\" became \"report\": builds have the network, and what uses it is listed" : "it became \"allow\": builds have the network, and nobody looks"))
            .Concat(Switch("network.whenUnavailable", !before.Network.WarnWhenUnavailable, !after.Network.WarnWhenUnavailable, "\"fail\" became \"warn\": builds that cannot be sealed go on"));
    }

    private static IEnumerable<Weakened> Sources(ImmutableArray<PolicySource>? before, ImmutableArray<PolicySource>? after, string[] ids)
    {
        if (before is not { } old)
            yield break;
        if (after is not { } now)
        {
            yield return new("sources", "the list is gone: packages may come from anywhere");
            yield break;
        }
        var told = new List<(IdPattern About, string What)>();
        foreach (var id in old.Concat(now).SelectMany(s => s.Packages).Select(p => p.Text).Distinct(StringComparer.OrdinalIgnoreCase).Concat(ids).Prepend(AnyOther))
        {
            var accepted = PackageSources.AcceptedFor(old, id);
            var gained = PackageSources.AcceptedFor(now, id).Where(s => !accepted.Any(a => a.Address == s.Address)).ToList();
            var what = $"{string.Join(" and ", gained.Select(s => $"\"{Printable.Of(s.Name, 60)}\""))} now{(PackageSources.IsExclusive(accepted) ? $", and came only from {string.Join(" and ", accepted.Select(a => $"\"{Printable.Of(a.Name, 60)}\""))}" : "")}";
            if (gained.Count == 0 || told.Exists(t => t.What == what && t.About.Matches(id)))
                continue;
            told.Add((new(id == AnyOther ? "*" : id), what));
            yield return new("sources", $"{Subject(id)} may come from {what}");
        }
    }

    private static IEnumerable<Weakened> Signatures(SignaturePolicy before, SignaturePolicy after, string[] ids)
    {
        foreach (var signer in after.Signers)
        {
            // Certificates of one signer may follow each other without anybody being asked (BG1006).
            var old = before.Known.FirstOrDefault(b => b.Name == signer.Name && b.Kind == signer.Kind)?.Certificates ?? [];
            if (signer.Certificates.Count > 1 && !before.Known.Any(b => b.Kind == signer.Kind && signer.Certificates.IsSubsetOf(b.Certificates)) && signer.Certificates.Except(old) is { Count: > 0 } gained)
                yield return new("signatures.signers", $"\"{Printable.Of(signer.Name, 60)}\" {(old.IsEmpty ? "joins" : "gained")} {string.Join(", ", gained.Order(StringComparer.Ordinal).Select(c => c[..12] + "…"))}");
        }
        var patterns = before.Packages.Concat(after.Packages).Select(e => e.Id.Text).Distinct(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in patterns.Concat(ids).Prepend(AnyOther))
        {
            var (was, now) = (new SignatureDemand(before, id), new SignatureDemand(after, id));
            // One line for what one pair of entries does, however many ids they speak of.
            if (Weaker(was, now) is { } what && seen.Add($"{was.Entry?.Id} {now.Entry?.Id} {what}"))
                yield return new(was.Entry is null && now.Entry is null ? "signatures" : "signatures.packages", $"{Subject(id)}: {what}");
        }
    }

    private static string? Weaker(SignatureDemand was, SignatureDemand now)
    {
        if (!was.IsRequired)
            return null;
        if (!now.IsRequired)
            return "no signature is asked for any more";
        if (was.Accepted is { } signers)
        {
            if (now.Accepted is not { } accepted)
                return "anybody may sign now, and not only those who were named";
            var gained = accepted.Where(a => !a.Certificates.All(c => signers.Any(s => s.Kind == a.Kind && s.Certificates.Contains(c) && (s.ServiceIndex == a.ServiceIndex || (s.ServiceIndex is null && !s.IsGallery))))).ToList();
            if (gained.Count > 0)
                return $"{string.Join(" and ", gained.Select(g => $"\"{Printable.Of(g.Name, 60)}\""))} may sign with certificates, or for services, that were not accepted";
        }
        var (before, after) = (was.Entry?.Owners ?? [], now.Entry?.Owners ?? []);
        if (before.IsEmpty)
            return null;
        if (after.IsEmpty)
            return "any owner is accepted now";
        return after.Except(before, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } owners ? $"the owner{(owners.Count == 1 ? "" : "s")} {Printable.Of(string.Join(" and ", owners), 100)} may have it now" : null;
    }

    private static IEnumerable<Weakened> Blocked(ImmutableArray<BlockEntry> before, ImmutableArray<BlockEntry> after) =>
        before.Where(b => !after.Any(a => Covers(a.Id, b.Id) && Covers(a.Versions, b.Versions))).Select(b => new Weakened("block", $"\"{b.Id}\"{Versions(b.Versions)} is not blocked any more, or not all of it"));

    private static IEnumerable<Weakened> Allowed(ImmutableArray<AllowEntry>? before, ImmutableArray<AllowEntry>? after)
    {
        if (before is not { } old)
            return [];
        if (after is not { } now)
            return [new("allow", "the list is gone: any package is accepted")];
        return now.Where(a => !old.Any(b => Covers(b.Id, a.Id) && Covers(b.Versions, a.Versions))).Select(a => new Weakened("allow", $"\"{a.Id}\"{Versions(a.Versions)} is accepted now"));
    }

    private static IEnumerable<Weakened> Advisories(AdvisoryPolicy? before, AdvisoryPolicy? after)
    {
        if (before is null)
            yield break;
        if (after is null)
        {
            yield return new("advisories", "nothing is looked up any more");
            yield break;
        }
        foreach (var database in before.Databases.Where(b => !after.Databases.Any(a => a.Path == b.Path)))
            yield return new("advisories.databases", $"{Printable.Of(database.Path)} is not looked into any more");
        if (after.Fail > before.Fail)
            yield return new("advisories.fail", $"\"{Name(before.Fail)}\" became \"{Name(after.Fail)}\"");
        if (before.NewFails && !after.NewFails)
            yield return new("advisories.whenNew", "\"fail\" became \"warn\"");
        if (after.MaxAgeDays > before.MaxAgeDays)
            yield return new("advisories.maxAge", $"data may be {after.MaxAgeDays} days old, and not {before.MaxAgeDays}");
    }

    private static IEnumerable<Weakened> Age(MinimumAge? before, MinimumAge? after)
    {
        if (before is null || after?.Days >= before.Days)
            return [];
        return [new("minimumAge", after is null ? "versions may be of any age" : $"{before.Days} days became {after.Days}")];
    }

    private static IEnumerable<Weakened> Approvals(ImmutableArray<BuildScriptApproval> before, ImmutableArray<BuildScriptApproval> after) =>
        from approval in after
        let kinds = approval.Kinds.Where(k => !before.Any(b => Covers(b.Id, approval.Id) && b.Kinds.Contains(k))).ToList()
        where kinds.Count > 0
        select new Weakened("buildScripts.allow", $"\"{approval.Id}\" may run {string.Join(", ", kinds)} now{Because(approval.Exemption)}");

    /// <summary>New exceptions, and old ones that hold longer. New approvals are told with their kinds, new unsigned packages by what is asked of them.</summary>
    private static IEnumerable<Weakened> Exceptions(GuardPolicy before, GuardPolicy after)
    {
        foreach (var exception in after.Exceptions)
        {
            var old = before.Exceptions.Where(b => b.Key == exception.Key && b.Detail == exception.Detail && Covers(b.Id, exception.Id)).ToList();
            if (old.Count == 0)
            {
                if (exception.Key is not ("signatures.packages" or "buildScripts.allow"))
                    yield return new(exception.Key, $"{exception.Name} is a new exception{Because(exception)}");
            }
            else if (!old.Exists(b => b.Expires is null || b.Expires >= exception.Expires))
            {
                yield return new(exception.Key, $"{exception.Name} is tolerated {(exception.Expires is { } day ? $"until {Text(day)}" : "without an end")}, and was until {Text(old.Max(b => b.Expires)!.Value)}");
            }
        }
    }

    private static IEnumerable<Weakened> Severity(GuardPolicy before, GuardPolicy after) =>
        from rule in AllRules.List
        let lowered = Severities.VariantsOf(rule.Code).Select(v => (Was: SeverityOf(rule.Code, v, before), Now: SeverityOf(rule.Code, v, after))).Where(s => s.Now < s.Was).ToList()
        where lowered.Count > 0
        select new Weakened("rules", $"{rule.Code} {rule.Name}: {Name(lowered[0].Was)} became {Name(lowered[0].Now)}");

    private static Severity SeverityOf(string code, string? variant, GuardPolicy policy) => policy.Rules.TryGetValue(code, out var set) ? set.Value : Severities.Default(code, variant);

    /// <summary>Whether a pattern matches whatever another does.</summary>
    private static bool Covers(IdPattern wide, IdPattern narrow) => wide.Matches(narrow.Text);

    private static bool Covers(VersionRange? wide, VersionRange? narrow) => wide is null || (narrow is not null && narrow.IsSubSetOrEqualTo(wide));

    private static string Subject(string id) => id == AnyOther ? "packages that no entry names" : $"\"{id}\"";

    private static string Versions(VersionRange? range) => range is null ? "" : $" {range.OriginalString ?? range.ToNormalizedString()}";

    private static string Because(Exemption exception) => exception.Reason.Length == 0 ? "" : $" ({Printable.Of(exception.Reason, 100)})";

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
