using System.Security.Cryptography;

namespace BuildGuard.TestKit;

/// <summary>A NuGet source that is a flat folder of .nupkg files.</summary>
public sealed class LocalFeed
{
    /// <summary>Creates the folder where there is none.</summary>
    public LocalFeed(string folder) => Folder = Directory.CreateDirectory(folder).FullName;

    /// <summary>Absolute path of the folder; it is also the source's value in a NuGet.config.</summary>
    public string Folder { get; }

    /// <summary>Adds packages, replacing files of the same name.</summary>
    public LocalFeed Add(params TestPackage[] packages)
    {
        foreach (var package in packages) package.SaveTo(Folder);
        return this;
    }

    /// <summary>Adds package bytes (signed or tampered ones) under an id and a version, replacing a file of the same name; returns its path.</summary>
    public string Add(string id, string version, byte[] package)
    {
        var path = PathOf(id, version);
        File.WriteAllBytes(path, package);
        return path;
    }

    /// <summary>Adds a package after changing its bytes, for instance <c>feed.Add(package, b => PackageSigning.AuthorSign(b))</c>; returns its path.</summary>
    public string Add(TestPackage package, Func<byte[], byte[]> change) => Add(package.Id, package.Version, change(package.ToBytes()));

    /// <summary>
    /// Adds a package in the layout <c>{id}/{version}/</c>, where NuGet believes the folder names and the nuspec beside the package: the package's own nuspec may then
    /// name another id or version and is restored all the same (in the flat layout NuGet reads it and does not find the package). A feed holds one layout, not both.
    /// </summary>
    public LocalFeed AddMisnamed(TestPackage package)
    {
        var (id, version, bytes) = (package.Id.ToLowerInvariant(), package.Version.ToLowerInvariant(), package.ToBytes());
        var folder = Directory.CreateDirectory(Path.Combine(Folder, id, version)).FullName;
        File.WriteAllBytes(Path.Combine(folder, $"{id}.{version}.nupkg"), bytes);
        File.WriteAllText(Path.Combine(folder, $"{id}.{version}.nupkg.sha512"), Convert.ToBase64String(SHA512.HashData(bytes)));
        File.WriteAllText(Path.Combine(folder, id + ".nuspec"), new TestPackage(package.Id, package.Version).NuspecText);
        return this;
    }

    /// <summary>Absolute path that a package has or would have.</summary>
    public string PathOf(string id, string version) => Path.Combine(Folder, $"{id}.{version}.nupkg");

    /// <summary>The bytes of a package.</summary>
    /// <exception cref="FileNotFoundException">The feed does not have it.</exception>
    public byte[] Read(string id, string version) => File.ReadAllBytes(PathOf(id, version));

    /// <summary>Removes a package; no error when it is not there.</summary>
    public void Remove(string id, string version) => File.Delete(PathOf(id, version));
}
