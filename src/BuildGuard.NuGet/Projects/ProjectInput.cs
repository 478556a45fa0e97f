namespace BuildGuard.NuGet.Projects;

/// <summary>A project to check.</summary>
/// <param name="Path">Full path of the project file.</param>
/// <param name="AssetsFile">Full path of its project.assets.json where the caller knows it; null to look in the usual places.</param>
public sealed record ProjectInput(string Path, string? AssetsFile = null);
