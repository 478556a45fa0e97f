namespace BuildGuard.Quickstart;

/// <summary>The app's files: what a developer would write by hand.</summary>
internal static class AppFiles
{
    public static void Write(Place place, string version, string unsigned, string signed, string signedVersion)
    {
        // Adds a feed to those of this machine, and keeps packages apart from the user's own.
        Place.Write(Path.Combine(place.App, "NuGet.config"), """
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="../packages" />
              </config>
              <packageSources>
                <add key="quickstart" value="../feed" />
              </packageSources>
            </configuration>
            """);
        Place.Write(place.Project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="BuildGuard" Version="{version}" PrivateAssets="all" />
                <PackageReference Include="{unsigned}" Version="1.0.0" />
                <PackageReference Include="Newtonsoft.Json" Version="13.0.4" />
                <PackageReference Include="Polly" Version="8.9.1" />
                <PackageReference Include="{signed}" Version="{signedVersion}" />
                <PackageReference Include="Spectre.Console" Version="0.57.2" />
              </ItemGroup>
            </Project>
            """);
        Place.Write(Path.Combine(place.App, "Program.cs"), """
            using Newtonsoft.Json;
            using Polly;
            using Serilog;
            using Spectre.Console;

            using var log = new LoggerConfiguration().CreateLogger();
            var retry = new ResiliencePipelineBuilder().AddRetry(new()).Build();
            retry.Execute(() => AnsiConsole.MarkupLine($"[green]{JsonConvert.SerializeObject(new { Greeting = Contoso.Greeting.Text })}[/]"));
            log.Information("done");
            """);
        Place.Write(Path.Combine(place.Root, unsigned, $"{unsigned}.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Description>An in-house package that nobody signs.</Description>
                <Authors>Contoso</Authors>
              </PropertyGroup>
            </Project>
            """);
        Place.Write(Path.Combine(place.Root, unsigned, "Greeting.cs"), """
            namespace Contoso;

            public static class Greeting
            {
                public static string Text => "Hello from Contoso";
            }
            """);
    }
}
