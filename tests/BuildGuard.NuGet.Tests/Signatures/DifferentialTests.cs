using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Signatures;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Signatures;

/// <summary>The fast way against NuGet's verifier: everything that a rule can see of a package is the same, whichever was asked.</summary>
[TestClass]
public sealed class DifferentialTests
{
    public static IEnumerable<object[]> Names => SignatureCases.All.Keys.Select(n => new object[] { n });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task BothSayTheSame(string name)
    {
        using var temp = new TempFolder();
        var path = temp.Path("a.1.0.0.nupkg");
        var (make, way) = SignatureCases.All[name];
        await File.WriteAllBytesAsync(path, make());
        using var verifier = SignatureVerifier.Create();
        var fast = await PackageReading.ReadAsync(path, verifier, null, _ => false, CancellationToken.None);
        var reference = await PackageReading.ReadAsync(path, null, null, _ => false, CancellationToken.None);
        Assert.AreEqual(Text(reference), Text(fast));
        if (!fast.WasDeferred && fast.Signature.IsKnown)
            Assert.IsEmpty(reference.Signature.Value.Problems);
        // Without this, a fast way that understood nothing would pass.
        if (way != Way.Any && fast.Signature.IsKnown)
            Assert.AreEqual(way == Way.NuGet, fast.WasDeferred);
    }

    [TestMethod]
    public void ThereAreEnoughCases() => Assert.IsGreaterThan(200, SignatureCases.All.Count);

    private static string Text(PackageEvidence evidence) => string.Join('\n', [
        $"{evidence.ContentHash}",
        $"{evidence.Nuspec}",
        evidence.Entries.IsKnown ? string.Join(' ', evidence.Entries.Value) : evidence.Entries.Gap,
        .. evidence.Signature.IsKnown ? Lines(evidence.Signature.Value) : [evidence.Signature.Gap]]);

    private static IEnumerable<string> Lines(SignatureFacts facts) =>
        [.. facts.Signers.Select(s => s.ToString()), string.Join(',', facts.Owners), facts.ServiceIndex ?? "", .. facts.Problems.Select(p => $"{p.Trouble} {p.Code}").Distinct().Order(StringComparer.Ordinal)];
}
