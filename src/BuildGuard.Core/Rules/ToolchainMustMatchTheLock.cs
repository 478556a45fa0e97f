using BuildGuard.Core.Findings;

namespace BuildGuard.Core.Rules;

/// <summary>BG2008: Where the policy pins the toolchain, the SDK on this machine is the one that was locked, file by file.</summary>
public sealed class ToolchainMustMatchTheLock : Rule
{
    /// <inheritdoc/>
    public override string Code => "BG2008";

    /// <inheritdoc/>
    public override string Sentence => "Where the policy pins the toolchain, the SDK on this machine is the one that was locked, file by file.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        // A toolchain that could not be read is BG0008, and no lock at all BG2001.
        if (!input.Policy.PinToolchain || input.Graph.Toolchain is not { } found || input.Lock.Lock is not { } locked)
            yield break;
        var entry = locked.Toolchains.FirstOrDefault(t => t.Runtime == found.Runtime);
        if (entry is null)
        {
            yield return At(new(input.Lock.Path),
                $"The lock has no .NET SDK for {found.Runtime}{(locked.Toolchains.IsEmpty ? "" : $", only for {string.Join(", ", locked.Toolchains.Select(t => t.Runtime))}")}.",
                "The SDK runs in every build, before and beside everything that is checked.",
                $"On a machine whose SDK you trust, run: {ApprovalText.Lock}, which keeps the entries of other machines, and check the file in.");
        }
        else if (entry.Sdk != found.Sdk)
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"This machine builds with the .NET SDK {found.Sdk}, and the lock has {entry.Sdk} for {found.Runtime}.",
                "Another SDK is other code in every build.",
                $"Install {entry.Sdk}, and pin it in global.json with \"rollForward\": \"disable\". To move to {found.Sdk}, run: {ApprovalText.Lock}.");
        }
        else if (entry.Parts.Keys.Union(found.Parts.Keys).Order(StringComparer.Ordinal).Where(p => entry.Parts.GetValueOrDefault(p) != found.Parts.GetValueOrDefault(p)).ToList() is { Count: > 0 } changed)
        {
            yield return At(entry.Location ?? new(input.Lock.Path),
                $"The .NET SDK {found.Sdk} on this machine ({found.Folder}) is not the one that was locked: {ApprovalText.And(changed)} {(changed.Count == 1 ? "differs" : "differ")}.",
                "A file of the SDK was changed, added or removed; each of them runs in builds or ends up in what they make.",
                $"Install the SDK anew from where you trust it. If another version, a workload or a pack was installed beside it on purpose, run: {ApprovalText.Lock}.");
        }
    }
}
