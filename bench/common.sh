# Sourced by the scripts here: packs BuildGuard, and makes repos of small projects that need nothing but what is packed here. $repo is this repo, $work a folder for everything.

fail() { cat "$work/log" >&2; exit 1; }

# Packs BuildGuard into $work/feed, and extracts its command line tool to $work/tool.
pack() {
  echo "Packing BuildGuard" >&2
  dotnet pack "$repo/BuildGuard.sln" -c Release -o "$work/feed" >"$work/log" || fail
  local version
  version=$(basename "$(ls "$work/feed"/BuildGuard.[0-9]*.nupkg)" .nupkg)
  mkdir "$work/tool"
  (cd "$work/tool" && unzip -q "$work/feed/$version.nupkg")
}

# make FOLDER COUNT: a repo with Bench.sln of some projects, each with a package, in chains of five project references as in a layered solution.
make() {
  echo "Making $2 projects" >&2
  mkdir -p "$1" "$work/Contoso.Base"
  cat >"$1/NuGet.config" <<'XML'
<configuration>
  <config><add key="globalPackagesFolder" value="../packages" /></config>
  <packageSources><clear /><add key="bench" value="../feed" /></packageSources>
</configuration>
XML
  cp "$1/NuGet.config" "$work/Contoso.Base/"
  local library='<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
  echo "$library</Project>" >"$work/Contoso.Base/Contoso.Base.csproj"
  echo 'namespace Contoso; public static class Base { public static int One => 1; }' >"$work/Contoso.Base/Base.cs"
  (cd "$work/Contoso.Base" && dotnet pack -o "$work/feed" >"$work/log") || fail
  (
    cd "$1"
    dotnet new sln -n Bench --format sln >/dev/null
    for n in $(seq -w 1 "$2"); do
      mkdir "P$n"
      reference=
      before=P$(printf %02d $((10#$n - 1)))
      [ $((10#$n % 5)) -eq 1 ] || reference="<ProjectReference Include=\"../$before/$before.csproj\" />"
      echo "$library<ItemGroup><PackageReference Include=\"Contoso.Base\" Version=\"1.0.0\" />$reference</ItemGroup></Project>" >"P$n/P$n.csproj"
      echo "namespace P$n; public static class C { public static int Two => Contoso.Base.One + 1; }" >"P$n/C.cs"
    done
    dotnet sln add P*/P*.csproj >/dev/null
  )
}

# init FOLDER [options]: installs the guard in a repo that was restored.
init() { (cd "$1" && dotnet "$work/tool/tools/net10.0/any/buildguard.dll" init Bench.sln "${@:2}" >"$work/log" 2>&1) || fail; }

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

seconds() { # command...: seconds that it took
  local start end
  start=$(date +%s.%N)
  "$@" || return 1
  end=$(date +%s.%N)
  awk "BEGIN { print $end - $start }"
}
