namespace BuildGuard.Core.Findings;

/// <summary>A place in a text file that a diagnostic points at, so that editors and CI annotate it.</summary>
/// <param name="File">Full path of the file.</param>
/// <param name="Line">Line, counted from 1; 0 where only the file is known.</param>
/// <param name="Column">Column in characters, counted from 1; 0 where only the line is known.</param>
public sealed record SourceLocation(string File, int Line = 0, int Column = 0)
{
    /// <summary>The location as MSBuild writes it: <c>file(line,col)</c>.</summary>
    public override string ToString() => (Line, Column) switch
    {
        (0, _) => File,
        (_, 0) => $"{File}({Line})",
        _ => $"{File}({Line},{Column})",
    };
}
