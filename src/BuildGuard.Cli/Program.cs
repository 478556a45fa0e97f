using System.CommandLine;
using BuildGuard.Cli;

// Packages are read on all cores; where one of them waits for what another works out, or for the roots, a third goes on.
ThreadPool.SetMinThreads(2 * Environment.ProcessorCount, Environment.ProcessorCount);

var path = new Argument<string?>("path") { Description = "Solution, project or folder; the current folder where it is left out.", Arity = ArgumentArity.ZeroOrOne };
var policy = new Option<string?>("--policy") { Description = "The policy file, where it is not the nearest buildguard.json." };
var strict = new Option<bool>("--strict") { Description = "Warnings are errors." };
var noCache = new Option<bool>("--no-cache") { Description = "Read every package anew." };
var verbose = new Option<bool>("--verbose") { Description = "Say on standard error how the packages were read." };
var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
var format = new Option<string>("--format") { Description = "text, json or sarif.", DefaultValueFactory = _ => "text" };
format.AcceptOnlyFromAmong("text", "json", "sarif");
var level = new Option<string?>("--level") { Hidden = true };
level.AcceptOnlyFromAmong("PackageReference", "RestoreHook", "CommandLine");
var noHook = new Option<bool>("--no-hook") { Description = "Write policy, lock and schema only; leave the repo's build files alone." };
var noGate = new Option<bool>("--no-gate") { Description = "Check after restores, but let MSBuild import the files of packages as always." };
var remove = new Option<bool>("--remove") { Description = "Take the check out of the repo's build files again. Policy, lock and schema stay." };
var code = new Argument<string>("code") { Description = "A rule code such as BG1001." };

var init = new Command("init", "Write a policy that is green on what is here, the lock and the schema, and put the check into the repo's own build files.") { path, yes, noHook, noGate, remove };
init.Validators.Add(r =>
{
    if (new[] { noHook, noGate, remove }.Count(o => r.GetValue(o)) > 1)
        r.AddError("--no-hook, --no-gate and --remove exclude each other.");
});
init.SetAction((p, cancel) => Task.FromResult(p.GetValue(remove) ? RemoveCommand.Run(p.GetValue(path)) : InitCommand.Run(p.GetValue(path), p.GetValue(yes),
    p.GetValue(noHook) ? InitCommand.Installation.None : p.GetValue(noGate) ? InitCommand.Installation.Hook : InitCommand.Installation.Gate, cancel)));

var askFeeds = new Option<bool>("--ask-feeds") { Description = "Ask the feeds once when packages were published whose signatures do not say it (\"minimumAge\"). This uses the network." };
var @lock = new Command("lock", "Show what changes in trust and write buildguard.lock.json.") { path, policy, yes, askFeeds };
@lock.SetAction((p, cancel) => LockCommand.RunAsync(p.GetValue(path), p.GetValue(policy), p.GetValue(yes), p.GetValue(askFeeds), cancel));

var check = new Command("check", "Check a restored repo. Opens no network connection, writes nothing in the repo.") { path, policy, format, strict, noCache, verbose, level };
check.SetAction((p, cancel) => Task.FromResult(CheckCommand.Run(p.GetValue(path), p.GetValue(policy), p.GetValue(format)!, p.GetValue(strict), p.GetValue(noCache), p.GetValue(verbose), p.GetValue(level), cancel)));

var id = new Argument<string>("id") { Description = "The id of a package that some project uses." };
var kinds = new Option<string?>("--kinds") { Description = "What is approved, with commas between: props, targets, tasks, tools, analyzers, content, scripts. Everything that is not approved yet where it is left out." };
var reason = new Option<string?>("--reason") { Description = "Why this repo needs it, for the reviewer." };
var expires = new Option<string?>("--expires") { Description = "Last day of the approval, as YYYY-MM-DD." };
var approve = new Command("approve", "Show what a package runs in a build, and approve this content of it.") { id, kinds, reason, expires, policy, yes };
approve.SetAction((p, cancel) => Task.FromResult(ApproveCommand.Run(p.GetValue(id)!, p.GetValue(kinds), p.GetValue(reason), p.GetValue(expires), p.GetValue(policy), p.GetValue(yes), cancel)));

var explain = new Command("explain", "Show what a rule means and how to resolve it.") { code };
explain.SetAction(p => ExplainCommand.Run(p.GetValue(code)!));

var revision = new Argument<string>("base") { Description = "The git revision to compare with: the branch that a change goes to, or $(git merge-base origin/main HEAD)." };
var diffFormat = new Option<string>("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };
diffFormat.AcceptOnlyFromAmong("text", "json");
var diff = new Command("diff", "Show every weakening of policy and lock against a git revision. Exit code 1 where there is one.") { revision, policy, diffFormat };
diff.SetAction(p => DiffCommand.Run(p.GetValue(revision)!, p.GetValue(policy), p.GetValue(diffFormat)!));

var from = new Option<string?>("--from") { Description = "Address (https) or path of OSV data: a zip, a folder, a record. The vulnerability resource of the NuGet feeds where it is left out." };
var output = new Option<string?>("--output", "-o") { Description = "The file to write; the policy's first database where it is left out." };
var force = new Option<bool>("--force") { Description = "Take data that is older or much smaller than what is there." };
var update = new Command("update", "Fetch advisories and write them as a compact index. Only this command and lock --ask-feeds use the network.") { from, output, policy, force };
update.SetAction((p, cancel) => AdvisoriesCommand.UpdateAsync(p.GetValue(from), p.GetValue(output), p.GetValue(policy), p.GetValue(force), cancel));
var advisories = new Command("advisories", "Known vulnerabilities and malicious packages.") { update };

var root = new RootCommand("BuildGuard: a supply-chain policy for .NET builds. Exit code 0: passed. 1: violations. 2: could not decide.") { init, @lock, approve, check, diff, advisories, explain };
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Invoke();
    return Shell.Undecided;
}
try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Cancelled. Nothing was written.");
    return Shell.Undecided;
}
catch (Exception e)
{
    Console.Error.WriteLine($"error BG0009: BuildGuard failed: {e.GetType().Name}: {e.Message} Please report it with the command that was run.");
    return Shell.Undecided;
}
