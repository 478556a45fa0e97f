#!/usr/bin/env bash
# BuildGuard's share of a build in which nothing changed: 30 small projects, with the restore hook and without it, in turns.
# Works offline: the only package besides the SDK's own is one that this script packs. Usage: bench/noop30.sh [pairs, at least 7]
set -euo pipefail
pairs=${1:-7}
[ "$pairs" -ge 7 ] || { echo "At least 7 pairs, or the medians say nothing." >&2; exit 2; }
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 XDG_CACHE_HOME="$work/cache"

echo "Packing BuildGuard" >&2
dotnet pack "$repo/BuildGuard.sln" -c Release -o "$work/feed" >"$work/log" || { cat "$work/log" >&2; exit 1; }
version=$(basename "$(ls "$work/feed"/BuildGuard.[0-9]*.nupkg)" .nupkg)
version=${version#BuildGuard.}

echo "Making 30 projects" >&2
mkdir -p "$work/with" "$work/Contoso.Base"
cat >"$work/with/NuGet.config" <<'XML'
<configuration>
  <config><add key="globalPackagesFolder" value="../packages" /></config>
  <packageSources><clear /><add key="bench" value="../feed" /></packageSources>
</configuration>
XML
cp "$work/with/NuGet.config" "$work/Contoso.Base/"
library='<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
echo "$library</Project>" >"$work/Contoso.Base/Contoso.Base.csproj"
echo 'namespace Contoso; public static class Base { public static int One => 1; }' >"$work/Contoso.Base/Base.cs"
(cd "$work/Contoso.Base" && dotnet pack -o "$work/feed" >"$work/log") || { cat "$work/log" >&2; exit 1; }
(
  cd "$work/with"
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
cp -r "$work/with" "$work/without"

# Both are built once; then the guard is put into one of them.
for side in with without; do
  (cd "$work/$side" && dotnet build Bench.sln >"$work/log") || { cat "$work/log" >&2; exit 1; }
done
mkdir "$work/tool"
(cd "$work/tool" && unzip -q "$work/feed/BuildGuard.$version.nupkg")
(cd "$work/with" && dotnet "$work/tool/tools/net10.0/any/buildguard.dll" init Bench.sln >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }

build() { # side: prints seconds, fails where the guarded build did not check exactly once
  local start end
  start=$(date +%s.%N)
  (cd "$work/$1" && dotnet build Bench.sln >"$work/$1.log" 2>&1) || { cat "$work/$1.log" >&2; return 1; }
  end=$(date +%s.%N)
  local checks
  checks=$(grep -c "BuildGuard passed: 30 projects" "$work/$1.log" || true)
  if [ "$1" = with ] && [ "$checks" -ne 1 ]; then echo "The guarded build printed $checks summary lines, not 1:" >&2; cat "$work/$1.log" >&2; return 1; fi
  if [ "$1" = without ] && [ "$checks" -ne 0 ]; then echo "The unguarded build was guarded." >&2; return 1; fi
  awk "BEGIN { print $end - $start }"
}
echo "Warming up" >&2
for _ in 1 2; do build with >/dev/null; build without >/dev/null; done

for n in $(seq "$pairs"); do
  # Who goes first changes, so that a drift of the machine hits both.
  if [ $((n % 2)) -eq 1 ]; then a=$(build with); b=$(build without); else b=$(build without); a=$(build with); fi
  printf 'pair %s of %s: with %.2f s, without %.2f s\n' "$n" "$pairs" "$a" "$b" >&2
  echo "$a $b" >>"$work/times"
done
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
with=$(awk '{ print $1 }' "$work/times" | median)
without=$(awk '{ print $2 }' "$work/times" | median)
ratio=$(awk '{ print $1 / $2 }' "$work/times" | median)
share=$(awk '{ print $1 - $2 }' "$work/times" | median)
grep -o "BuildGuard passed: .*" "$work/with.log"
awk -v w="$with" -v o="$without" -v r="$ratio" -v s="$share" -v n="$pairs" 'BEGIN {
  print ""
  print "| no-op build of 30 projects, " n " pairs | median |"
  print "| --- | --- |"
  printf "| with the restore hook | %.2f s |\n| without | %.2f s |\n| ratio with / without, median over the pairs | %.2f |\n| BuildGuard'"'"'s share, median of the differences | %.2f s, %.0f %% of the guarded build |\n", w, o, r, s, 100 * s / w
}'
