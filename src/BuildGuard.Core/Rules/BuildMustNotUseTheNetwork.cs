using System.Globalization;
using BuildGuard.Core.Findings;
using BuildGuard.Core.Policy;

namespace BuildGuard.Core.Rules;

/// <summary>BG4007: Nothing in the build uses the network.</summary>
public sealed class BuildMustNotUseTheNetwork : Rule
{
    private const string Why = "What build code fetches nobody has reviewed, and what it sends may be your secrets.";

    /// <inheritdoc/>
    public override string Code => "BG4007";

    /// <inheritdoc/>
    public override string Sentence => "Nothing in the build uses the network.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(CheckInput input)
    {
        // In audit mode nothing is refused that would not be refused without the guard.
        var through = input.Policy.Network.Build == BuildNetwork.Report || input.Policy.Mode == GuardMode.Audit;
        var end = through ? ", and got it" : ", and did not get it";
        var fix = through
            ? "Find out what needs it (dotnet build -v:detailed names the targets), and fetch it before the build. Then write \"network\": { \"build\": \"deny\" } in the policy."
            : "Find out what needs it (dotnet build -v:detailed names the targets), and fetch it before the build. To let the builds of this repo through and list them, write \"network\": { \"build\": \"report\" } in the policy.";
        if (input.Guard.NetworkPolicyChanged)
            fix = "The policy has changed since the check that this build went by. Check it, then build again: dotnet restore.";
        var entry = input.Guard.Entry ?? input.Guard.Subject;
        Finding Of(string? project, string what) => At(new(project ?? entry), what, Why, fix) with { Variant = input.Policy.Network.Build == BuildNetwork.Report ? Severities.LetThrough : null };
        foreach (var use in input.Guard.NetworkUses)
            yield return Of(use.Project, $"{Who(use)} asked for {use.What}{(use.Host is { } host ? $" to {Printable.Of(host)}" : "")}{Times(use.Times)}{end}.{Where(use)}") with { PackageId = use.PackageId, PackageVersion = use.PackageVersion };
        if (input.Guard.FurtherNetworkUses > 0)
            yield return Of(null, $"Others in this build asked for the network{Times(input.Guard.FurtherNetworkUses)}{end}.");
    }

    private static string Who(NetworkUse use)
    {
        var package = use.PackageId is null ? "" : $" of {Printable.Of(use.PackageId)} {Printable.Of(use.PackageVersion ?? "")}";
        var process = string.Create(CultureInfo.InvariantCulture, $"process {use.Process}");
        return use.Assembly is { } assembly
            ? $"{Printable.Of(Path.GetFileName(assembly))}{package}, inside MSBuild ({process}),"
            : $"\"{Printable.Of(use.Program, 300)}\"{package} ({process}{(use.StartedBy is { } by ? $", started by \"{Printable.Of(by, 300)}\"" : "")})";
    }

    private static string Where(NetworkUse use) => use.Project is not null ? ""
        : use.Folder.Length == 0 ? " Which project ran it is not known." : $" Which project ran it is not known; it ran in {Printable.Of(use.Folder)}.";

    private static string Times(int times) => times == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {times:N0} times");
}
