using BuildGuard.NuGet.Files;
using BuildGuard.TestKit;

namespace BuildGuard.NuGet.Tests.Files;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void ANewFileIsWritten_WithItsFolder()
    {
        using var temp = new TempFolder();
        var path = temp.Path("a", "b", "file.json");
        Assert.IsTrue(AtomicFile.Write(path, "new"u8));
        Assert.AreEqual("new", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFileSystemEntries(temp.Path("a", "b")));
    }

    [TestMethod]
    public void EqualBytesAreNotWrittenAgain()
    {
        using var temp = new TempFolder();
        var path = temp.Path("file.json");
        AtomicFile.Write(path, "same"u8);
        var before = StrongStat.Of(path);
        Assert.IsFalse(AtomicFile.Write(path, "same"u8));
        Assert.AreEqual(before, StrongStat.Of(path));
        Assert.IsTrue(AtomicFile.Write(path, "diff"u8));
    }

    /// <summary>A reader that opened the old file keeps it whole: the file is replaced, never rewritten.</summary>
    [TestMethod]
    public void AReaderKeepsTheOldBytes()
    {
        using var temp = new TempFolder();
        var path = temp.Path("file.json");
        File.WriteAllText(path, "old bytes");
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        AtomicFile.Write(path, "new"u8);
        Assert.AreEqual("old bytes", reader.ReadToEnd());
        Assert.AreEqual("new", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFileSystemEntries(temp.Root));
    }

    [TestMethod]
    public void AFolderThatCannotBeMadeIsAnError_AndTheFileInItsPlaceStays()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("file"), "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(temp.Path("file", "lock.json"), "new"u8));
        Assert.AreEqual("old", File.ReadAllText(temp.Path("file")));
    }

    [TestMethod]
    public void ATargetThatCannotBeReplacedLeavesNoTemporaryFile()
    {
        using var temp = new TempFolder();
        var inside = Path.Combine(temp.Folder("lock.json"), "kept");
        File.WriteAllText(inside, "old");
        Assert.IsNotNull(Record(() => AtomicFile.Write(temp.Path("lock.json"), "new"u8)));
        Assert.AreEqual("old", File.ReadAllText(inside));
        Assert.HasCount(1, Directory.GetFileSystemEntries(temp.Root));
    }

    [TestMethod]
    public void ALinkStaysALink()
    {
        using var temp = new TempFolder();
        var target = Path.Combine(temp.Folder("real"), "lock.json");
        File.WriteAllText(target, "old");
        var link = temp.Path("lock.json");
        File.CreateSymbolicLink(link, "real/lock.json");
        Assert.IsTrue(AtomicFile.Write(link, "new"u8));
        Assert.AreEqual("real/lock.json", new FileInfo(link).LinkTarget);
        Assert.AreEqual("new", File.ReadAllText(target));
        Assert.HasCount(1, Directory.GetFileSystemEntries(temp.Path("real")));
    }

    [TestMethod]
    public void ALinkToNothingIsFilled()
    {
        using var temp = new TempFolder();
        File.CreateSymbolicLink(temp.Path("lock.json"), "later.json");
        Assert.IsTrue(AtomicFile.Write(temp.Path("lock.json"), "new"u8));
        Assert.AreEqual("later.json", new FileInfo(temp.Path("lock.json")).LinkTarget);
        Assert.AreEqual("new", File.ReadAllText(temp.Path("later.json")));
    }

    [TestMethod]
    public void TheModeIsKept()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var temp = new TempFolder();
        File.WriteAllText(temp.Path("lock.json"), "old");
        File.SetUnixFileMode(temp.Path("lock.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        AtomicFile.Write(temp.Path("lock.json"), "new"u8);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, File.GetUnixFileMode(temp.Path("lock.json")));
    }

    private static Exception? Record(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }
}
