using BuildGuard.Quickstart;

// dotnet run --project policy-samples/quickstart [-- --keep]
var keep = args.Contains("--keep");
if (args.Except(["--keep"]).Any())
{
    Console.Error.WriteLine("Only one option is known: --keep leaves the temporary folder there.");
    return 2;
}
var place = new Place();
try
{
    return new Story(place, new Terminal(place.Root)).Tell() ? 0 : 1;
}
catch (StepFailedException e)
{
    Console.Error.WriteLine();
    Console.Error.WriteLine($"NOT AS PROMISED: {e.Message}");
    return 1;
}
finally
{
    if (keep)
        Console.WriteLine($"The app is in {place.App}");
    else
        place.Delete();
}
