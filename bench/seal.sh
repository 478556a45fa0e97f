#!/usr/bin/env bash
# What the seal costs: by itself, in a process; and in full builds of 10 projects with a package each, with the gate, sealed ("deny") and not ("allow"), in turns: each build with processes of its own, as on
# a build machine, and with the compiler server and the nodes that earlier builds left, as at a desk. A sealed build leaves none and takes none, so there it does without what the other one has.
# Works offline: the only package besides the SDK's own is one that this script packs. Linux. Usage: bench/seal.sh [rounds, at least 7]
set -euo pipefail
rounds=${1:-7}
[ "$rounds" -ge 7 ] || { echo "At least 7 rounds, or the medians say nothing." >&2; exit 2; }
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off XDG_CACHE_HOME="$work/cache"
unset MSBUILDDISABLENODEREUSE UseSharedCompilation || true

source "$repo/bench/common.sh"
pack
dotnet build "$repo/tests/BuildGuard.Sandbox.Probe" -c Release -o "$work/probe" >"$work/log" || fail
make "$work/sealed" 10
(cd "$work/sealed" && dotnet restore >"$work/log") || fail
init "$work/sealed"
cp -r "$work/sealed" "$work/open"
grep -q '"build": "deny"' "$work/open/buildguard.json" || { echo "init does not write what this measures." >&2; exit 1; }
sed -i 's/"build": "deny"/"build": "allow"/' "$work/open/buildguard.json"

run() { (cd "$work/$1" && dotnet build Bench.sln --no-incremental -v:d >"$work/$1.log" 2>&1) || { cat "$work/$1.log" >&2; return 1; }; }
build() { # side, situation: prints seconds; fails unless the build was sealed, or not, as its policy says
  if [ "$2" = alone ]; then
    # A name of its own, so that it starts a compiler server; the sealed build replaces it by another.
    local -x MSBUILDDISABLENODEREUSE=1 SharedCompilationId="bench-$$-$RANDOM$RANDOM"
  fi
  seconds run "$1" || return 1
  if [ "$2" = alone ]; then
    local server
    for server in $(pgrep -f -- "-pipename:$SharedCompilationId"); do kill "$server"; done
  fi
  local sealed=open
  if grep -q "is sealed off from the network" "$work/$1.log"; then sealed=sealed; fi
  [ "$sealed" = "$1" ] || { echo "The build \"$1\" was not what it should be." >&2; return 1; }
}
echo "Warming up" >&2
for _ in 1 2; do for side in sealed open; do build $side alone >/dev/null; build $side desk >/dev/null; done; done
order=(sealed open)
for n in $(seq "$rounds"); do
  for side in "${order[@]}"; do declare "alone_$side=$(build "$side" alone)"; done
  for side in "${order[@]}"; do declare "desk_$side=$(build "$side" desk)"; done
  # Who goes first changes, so that a drift of the machine hits both.
  order=("${order[1]}" "${order[0]}")
  printf 'round %s of %s: alone %.2f s sealed, %.2f s open; at a desk %.2f s, %.2f s\n' "$n" "$rounds" "$alone_sealed" "$alone_open" "$desk_sealed" "$desk_open" >&2
  echo "$alone_sealed $alone_open $desk_sealed $desk_open" >>"$work/times"
done
for _ in $(seq 5); do
  dotnet "$work/probe/BuildGuard.Sandbox.Probe.dll" timing >"$work/one"
  head -1 "$work/one" >>"$work/first"
  tail -n +2 "$work/one" >>"$work/next"
done
echo
printf 'seal of a process, with its canary: median %.2f ms of %s; the first in a process, which loads code: %.0f ms\n' "$(median <"$work/next")" "$(wc -l <"$work/next")" "$(median <"$work/first")"
row() { # name, columns
  printf '| %s | %.2f s | %.2f s | %.3f |\n' "$1" "$(awk -v a="$2" '{ print $a }' "$work/times" | median)" "$(awk -v a="$3" '{ print $a }' "$work/times" | median)" \
    "$(awk -v a="$2" -v b="$3" '{ print $a / $b }' "$work/times" | median)"
}
printf '\n| medians of %s rounds | sealed | open | ratio |\n| --- | --- | --- | --- |\n' "$rounds"
row "full build of 10 projects, processes of its own" 1 2
row "the same with what earlier builds left" 3 4
