using BuildGuard.TestKit;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace BuildGuard.NuGet.Tests;

/// <summary>What the whole test process shares: a cache folder of its own, and trust in the test kit's root certificate.</summary>
[TestClass]
public static class TestProcess
{
    private static readonly TempFolder Cache = new();

    [AssemblyInitialize]
    public static void Begin(TestContext _)
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Cache.Folder("cache"));
        // The reader takes the trust roots of the folder it runs from, as in the SDK. With the test root in it, a good signature is one without any finding,
        // and "untrusted" is a difference that shows.
        TestCertificates.Shared.WriteTrustedRoots(AppContext.BaseDirectory);
    }

    [AssemblyCleanup]
    public static void End()
    {
        Directory.Delete(Path.Combine(AppContext.BaseDirectory, "trustedroots"), recursive: true);
        Cache.Dispose();
    }
}
