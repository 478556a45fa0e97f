using System.Runtime.Versioning;
using BuildGuard.NuGet.Gate;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Gate;

[TestClass]
public sealed class GateKeyTests
{
    [TestMethod]
    public void IsMadeOnce_AndForThisUserAlone()
    {
        using var temp = new TempFolder();
        var folder = temp.Path("share", "buildguard");
        var keys = new string[16];
        Parallel.For(0, keys.Length, i => keys[i] = GateKey.Get(folder));
        Assert.HasCount(1, keys.Distinct());
        Assert.HasCount(64, keys[0]);
        Assert.AreEqual(keys[0], GateKey.Get(folder));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder));
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "gate.key")));
    }

    [TestMethod]
    public void IsAnotherElsewhere()
    {
        using var temp = new TempFolder();
        Assert.AreNotEqual(GateKey.Get(temp.Path("a")), GateKey.Get(temp.Path("b")));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [UnsupportedOSPlatform("windows")]
    [DataRow(UnixFileMode.GroupRead)]
    [DataRow(UnixFileMode.OtherRead)]
    [DataRow(UnixFileMode.OtherWrite)]
    public void AKeyThatOthersReachIsRefused(UnixFileMode others)
    {
        using var temp = new TempFolder();
        _ = GateKey.Get(temp.Root);
        File.SetUnixFileMode(temp.Path("gate.key"), File.GetUnixFileMode(temp.Path("gate.key")) | others);
        Assert.Contains("does not belong to this user alone", Assert.Throws<IOException>(() => GateKey.Get(temp.Root)).Message);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("0000")]
    [DataRow("000000000000000000000000000000000000000000000000000000000000000g")]
    [DataRow("00000000000000000000000000000000000000000000000000000000000000000")]
    public void WhatIsNoKeyIsRefused(string content)
    {
        using var temp = new TempFolder();
        _ = GateKey.Get(temp.Root);
        File.WriteAllText(temp.Path("gate.key"), content);
        Assert.Contains("delete it", Assert.Throws<IOException>(() => GateKey.Get(temp.Root)).Message);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [UnsupportedOSPlatform("windows")]
    public void ALinkIsNoKey()
    {
        using var temp = new TempFolder();
        var folder = temp.Folder("a");
        File.WriteAllText(temp.Path("elsewhere"), new string('0', 64));
        File.SetUnixFileMode(temp.Path("elsewhere"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(Path.Combine(folder, "gate.key"), temp.Path("elsewhere"));
        Assert.Throws<IOException>(() => GateKey.Get(folder));
    }
}
