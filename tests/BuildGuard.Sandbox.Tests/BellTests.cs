using System.Globalization;
using System.IO.MemoryMappedFiles;
using BuildGuard.Sandbox.Brokers;

namespace BuildGuard.Sandbox.Tests;

[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class BellTests
{
    /// <summary>Whoever gets the file can read it, and open it again; nobody can write it, nor by a view of it.</summary>
    [TestMethod]
    public void Only_its_maker_writes_it()
    {
        using var bell = Bell.Make()!;
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{bell.File}");
        Assert.AreEqual(Bell.Quiet, File.ReadAllText(path));
        bell.Ring();
        var news = File.ReadAllText(path);
        Assert.AreNotEqual(Bell.Quiet, news);
        using (var open = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.Throws<UnauthorizedAccessException>(() => MemoryMappedFile.CreateFromFile(open, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true).CreateViewAccessor());
            Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.Write(open.SafeFileHandle, "quiet"u8, 0));
            Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.SetLength(open.SafeFileHandle, 0));
        }
        Assert.AreEqual(news, File.ReadAllText(path));
        bell.Hush();
        Assert.AreEqual(Bell.Quiet, File.ReadAllText(path));
    }

    /// <summary>A connection can outlive the process that joined by it: what it still asks for must be neither a file that has the number since, nor the end of the broker.</summary>
    [TestMethod]
    public void Once_closed_it_gives_nothing()
    {
        var bell = Bell.Make()!;
        bell.Dispose();
        Assert.AreEqual(-1, bell.File);
        bell.Ring();
        bell.Hush();
        bell.Dispose();
    }
}
