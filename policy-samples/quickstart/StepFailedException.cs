namespace BuildGuard.Quickstart;

/// <summary>A step did not do what it says it does.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
