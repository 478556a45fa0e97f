using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace BuildGuard.Core.Graph;

/// <summary>One file of a package, as a restore extracts it.</summary>
/// <param name="Path">Path inside the package's folder: decoded, forward slashes.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
public sealed record PackageFile(string Path, string Sha256)
{
    /// <summary>
    /// One hash over many files: "sha256-" and the base64 of SHA-256 over a line "hash path" for each, in the order of their paths.
    /// A line break in a path is escaped: one file must not be able to pass for two others.
    /// </summary>
    public static string RootOf(IEnumerable<PackageFile> files)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        foreach (var file in Sorted(files))
        {
            Encoding.UTF8.GetBytes(file.Sha256, text);
            text.Write(" "u8);
            Encoding.UTF8.GetBytes(Escape(file.Path), text);
            text.Write("\n"u8);
        }
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(text.WrittenSpan));
    }

    /// <summary>Whoever has the files has them in this order most often, and they are thousands.</summary>
    private static IEnumerable<PackageFile> Sorted(IEnumerable<PackageFile> files)
    {
        var list = files as IReadOnlyList<PackageFile> ?? [.. files];
        for (var i = 1; i < list.Count; i++)
        {
            if (string.CompareOrdinal(list[i - 1].Path, list[i].Path) > 0)
                return list.OrderBy(f => f.Path, StringComparer.Ordinal);
        }
        return list;
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>How an extracted file stands against the package.</summary>
public enum FileDifferenceKind
{
    /// <summary>Its bytes differ.</summary>
    Changed,

    /// <summary>The package holds it, the folder does not.</summary>
    Missing,

    /// <summary>The folder holds it, the package does not.</summary>
    Added,
}

/// <summary>A file in the packages folder that is not what the package holds.</summary>
/// <param name="Kind">How it differs.</param>
/// <param name="Path">Path inside the package's folder, forward slashes.</param>
public sealed record FileDifference(FileDifferenceKind Kind, string Path);

/// <summary>What something in a package shows of itself.</summary>
public enum BuildTraitKind
{
    /// <summary>Defines a target; the detail is its name.</summary>
    DefinesTarget,

    /// <summary>Names targets that run first in every build (InitialTargets); the detail is the list.</summary>
    InitialTargets,

    /// <summary>Registers a task; the detail is its name and where its code comes from.</summary>
    RegistersTask,

    /// <summary>Carries the source of a task inside the file (a task factory); the detail is the task's name.</summary>
    InlineTask,

    /// <summary>Runs a command (Exec); the detail is the command as written.</summary>
    RunsCommand,

    /// <summary>Downloads a file (DownloadFile); the detail is the URL as written.</summary>
    Downloads,

    /// <summary>Imports another file; the detail is the expression as written.</summary>
    Imports,

    /// <summary>Imports an MSBuild SDK by name; the detail is name and version as written.</summary>
    ImportsSdk,

    /// <summary>Names something that belongs to the guard or that switches it off; the detail is the name.</summary>
    TouchesGuard,

    /// <summary>Reaches for files outside the package's build folders in a way that reading cannot follow; the detail is the text that shows it.</summary>
    ReachesOut,

    /// <summary>Is a build file that cannot be read as text: not UTF-8, or not XML; the detail says what is wrong.</summary>
    Unreadable,

    /// <summary>Is a library that the F# compiler loads and runs (a type provider); the detail is empty.</summary>
    TypeProvider,

    /// <summary>Is MSBuild text that its name does not show, which an import can take in all the same; the detail is empty.</summary>
    OtherText,
}

/// <summary>One thing that a file of a package shows of itself.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">The file, as a path inside the package.</param>
/// <param name="Line">Line, from 1; 0 where it has none.</param>
/// <param name="Detail">See the kind; at most 500 characters.</param>
public sealed record BuildTrait(BuildTraitKind Kind, string Path, int Line, string Detail);
