using System.Net;
using System.Net.Sockets;
using BuildGuard.Core.Graph;
using BuildGuard.NuGet.Packages;
using BuildGuard.NuGet.Signatures;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Signatures;

/// <summary>A package must not be able to make a check call somebody, nor to make it wait for an answer.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class OfflineTests
{
    private static readonly TestCertificates Ours = TestCertificates.Shared;

    [TestMethod]
    [DataRow(false, "NU3012")]
    [DataRow(true, "NU3028")]
    public async Task NobodyIsAskedForAMissingIssuer(bool timestamp, string code)
    {
        using var listener = new Listener();
        var leaf = Ours.Leaf(new("Caller") { IssuerAddress = listener.Address, Eku = timestamp ? TestCertificates.TimestampingEku : TestCertificates.CodeSigningEku });
        var package = new TestPackage("A", "1.0.0").ToBytes();
        var signed = timestamp
            ? PackageSigning.AuthorSign(package, new() { Stamp = v => TestTimestampAuthority.Stamp(v, DateTimeOffset.UtcNow, leaf, []) })
            : PackageSigning.AuthorSign(package, new() { Certificate = leaf, Companions = [], Timestamp = DateTimeOffset.UtcNow });
        using var temp = new TempFolder();
        var path = temp.Path("a.1.0.0.nupkg");
        await File.WriteAllBytesAsync(path, signed);

        // NuGet's verifier alone does ask.
        await PackageReading.ReadAsync(path, null, null, _ => false, CancellationToken.None);
        Assert.IsGreaterThan(0, listener.Calls);

        var before = listener.Calls;
        using var verifier = SignatureVerifier.Create();
        var evidence = await PackageReading.ReadAsync(path, verifier, null, _ => false, CancellationToken.None);
        Assert.AreEqual(before, listener.Calls);
        var problem = evidence.Signature.Value.Problems.Single();
        Assert.AreEqual((SignatureTrouble.Trust, code), (problem.Trouble, problem.Code));
        Assert.Contains("downloads nothing", problem.Message);
    }

    [TestMethod]
    public async Task AnAddressThatIsNotNeededIsNoReproach()
    {
        using var listener = new Listener();
        var leaf = Ours.Leaf(new("Complete") { IssuerAddress = listener.Address });
        using var temp = new TempFolder();
        var path = temp.Path("a.1.0.0.nupkg");
        await File.WriteAllBytesAsync(path, PackageSigning.AuthorSign(new TestPackage("A", "1.0.0").ToBytes(), new() { Certificate = leaf }));
        using var verifier = SignatureVerifier.Create();
        var evidence = await PackageReading.ReadAsync(path, verifier, null, _ => false, CancellationToken.None);
        Assert.IsEmpty(evidence.Signature.Value.Problems);
        Assert.IsFalse(evidence.WasDeferred);
        Assert.AreEqual(0, listener.Calls);
    }

    /// <summary>A server that refuses whoever calls, and counts.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _calls;

        public Listener()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/issuer.cer");

        public int Calls => Volatile.Read(ref _calls);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptSocketAsync();
                    Interlocked.Increment(ref _calls);
                    await client.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
                return;
            }
        }
    }
}
