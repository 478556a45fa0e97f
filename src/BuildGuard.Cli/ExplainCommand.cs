using System.Reflection;
using BuildGuard.Core.Rules;

namespace BuildGuard.Cli;

/// <summary><c>buildguard explain</c>: the rule's page, which travels inside the tool.</summary>
internal static class ExplainCommand
{
    public static int Run(string code)
    {
        var name = code.Trim().ToUpperInvariant();
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"rules/{name}.md");
        if (stream is null)
        {
            Console.Error.WriteLine($"There is no rule \"{Core.Printable.Of(code, 40)}\". The rules of this version:");
            foreach (var rule in AllRules.List)
                Console.Error.WriteLine($"  {rule.Code}  {rule.Sentence}");
            return Shell.Undecided;
        }
        using var reader = new StreamReader(stream);
        Console.Out.Write(reader.ReadToEnd());
        return Shell.Passed;
    }
}
