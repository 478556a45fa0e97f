using BuildGuard.Core.Findings;
using BuildGuard.Core.Graph;
using BuildGuard.Core.Rules;

namespace BuildGuard.Core.Tests.Rules;

[TestClass]
public sealed class ContentMustMatchTheLockTests : RuleTests<ContentMustMatchTheLock>
{
    protected override CheckInput Violation => Facts.Repo().Lock(l => l with { Packages = [Facts.Locked("Serilog", "4.3.0") with { ContentHash = "sha512-" + Facts.Hash("other") }] });

    protected override CheckInput Compliance => Facts.Repo();

    [TestMethod]
    public void ShowsBothHashes()
    {
        var (locked, found) = (Facts.Hash("other")[..12], Facts.Hash("Serilog 4.3.0")[..12]);
        Says(Violation, $"/repo/Directory.Packages.props(12,5): error BG2002: Serilog 4.3.0 has other content than the lock says (locked {locked}…, found {found}…).",
            "If somebody edited the lock, take it from version control. If not,", "delete /packages/serilog/4.3.0", "dotnet restore --force --no-http-cache", "buildguard lock");
    }

    [TestMethod]
    public void WhatRestoreRecordedMustAgreeAsWell()
    {
        var package = Facts.Package("Serilog", "4.3.0") with { RestoredHash = Evidence<string>.Of(Facts.Hash("before")) };
        Says(Facts.Repo().With(package),
            $"/repo/Directory.Packages.props(12,5): error BG2002: Serilog 4.3.0 has other content than restore recorded (recorded {Facts.Hash("before")[..12]}…, found {Facts.Hash("Serilog 4.3.0")[..12]}…).",
            "Delete /packages/serilog/4.3.0", "dotnet restore --force");
    }

    [TestMethod]
    public void TheSignedHashMustAgreeAsWell()
    {
        var package = Facts.Package("Serilog", "4.3.0") with { SignedHash = Convert.ToBase64String(new byte[32]) };
        CheckInput Locked(string? signed) => Facts.Repo().With(package).Lock(l => l with { Packages = [Facts.Locked("Serilog", "4.3.0") with { SignedHash = signed }] });
        Says(Locked("sha256-/" + package.SignedHash![1..]),
            "/repo/Directory.Packages.props(12,5): error BG2002: Serilog 4.3.0 has another signed hash than the lock says (locked /AAAAAAAAAAA…, found AAAAAAAAAAAA…), although its content hash is the lock's.",
            "Take the lock from version control");
        Silent(Locked("sha256-" + package.SignedHash));
        Silent(Locked(null));
    }

    [TestMethod]
    public void OneBitIsEnough()
    {
        var bytes = Convert.FromBase64String(Facts.Hash("Serilog 4.3.0"));
        bytes[63] ^= 1;
        Only(Facts.Repo().Lock(l => l with { Packages = [Facts.Locked("Serilog", "4.3.0") with { ContentHash = "sha512-" + Convert.ToBase64String(bytes) }] }));
    }

    [TestMethod]
    public void AuditModeKeepsItAnError()
    {
        var audit = Facts.Repo().Policy("""{ "version": 1, "mode": "audit" }""").Lock(l => l with { Packages = [Facts.Locked("Serilog", "4.3.0") with { ContentHash = "sha512-" + Facts.Hash("other") }] });
        Assert.AreEqual(Severity.Error, Only(audit).Severity);
    }
}
