using BuildGuard.Sandbox.Hosts;

namespace BuildGuard.Sandbox.Tests;

/// <summary>Which commands give the user's programs the network back. A word is an argument.</summary>
[TestClass]
public sealed class UserCommandTests
{
    [TestMethod]
    [DataRow("dotnet run", "bash", NetworkAfterBuild.Programs)]
    [DataRow("/usr/share/dotnet/dotnet run --project App -- build", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet -d run", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet app.cs", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet exec /sdk/dotnet.dll run", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet test", "bash", NetworkAfterBuild.ProgramsAndTests)]
    [DataRow("dotnet watch", "bash", NetworkAfterBuild.ProgramsAndTests)]
    [DataRow("dotnet /sdk/DotnetTools/dotnet-watch/10.0.401/tools/net10.0/any/dotnet-watch.dll --non-interactive", "dotnet watch", NetworkAfterBuild.ProgramsAndTests)]
    [DataRow("dotnet workload restore", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet add src/App package Contoso", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet package add Contoso", "bash", NetworkAfterBuild.Programs)]
    [DataRow("dotnet build", "dotnet watch", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet build run", "bash", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet publish", "bash", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet msbuild -t:VSTest", "bash", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet", "bash", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet --info", "bash", NetworkAfterBuild.Nobody)]
    // MSBuild that the command started, and its nodes.
    [DataRow("dotnet exec /sdk/MSBuild.dll -restore -target:VSTest", "dotnet test", NetworkAfterBuild.ProgramsAndTests)]
    [DataRow("dotnet /sdk/MSBuild.dll /nologo /nodemode:1 /nodeReuse:false", "dotnet test", NetworkAfterBuild.ProgramsAndTests)]
    [DataRow("/sdk/MSBuild /nologo /nodemode:1 /nodeReuse:true", "dotnet run", NetworkAfterBuild.Programs)]
    [DataRow("dotnet /sdk/MSBuild.dll /nologo /nodemode:1 /nodeReuse:false", "dotnet build", NetworkAfterBuild.Nobody)]
    [DataRow("dotnet /sdk/MSBuild.dll App.csproj", "bash", NetworkAfterBuild.Nobody)]
    // Somebody else's program, whatever it is told.
    [DataRow("/ide/BuildHost run", "dotnet run", NetworkAfterBuild.Nobody)]
    [DataRow("", "", NetworkAfterBuild.Nobody)]
    public void AfterBuild(string own, string parent, NetworkAfterBuild after) => Assert.AreEqual(after, UserCommand.AfterBuild(own.Split(' '), parent.Split(' ')));
}
