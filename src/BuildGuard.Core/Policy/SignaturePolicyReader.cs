using System.Collections.Immutable;
using System.Globalization;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Json;

namespace BuildGuard.Core.Policy;

/// <summary>Reads <c>signatures</c>, and says what only its parts together show: a signer that nobody defined, owners that nobody vouches for.</summary>
internal static class SignaturePolicyReader
{
    private const string Key = "signatures.packages";

    /// <summary>Makes the value from a valid tree.</summary>
    /// <param name="signatures">The value of the key; null where it is absent.</param>
    /// <param name="tolerated">Reads an entry as an exception.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static SignaturePolicy Read(JsonValue? signatures, Func<JsonValue, string, Exemption> tolerated, List<PolicyProblem> problems)
    {
        void Bad(JsonValue at, string what, string fix) => problems.Add(new(PolicyTrouble.Value, what, fix, at.Location));

        var policy = new SignaturePolicy
        {
            Default = signatures?["default"]?.Text switch { "off" => SignatureRequirement.Off, "trusted" => SignatureRequirement.Trusted, _ => SignatureRequirement.Signed },
            Signers = [.. (signatures?["signers"]?.Members ?? []).Select(s => ReadSigner(s.Name, s.Value, Bad))],
        };
        if (policy.Default == SignatureRequirement.Trusted && policy.Signers.IsEmpty)
            Bad(signatures!["default"]!, "\"signatures.default\" is \"trusted\", but \"signatures.signers\" names nobody.", "Add to \"signatures\": \"signers\": { \"gallery\": { \"kind\": \"repository\", \"certificates\": [ \"gallery\" ] } }.");
        var known = policy.Known;
        return policy with { Packages = [.. (signatures?["packages"]?.Items ?? []).Select(p => ReadEntry(p, known, tolerated, Bad))] };
    }

    private static TrustedSigner ReadSigner(string name, JsonValue value, Action<JsonValue, string, string> bad)
    {
        var kind = value["kind"]!.Text == "author" ? SignatureKind.Author : SignatureKind.Repository;
        var listed = value["certificates"]!;
        var certificates = listed.Items.SelectMany(c => c.Text == TrustedSigner.GalleryName ? TrustedSigner.Gallery.Certificates : [c.Text[7..].ToLower(CultureInfo.InvariantCulture)]).ToImmutableHashSet();
        if (certificates.IsEmpty)
            bad(listed, $"The signer \"{name}\" has no certificate, so nobody can be it.", "Add the SHA-256 of its certificate as \"sha256:…\"; the lock and BG1002 show those of packages.");
        if (kind == SignatureKind.Author && listed.Items.FirstOrDefault(c => c.Text == TrustedSigner.GalleryName) is { } gallery)
            bad(gallery, $"The signer \"{name}\" is an author, and the certificates of \"gallery\" sign as a repository.", "Write \"kind\": \"repository\", or list the author's certificates.");
        if (kind == SignatureKind.Author && value["serviceIndex"] is { } index)
            bad(index, $"The signer \"{name}\" is an author, and only repository signatures name a service index.", "Remove \"serviceIndex\", or write \"kind\": \"repository\".");
        return new(name, kind, certificates) { ServiceIndex = value["serviceIndex"]?.Text };
    }

    private static SignatureEntry ReadEntry(JsonValue entry, ImmutableArray<TrustedSigner> known, Func<JsonValue, string, Exemption> tolerated, Action<JsonValue, string, string> bad)
    {
        var id = entry["id"]!.Text;
        var unsigned = entry["unsigned"]?.IsTrue ?? false;
        TrustedSigner? signer = null;
        if (entry["signer"] is { } named)
        {
            var names = known.Select(s => s.Name).ToList();
            signer = known.FirstOrDefault(s => s.Name == named.Text);
            if (signer is null)
                bad(named, $"The entry for \"{id}\" in \"{Key}\" names the signer \"{Printable.Of(named.Text, 80)}\", which nothing defines.",
                    $"{(Nearest.To(named.Text, names) is { } nearest ? $"Did you mean \"{nearest}\"? The" : "Define it in \"signatures.signers\"; the")} signers are {string.Join(", ", names)}.");
            if (unsigned)
                bad(named, $"The entry for \"{id}\" in \"{Key}\" says both who must sign and that nobody need.", "Remove \"unsigned\" or \"signer\".");
        }
        if (entry["owners"] is { } owners)
        {
            if (owners.Items.IsEmpty)
                bad(owners, $"The entry for \"{id}\" in \"{Key}\" accepts no owner at all.", "Name an owner, or remove \"owners\".");
            if (entry["signer"] is null || signer is { Kind: SignatureKind.Author })
                bad(owners, $"The entry for \"{id}\" in \"{Key}\" names owners, but no repository that vouches for them.",
                    $"Add the repository as \"signer\", such as \"signer\": \"{known.FirstOrDefault(s => s.Kind == SignatureKind.Repository)?.Name ?? TrustedSigner.GalleryName}\": anybody can write owners into a signature of their own.");
        }
        if (!unsigned && entry["expires"] is { } expires)
            bad(expires, $"The entry for \"{id}\" in \"{Key}\" has an end, but is no exception.", "Remove \"expires\": only an entry with \"unsigned\": true ends.");
        return new(new(id), entry.Location)
        {
            Unsigned = unsigned ? tolerated(entry, Key) : null,
            Signer = signer,
            Owners = [.. (entry["owners"]?.Items ?? []).Select(o => o.Text)],
        };
    }
}
