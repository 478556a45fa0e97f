#!/usr/bin/env bash
# BuildGuard's share of a build in which nothing changed: 30 small projects, with the gate, with the restore hook alone and without either, in turns;
# and the gate's share of evaluation, by a command that evaluates one project and builds nothing.
# Works offline: the only package besides the SDK's own is one that this script packs. Usage: bench/noop30.sh [rounds, at least 7]
set -euo pipefail
rounds=${1:-7}
[ "$rounds" -ge 7 ] || { echo "At least 7 rounds, or the medians say nothing." >&2; exit 2; }
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 XDG_CACHE_HOME="$work/cache"

echo "Packing BuildGuard" >&2
dotnet pack "$repo/BuildGuard.sln" -c Release -o "$work/feed" >"$work/log" || { cat "$work/log" >&2; exit 1; }
version=$(basename "$(ls "$work/feed"/BuildGuard.[0-9]*.nupkg)" .nupkg)
version=${version#BuildGuard.}

echo "Making 30 projects" >&2
mkdir -p "$work/gate" "$work/Contoso.Base"
cat >"$work/gate/NuGet.config" <<'XML'
<configuration>
  <config><add key="globalPackagesFolder" value="../packages" /></config>
  <packageSources><clear /><add key="bench" value="../feed" /></packageSources>
</configuration>
XML
cp "$work/gate/NuGet.config" "$work/Contoso.Base/"
library='<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
echo "$library</Project>" >"$work/Contoso.Base/Contoso.Base.csproj"
echo 'namespace Contoso; public static class Base { public static int One => 1; }' >"$work/Contoso.Base/Base.cs"
(cd "$work/Contoso.Base" && dotnet pack -o "$work/feed" >"$work/log") || { cat "$work/log" >&2; exit 1; }
(
  cd "$work/gate"
  dotnet new sln -n Bench --format sln >/dev/null
  for n in $(seq -w 1 30); do
    mkdir "P$n"
    reference=
    [ "$n" = 01 ] || reference="<ProjectReference Include=\"../P$(printf %02d $((10#$n - 1)))/P$(printf %02d $((10#$n - 1))).csproj\" />"
    # Project references in chains of five, as in a layered solution.
    [ $((10#$n % 5)) -ne 1 ] || reference=
    echo "$library<ItemGroup><PackageReference Include=\"Contoso.Base\" Version=\"1.0.0\" />$reference</ItemGroup></Project>" >"P$n/P$n.csproj"
    echo "namespace P$n; public static class C { public static int Two => Contoso.Base.One + 1; }" >"P$n/C.cs"
  done
  dotnet sln add P*/P*.csproj >/dev/null
)
cp -r "$work/gate" "$work/hook"
cp -r "$work/gate" "$work/without"

# Each is built once; then the guard is put into two of them.
for side in gate hook without; do
  (cd "$work/$side" && dotnet build Bench.sln >"$work/log") || { cat "$work/log" >&2; exit 1; }
done
mkdir "$work/tool"
(cd "$work/tool" && unzip -q "$work/feed/BuildGuard.$version.nupkg")
init() { (cd "$work/$1" && dotnet "$work/tool/tools/net10.0/any/buildguard.dll" init Bench.sln "${@:2}" >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }; }
init gate
init hook --no-gate

seconds() { # command...: seconds that it took
  local start end
  start=$(date +%s.%N)
  "$@" || return 1
  end=$(date +%s.%N)
  awk "BEGIN { print $end - $start }"
}
run() { # side, arguments of dotnet
  (cd "$work/$1" && dotnet "${@:2}" >"$work/$1.log" 2>&1) || { cat "$work/$1.log" >&2; return 1; }
}
build() { # side: prints seconds, fails where a guarded build did not check exactly once
  seconds run "$1" build Bench.sln || return 1
  local checks expected=1
  [ "$1" != without ] || expected=0
  checks=$(grep -c "BuildGuard passed: 30 projects" "$work/$1.log" || true)
  [ "$checks" -eq "$expected" ] || { echo "The build \"$1\" printed $checks summary lines, not $expected:" >&2; cat "$work/$1.log" >&2; return 1; }
  if [ "$1" != without ]; then grep -o "BuildGuard passed: .*" "$work/$1.log" >"$work/summary"; fi
}
evaluate() { seconds run "$1" msbuild P30/P30.csproj -getProperty:OutputPath; }

echo "Warming up" >&2
for _ in 1 2; do for side in gate hook without; do build $side >/dev/null; evaluate $side >/dev/null; done; done

order=(gate hook without)
for n in $(seq "$rounds"); do
  for side in "${order[@]}"; do
    declare "t_$side=$(build "$side")" "e_$side=$(evaluate "$side")"
  done
  # Who goes first changes, so that a drift of the machine hits all of them.
  order=("${order[1]}" "${order[2]}" "${order[0]}")
  printf 'round %s of %s: gate %.2f s, hook %.2f s, without %.2f s; evaluation %.2f s, %.2f s, %.2f s\n' "$n" "$rounds" "$t_gate" "$t_hook" "$t_without" "$e_gate" "$e_hook" "$e_without" >&2
  echo "$t_gate $t_hook $t_without $e_gate $e_hook $e_without" >>"$work/times"
done
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
row() { # name, column, column without
  printf '| %s | %.2f s | %.2f | %.2f s |\n' "$1" "$(awk -v a="$2" '{ print $a }' "$work/times" | median)" \
    "$(awk -v a="$2" -v b="$3" '{ print $a / $b }' "$work/times" | median)" "$(awk -v a="$2" -v b="$3" '{ print $a - $b }' "$work/times" | median)"
}
grep "BuildGuard passed" "$work/summary"
echo
echo "| medians of $rounds rounds | time | ratio to without | difference |"
echo "| --- | --- | --- | --- |"
row "no-op build of 30 projects, gate" 1 3
row "no-op build of 30 projects, hook alone" 2 3
row "no-op build of 30 projects, without" 3 3
row "evaluation of one project, gate" 4 6
row "evaluation of one project, hook alone" 5 6
row "evaluation of one project, without" 6 6
