namespace BuildGuard.Package.Tests;

/// <summary>What MSBuild offers to quieten diagnostics, and what a package can write into its props, does not let a refused package through.</summary>
[TestClass]
public sealed class Silencing
{
    private static readonly string[] Quiet =
    [
        "<NoWarn>$(NoWarn);BG3001</NoWarn>",
        "<MSBuildWarningsAsMessages>$(MSBuildWarningsAsMessages);BG3001</MSBuildWarningsAsMessages>",
        "<WarningsNotAsErrors>BG3001</WarningsNotAsErrors>",
        "<MSBuildTreatWarningsAsErrors>false</MSBuildTreatWarningsAsErrors>",
        "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>",
        "<ContinueOnError>true</ContinueOnError>",
    ];

    [TestMethod]
    public void By_properties_of_the_repo_or_the_command_line()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        var props = repo.Read("Directory.Build.props");
        repo.Write("Directory.Build.props", props.Replace("</Project>", $"<PropertyGroup>{string.Concat(Quiet)}</PropertyGroup></Project>", StringComparison.Ordinal));
        foreach (var command in (string[][])[["restore", "App"], ["build", "App"], ["build", "App", "--no-restore"]])
            repo.Run(command).Red("BG3001", "App/App.csproj", -1);

        repo.Write("Directory.Build.props", props);
        foreach (var argument in (string[])["-p:NoWarn=BG3001", "-p:MSBuildWarningsAsMessages=BG3001", "-p:WarningsNotAsErrors=BG3001", "-p:TreatWarningsAsErrors=false", "-noWarn:BG3001"])
            repo.Run("build", "App", argument).Red("BG3001", "App/App.csproj", -1);
    }

    /// <summary>docs/nowarn.md says what is measured here.</summary>
    [TestMethod]
    public void Warnings_follow_the_rules_of_msbuild()
    {
        using var repo = Guarded.Referenced(Guarded.Package("Good.Lib"));
        repo.Run("build", "App", "--no-restore").Warned("BG0010");
        Assert.IsFalse(repo.Run("build", "App", "--no-restore", "-p:TreatWarningsAsErrors=true").HasError("BG0010"));
        foreach (var argument in (string[])["-p:MSBuildTreatWarningsAsErrors=true", "-warnaserror", "-p:BuildGuardStrict=true"])
            repo.Run("build", "App", "--no-restore", argument).Red("BG0010");
        Assert.IsTrue(repo.Run("build", "App", "--no-restore", "-p:NoWarn=BG0010").HasWarning("BG0010"));
        Assert.IsFalse(repo.Run("build", "App", "--no-restore", "-noWarn:BG0010").HasWarning("BG0010"));
    }

    [TestMethod]
    public void By_the_props_of_a_package()
    {
        const string Props = """
            <PropertyGroup>
              <BuildGuardMode>off</BuildGuardMode>
              <BuildGuardStrict>false</BuildGuardStrict>
              <BuildGuardPolicyFile>$(MSBuildThisFileDirectory)weak.json</BuildGuardPolicyFile>
              <NoWarn>$(NoWarn);BG3001;BG0007</NoWarn>
              <MSBuildWarningsAsMessages>$(MSBuildWarningsAsMessages);BG3001;BG0007</MSBuildWarningsAsMessages>
            </PropertyGroup>
            """;
        var hostile = Guarded.Package("Evil.Lib").Props(Props).File("build/weak.json", """{ "version": 1, "mode": "audit", "signatures": { "default": "off" } }""");
        using var repo = Guarded.Hooked(hostile);
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        // The package was restored before the policy named it, so its props are there for every evaluation that wants them.
        foreach (var command in (string[][])[["restore", "App"], ["build", "App"], ["build", "App", "--no-restore"], ["msbuild", "App", "-t:Restore"], ["msbuild", "App", "-restore"], ["publish", "App", "--no-restore"]])
            repo.Run(command).Red("BG3001", "App/App.csproj", -1);
    }

    [TestMethod]
    public void By_a_policy_on_the_command_line_for_one_build_only()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Evil.Lib"));
        repo.Write(Guarded.PolicyFile, Guarded.Blocking("Evil.*"));
        repo.Write("weak.json", Guarded.Policy());
        repo.Run("build", "App", "-p:BuildGuardPolicyFile=" + repo.Path("weak.json")).EnsureSuccess();
        repo.Run("build", "App", "--no-restore").Red("BG3001", "App/App.csproj", -1);
    }

    [TestMethod]
    public void Not_a_policy_that_the_repo_keeps_elsewhere()
    {
        using var repo = Guarded.Hooked(Guarded.Package("Good.Lib"));
        Directory.CreateDirectory(repo.Path("policies"));
        File.Move(repo.Path(Guarded.PolicyFile), repo.Path("policies/" + Guarded.PolicyFile));
        repo.Write("Directory.Build.props", repo.Read("Directory.Build.props").Replace("</Project>", $"<PropertyGroup><BuildGuardPolicyFile>$(MSBuildThisFileDirectory)policies/{Guarded.PolicyFile}</BuildGuardPolicyFile></PropertyGroup></Project>", StringComparison.Ordinal));
        repo.Tool("lock", "--yes", "--policy", "policies/" + Guarded.PolicyFile, ".").EnsureSuccess();
        repo.Run("build", "App").Green();
        Assert.IsEmpty(repo.Run("build", "App", "--no-restore").EnsureSuccess().Summaries());
    }
}
